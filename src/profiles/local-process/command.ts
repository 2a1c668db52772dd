/**
 * What exactly is run for a node: its arguments, its environment, and the file that its command's name means.
 */
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Issue } from '../../domain/errors.ts';
import { quoteValue } from '../../domain/errors.ts';
import type { NodeFacts } from '../profile-type.ts';
import { instanceOf } from './node-directory.ts';
import type { ProcessSpec, WholeProcessSpec } from './spec.ts';

/** What a process gets of Coppice's own environment. The rest may hold secrets. */
const passedOn = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'USER'];
const usualPath = '/usr/local/bin:/usr/bin:/bin';

export function commandFor({ command }: ProcessSpec, node: NodeFacts, port: number | null): string[] {
  const values = { port, nodename: node.name, nodeid: node.id, index: node.index };
  return command.map((argument) =>
    argument.replaceAll(/\{(port|nodename|nodeid|index)\}/g, (_, name: keyof typeof values) =>
      String(values[name] ?? ''),
    ),
  );
}

export function environmentFor(
  spec: WholeProcessSpec,
  node: NodeFacts,
  port: number | null,
): Record<string, string> {
  const inherited = passedOn.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    ...spec.env,
    ...(port === null ? {} : { PORT: String(port) }),
    COPPICE_NODE_ID: node.id,
    ...(instanceOf(node) === node.id ? {} : { COPPICE_INSTANCE: instanceOf(node) }),
    COPPICE_NODE_NAME: node.name,
    ...(node.clusterId === null ? {} : { COPPICE_CLUSTER_ID: node.clusterId }),
  };
}

/** @returns an issue where the working directory of the spec does not exist. */
export async function problemWithDirectory(cwd: string): Promise<string | undefined> {
  const found = await stat(cwd).catch(() => undefined);
  if (found === undefined) return 'a path that does not exist';
  if (!found.isDirectory()) return 'a path that is not a directory';
  return (await mayExecute(cwd)) ? undefined : 'a directory that may not be entered';
}

export type FoundCommand = { readonly file: string } | { readonly problem: string };

/** The file that a command's name means, as execvp(3) finds it. */
export async function findCommand(name: string, spec: WholeProcessSpec, cwd: string): Promise<FoundCommand> {
  const path = spec.env['PATH'] ?? process.env['PATH'] ?? usualPath;
  const places = name.includes('/') ? [''] : path.split(delimiter);
  let problem = name.includes('/')
    ? 'a file that does not exist'
    : 'a program that is in no directory of PATH';
  for (const place of places) {
    const file = name.includes('/') ? resolve(cwd, name) : join(resolve(cwd, place), name);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() && (await mayExecute(file))) return { file };
    if (found !== undefined)
      problem = found.isFile() ? 'a file that may not be executed' : 'something that is not a file';
  }
  return { problem };
}

/**
 * Whether the machine has what the spec requires. A command that differs between nodes cannot be checked
 * yet.
 */
export async function examineSpec(spec: WholeProcessSpec): Promise<Issue[]> {
  const issues: Issue[] = [];
  const directory = spec.cwd === undefined ? undefined : await problemWithDirectory(spec.cwd);
  if (directory !== undefined) {
    issues.push({ field: 'cwd', expected: 'a directory', found: `${quoteValue(spec.cwd)}, ${directory}` });
  }
  const name = spec.command[0] ?? '';
  const problem =
    /\{\w+\}/.test(name) || directory !== undefined ? undefined : await problemWithCommand(name, spec);
  if (problem !== undefined) {
    const expected = 'a program that can be executed on this machine';
    issues.push({ field: 'command[0]', expected, found: `${quoteValue(name)}, ${problem}` });
  }
  return issues;
}

async function problemWithCommand(name: string, spec: WholeProcessSpec): Promise<string | undefined> {
  if (spec.cwd === undefined && name.includes('/') && !isAbsolute(name)) {
    return 'a path within a working directory that is empty at first';
  }
  const cwd = spec.cwd ?? '/';
  const key = JSON.stringify([name, spec.env['PATH'], cwd]);
  const known = foundBefore.get(key);
  if (known !== undefined && performance.now() - known.at < FOUND_FOR_MS) return undefined;
  // That there is still something to execute is enough to know; what a node runs is searched for again when
  // it starts.
  const isStillThere = known !== undefined && (await mayExecute(known.file));
  const found = isStillThere ? { file: known.file } : await findCommand(name, spec, cwd);
  foundBefore.delete(key);
  if ('problem' in found) return found.problem;
  if (foundBefore.size >= 100) foundBefore.clear();
  foundBefore.set(key, { file: found.file, at: performance.now() });
  return undefined;
}

/** Where commands were found, and when: a search reads the file system once for each directory of PATH. */
const foundBefore = new Map<string, { readonly file: string; readonly at: number }>();
/** A script that makes many profiles makes them within a moment. */
const FOUND_FOR_MS = 1000;

async function mayExecute(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
