/**
 * What is on disk of one start. The plan is written by Coppice before anything is started; the claim by the
 * launcher, which links it into place, so that it is whole from the first moment and only one can be there.
 * `failed` says that the launcher could not become the command, `exit` how its process has ended.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject } from '../../domain/json.ts';
import { parseClaim } from './identity.ts';
import type { ProcessIdentity } from './identity.ts';
import type { Exit } from './spawner.ts';

export interface Plan {
  readonly key: string;
  readonly port: number | null;
  /** `the node web-1 of the cluster web`; absent: an earlier version has written it. */
  readonly owner?: string;
}

export interface StartClaim {
  /** undefined: the file is not whole, which only a power failure can do: the process is gone with it. */
  readonly identity: ProcessIdentity | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** undefined: not decided on yet (or lost in a power failure, in which the process was lost too). */
export async function readPlan(start: string): Promise<Plan | undefined> {
  const text = await readFile(join(start, 'plan.json'), 'utf8').catch(() => '');
  try {
    const plan: unknown = JSON.parse(text);
    if (!isJsonObject(plan) || typeof plan['key'] !== 'string') return undefined;
    const { key, port, owner } = plan;
    const named = typeof owner === 'string' ? { owner } : {};
    return { key, port: typeof port === 'number' ? port : null, ...named };
  } catch {
    return undefined;
  }
}

export async function writePlan(start: string, plan: Plan): Promise<void> {
  const path = join(start, 'plan.json');
  await writeFile(`${path}.new`, JSON.stringify(plan), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** undefined: no launcher has won yet. */
export function readClaim(start: string): StartClaim | undefined {
  const path = join(start, 'claim');
  try {
    return { identity: parseClaim(readFileSync(path, 'utf8')), at: Math.round(statSync(path).mtimeMs) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function couldNotExecute(start: string): boolean {
  return statSync(join(start, 'failed'), { throwIfNoEntry: false }) !== undefined;
}

/**
 * The system tells it to the parent alone: what is not written down here is not known to a later Coppice. The
 * launcher that has lost a start does not tell how its process ended.
 */
export function recordExit(start: string, pid: number, { code, signal }: Exit): void {
  try {
    if (readClaim(start)?.identity?.pid !== pid) return;
    writeFileSync(join(start, 'exit'), JSON.stringify({ code, signal }), { mode: 0o600 });
  } catch {
    // A full disk, or a directory that is being removed: it stays unknown.
  }
}

/** undefined: it runs, or no Coppice saw it end. */
export function readExit(start: string): Exit | undefined {
  try {
    return exitIn(JSON.parse(readFileSync(join(start, 'exit'), 'utf8')));
  } catch {
    return undefined;
  }
}

/** As it was written down. */
export function exitIn(exit: unknown): Exit | undefined {
  if (!isJsonObject(exit)) return undefined;
  const { code, signal } = exit;
  return {
    code: typeof code === 'number' ? code : null,
    signal: typeof signal === 'string' ? (signal as NodeJS.Signals) : null,
  };
}
