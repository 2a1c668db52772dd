/**
 * The demo's directory, and the rule by which nothing of it is left behind: every process of the demo has the
 * directory's name in its arguments, so that all of them can be found, also those of a Coppice that was
 * killed.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';

const prefix = 'coppice-demo-';
const markFile = 'coppice-demo';
const killWithinMs = 5000;

export async function createWorkspace(): Promise<string> {
  const directory = await mkdtemp(path.join(await realpath(tmpdir()), prefix));
  await writeFile(path.join(directory, markFile), `${process.pid}\n`);
  return directory;
}

export async function isWorkspace(directory: string): Promise<boolean> {
  if (!path.basename(directory).startsWith(prefix)) return false;
  const mark = await readFile(path.join(directory, markFile)).catch(() => undefined);
  return mark !== undefined;
}

/** Kills every process of the demo but this one, and removes its directory. */
export async function endWorkspace(directory: string): Promise<void> {
  await endProcesses(directory);
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** Kills every process of the demo but this one; the directory stays, it holds what shows what went wrong. */
export async function endProcesses(directory: string): Promise<void> {
  const giveUp = performance.now() + killWithinMs;
  let pids = processesOf(directory);
  while (pids.length > 0) {
    if (performance.now() > giveUp)
      throw new CliError(`processes that could not be killed: ${pids.join(', ')}`);
    pids.forEach(kill);
    await delay(20);
    pids = processesOf(directory);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * The command that leads here (`coppice demo --end DIRECTORY`) names the directory too, and so may the shell
 * around it.
 */
function processesOf(directory: string): number[] {
  const isOurs = ([pid, command]: readonly [number, string]): boolean =>
    command.includes(directory) && !command.includes('--end') && pid !== process.pid;
  return commandLines()
    .filter(isOurs)
    .map(([pid]) => pid);
}

function commandLines(): (readonly [pid: number, command: string])[] {
  if (process.platform === 'linux') return readdirSync('/proc').flatMap(readCommandLine);
  const lines = execFileSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8' }).split('\n');
  return lines.map((line) => [Number.parseInt(line, 10), line] as const);
}

function readCommandLine(entry: string): (readonly [number, string])[] {
  if (!/^\d+$/.test(entry)) return [];
  try {
    return [[Number(entry), readFileSync(`/proc/${entry}/cmdline`, 'utf8')]];
  } catch {
    return [];
  }
}
