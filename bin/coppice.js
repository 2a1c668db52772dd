#!/usr/bin/env node
/**
 * The door of the command `coppice`, in JavaScript that an older Node can read too: finds a Node that is new enough, and starts.
 *
 *     this Node is new enough ----------------------> dist/main.js of a package, and of a checkout for as long as nothing
 *                                                     in src/ is newer; else src/main.ts
 *     it is older, and the package `node` is near --> the same, again, with that Node
 *     it is older, and there is none ---------------> one sentence, exit code 1
 *
 * Why a Node comes along with the package: docs/decisions/2026-11-22-node-as-a-dependency.md.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Node takes these only at its start, so the process replaces itself once, under the same pid. The heap for young objects grows
 * while the server starts; an idle server gives it back (src/idle-memory.ts). With 2 MB collections took 30 % of the time of a
 * recovery storm, with this 19 %. The heap for old objects may otherwise grow to several times what is in use before it is
 * collected: 305 MB after 2,000 requests over 1,000 nodes and 100,000 events (with this 203).
 */
const serverFlags = ['--max-semi-space-size=8', '--heap-growing-percent=80'];
/** The simulated cloud with 10,000 servers has 43 MB of objects, and is not to hold more than 200 MB. */
const simulatorFlags = ['--max-semi-space-size=2', '--heap-growing-percent=80'];
/** The commands that answer requests until they are ended. */
const flagsOfServers = { serve: serverFlags, 'cloud-simulator': simulatorFlags };

const here = realpathSync(fileURLToPath(import.meta.url));
const root = path.dirname(path.dirname(here));
const isPackage = root.split(path.sep).includes('node_modules');

const flags = Object.entries(flagsOfServers).find(([command]) => process.argv.includes(command))?.[1];
if (flags !== undefined && !process.execArgv.includes(flags[0])) {
  process.execve?.(process.execPath, [
    process.execPath,
    ...flags,
    ...process.execArgv,
    here,
    ...process.argv.slice(2),
  ]);
}

const main = [isPackage || isBuildCurrent() ? 'dist/main.js' : 'src/main.ts']
  .map((file) => path.join(root, file))
  .find((file) => existsSync(file));

if (main === undefined) {
  fail(
    `This copy of Coppice is not whole: there is no dist/main.js in ${root}. Install it again, or run npm run build.`,
  );
} else if (isNewEnough(process.versions.node, main)) {
  start(main);
} else {
  startWithNewerNode(main);
}

/** node:sqlite needs 22.13 without a flag, and types are stripped without one from 22.18 on (23 was behind with both). */
function isNewEnough(version, file) {
  const [major, minor] = version.split('.').map(Number);
  if (major === 22) return minor >= (file.endsWith('.ts') ? 18 : 13);
  return major === 23 ? minor >= 6 : major > 23;
}

/**
 * Whether dist/ was made of what src/ is now, or there is no src/ (a package that was unpacked by hand). A folder changes when
 * a file of it is removed, package-lock.json when a package is replaced by another version.
 */
function isBuildCurrent() {
  const changed = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const built = changed(path.join(root, 'dist', 'main.js'));
  const source = path.join(root, 'src');
  if (built === 0 || !existsSync(source)) return built > 0;
  const files = readdirSync(source, { recursive: true }).map((file) => path.join(source, file));
  return [source, path.join(root, 'package-lock.json'), ...files].every((file) => changed(file) < built);
}

function start(file) {
  if (process.env.COPPICE_NODE !== undefined) endWithParent();
  // Next to the modules, not in a shared folder like /tmp where another user could put code for us; not writable: no cache.
  module.enableCompileCache?.(path.join(nearestModules(), '.cache', 'coppice'));
  import(pathToFileURL(file).href).catch((error) => {
    fail(`Coppice could not start: ${process.env.DEBUG === 'coppice' ? error.stack : error.message}`);
  });
}

/**
 * The older Node that started this one passes signals on, but none after a kill -9: this process would go on, and hold its port
 * and data directory. The channel between the two closes however that one ends. A process further down has no channel.
 */
function endWithParent() {
  const end = () => process.kill(process.pid, 'SIGTERM');
  if (process.connected === false) end();
  process.once('disconnect', end);
  // A command that is done ends, although the channel is open.
  process.channel?.unref();
}

function nearestModules() {
  const parts = root.split(path.sep);
  const at = parts.lastIndexOf('node_modules');
  return at === -1 ? path.join(root, 'node_modules') : parts.slice(0, at + 1).join(path.sep);
}

function startWithNewerNode(file) {
  const newer = process.env.COPPICE_NODE === undefined ? findNode() : undefined;
  if (newer === undefined) {
    fail(
      `Coppice needs Node.js ${file.endsWith('.ts') ? '22.18' : '22.13'} or newer, and this is ${process.versions.node}. ` +
        'Install a newer one, or let npm bring it along: npm install node@24',
    );
    return;
  }
  const env = { ...process.env, COPPICE_NODE: newer };
  // With its flags from the start: a process that replaces itself would lose the channel.
  const args = [...(flags ?? []), here, ...process.argv.slice(2)];
  const child = spawn(newer, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])
    process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`Node.js at ${newer} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    letGoOfTerminal();
    process.exit(code ?? 128 + constants.signals[signal]);
  });
}

/** Node 20 puts the terminal back at its end as it found it, and aborts where it was closed meanwhile. We have changed nothing there. */
function letGoOfTerminal() {
  for (const descriptor of [0, 1, 2]) {
    try {
      closeSync(descriptor);
    } catch {
      // It was closed already.
    }
  }
}

/** The Node of the npm package `node`: beside this package, inside it, or in a folder above. */
function findNode() {
  const places = module.createRequire(here).resolve.paths('node/package.json') ?? [];
  return places.map((folder) => path.join(folder, 'node', 'bin', 'node')).find((file) => existsSync(file));
}

function fail(message) {
  process.stderr.write(`coppice: ${message}\n`);
  process.exitCode = 1;
}
