/**
 * The databases that a contract test of the store runs over, each behind the same opening. A backend whose
 * service is missing is skipped by name, or is a failure where services are required
 * (COPPICE_REQUIRE_SERVICES=1).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../src/store/migrate.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';

export interface TestStore {
  readonly store: Store;
  readonly close: () => Promise<void>;
}

export interface Backend {
  readonly name: string;
  readonly open: () => Promise<TestStore>;
}

export const backends: readonly Backend[] = [{ name: 'SQLite', open: openTestStore }];

/** A migrated store in a temporary directory; `close` removes it. */
export async function openTestStore(): Promise<TestStore> {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-test-'));
  const store = openSqlite(join(directory, 'coppice.db'));
  await migrate(store, Date.now());
  return {
    store,
    async close() {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
