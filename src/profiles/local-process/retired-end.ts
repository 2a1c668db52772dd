/**
 * How the process that a node's record names has ended, kept once its start is retired: as long as no other
 * start succeeds, the record names it, and probes are asked about it.
 */
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject } from '../../domain/json.ts';
import type { LocalMachine } from './host.ts';
import { findProcess, physicalIdOf } from './identity.ts';
import type { ProcessIdentity } from './identity.ts';
import type { Exit } from './spawner.ts';
import { exitIn, readExit } from './start-record.ts';
import { waitUntil } from './waiting.ts';

/** undefined as `exit`: it ended before it was retired, and no Coppice saw that. */
export type RetiredEnd = { readonly isStopped: true } | { readonly isStopped: false; readonly exit?: Exit };

// The exit of a child comes with Node's next turn.
const exitLimitMs = 1000;

/**
 * Called before the process is stopped, so that a crash in between leaves no doubt about who ended it.
 * @param root the directory of the node. @param start that of the start.
 */
export async function keepRetiredEnd(
  host: LocalMachine,
  root: string,
  start: string,
  identity: ProcessIdentity,
): Promise<void> {
  const id = physicalIdOf(identity);
  if (readRetiredEnd(root, identity) !== undefined) return;
  const isStopped = findProcess(host.table, identity) !== undefined;
  const child = host.children.get(id);
  if (!isStopped && child !== undefined) await waitUntil(() => child.exit() !== undefined, exitLimitMs);
  const exit = isStopped ? undefined : (child?.exit() ?? readExit(start));
  const path = pathIn(root);
  await writeFile(`${path}.new`, JSON.stringify({ id, isStopped, exit }), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** undefined: it was not retired, or by an earlier version. */
export function readRetiredEnd(root: string, identity: ProcessIdentity): RetiredEnd | undefined {
  try {
    const end: unknown = JSON.parse(readFileSync(pathIn(root), 'utf8'));
    if (!isJsonObject(end) || end['id'] !== physicalIdOf(identity)) return undefined;
    if (end['isStopped'] === true) return { isStopped: true };
    const exit = exitIn(end['exit']);
    return exit === undefined ? { isStopped: false } : { isStopped: false, exit };
  } catch {
    return undefined;
  }
}

function pathIn(root: string): string {
  return join(root, 'retired-end.json');
}
