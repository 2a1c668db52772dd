/**
 * Writes what is derived from the code and committed: `openapi.json` from the routes' declarations, the
 * client's types from that, `src/store/schema.sql` from the migrations, `schemas/health-policy.schema.json`
 * from the policy's fields, the tables of `docs/profiles.md` from the profile types, those of
 * `docs/openstack-actions.md` from the methods of OpenStack's clients, that of
 * `docs/howto/authenticate.md` from the access rules. With `--check` it writes
 * nothing, and fails where a committed file is not what the code gives.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Registry } from 'prom-client';
import { EventStreams } from '../src/http/event-stream.ts';
import { toOpenApi } from '../src/http/openapi.ts';
import { allRoutes } from '../src/http/routes.ts';
import { healthPolicyJsonSchema } from '../src/policies/health/health-policy-type.ts';
import { defaultRequestLimits } from '../src/requests/request-tools.ts';
import { dumpSchema } from '../src/store/dump-schema.ts';
import { migrate } from '../src/store/migrate.ts';
import { openSqlite } from '../src/store/sqlite.ts';
import type { Store } from '../src/store/store.ts';
import { withAccessTable } from './access-table.ts';
import { withActionTables } from './action-tables.ts';
import { apiTypes } from './api-types.ts';
import type { OpenApiDocument } from './api-types.ts';
import { withProfileTables } from './profile-tables.ts';

const root = join(import.meta.dirname, '..');

function openApi(store: Store): string {
  const streams = new EventStreams({ store, failed: () => {} });
  const { maxNodesPerCluster } = defaultRequestLimits;
  const routes = allRoutes({ maxNodesPerCluster, publicUrl: null, streams, registry: new Registry() });
  return `${JSON.stringify(toOpenApi(routes), null, 2)}\n`;
}

async function generate(): Promise<ReadonlyMap<string, string>> {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-generate-'));
  const store = openSqlite(join(directory, 'schema.db'));
  try {
    await migrate(store, 0);
    const api = openApi(store);
    return new Map([
      ['openapi.json', api],
      ['src/client/api-types.ts', apiTypes(JSON.parse(api) as OpenApiDocument)],
      ['src/store/schema.sql', await dumpSchema(store)],
      ['docs/profiles.md', withProfileTables(readFileSync(join(root, 'docs/profiles.md'), 'utf8'))],
      [
        'docs/openstack-actions.md',
        withActionTables(readFileSync(join(root, 'docs/openstack-actions.md'), 'utf8')),
      ],
      [
        'docs/howto/authenticate.md',
        withAccessTable(readFileSync(join(root, 'docs/howto/authenticate.md'), 'utf8')),
      ],
      ['schemas/health-policy.schema.json', `${JSON.stringify(healthPolicyJsonSchema, null, 2)}\n`],
    ]);
  } finally {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function committed(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

const check = process.argv.includes('--check');
for (const [path, text] of await generate()) {
  if (committed(path) === text) continue;
  if (check) {
    console.error(`${path} is out of date: run \`npm run generate\` and commit it.`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}
