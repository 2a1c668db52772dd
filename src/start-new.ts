/**
 * A data directory whose database is missing, but which holds nodes, is not a new one: with an empty database
 * Coppice would know nothing of them, and watch nothing, without a word. Only the operator can say that this
 * is meant.
 */
import { ConfigError } from './config-error.ts';
import type { ProfileTypes } from './profiles/registry.ts';
import type { DataDirectory } from './store/data-directory.ts';
import { stateOfDatabaseFile } from './store/database-file.ts';

const mostShown = 5;

/** @throws ConfigError where a new database may not be made, or where there is one already. */
export async function checkDatabaseIsExpected(
  { path, databasePath }: DataDirectory,
  profileTypes: ProfileTypes,
  { startNew }: { readonly startNew: boolean },
): Promise<void> {
  const state = stateOfDatabaseFile(databasePath);
  if (state === 'present') {
    if (!startNew) return;
    throw new ConfigError(
      `--new: expected a directory without a database, found ${databasePath}. Leave --new out, or choose another --data-dir.`,
    );
  }
  if (startNew) return;
  const nodes = new Set<string>();
  const running: string[] = [];
  for (const type of profileTypes.all) {
    for (const left of (await type.leftNodes?.(() => true)) ?? []) {
      nodes.add(left.nodeId);
      running.push(...left.running.map(({ name }) => name));
    }
  }
  if (nodes.size > 0) throw new ConfigError(refusal({ path, state, nodes: nodes.size, running }));
}

interface Found {
  readonly path: string;
  readonly state: 'missing' | 'empty';
  readonly nodes: number;
  readonly running: readonly string[];
}

function refusal({ path, state, nodes, running }: Found): string {
  const shown = running.slice(0, mostShown).join(', ') + (running.length > mostShown ? ', ...' : '');
  const alive = running.length === 0 ? 'none of which runs' : `of which ${running.length} run (${shown})`;
  return (
    `--data-dir ${path}: its database coppice.db is ${state}, but it holds ${nodes} nodes, ${alive}. ` +
    'Put coppice.db back, with coppice.db-wal if there is one, or a backup of it. ' +
    'To start with an empty database nevertheless: coppice serve --new. What runs then is not watched any more, until you end it.'
  );
}
