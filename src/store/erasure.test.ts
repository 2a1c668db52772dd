/** A database of before secrets of profiles were encrypted, at its first start with this version. */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MortalStore, type Death } from '../../test/support/mortal-store.ts';
import { newAction } from '../../test/support/new-action.ts';
import { aPolicy, aProfile } from '../../test/support/rows.ts';
import type { JsonObject } from '../domain/json.ts';
import { localProcess } from '../profiles/local-process/local-process.ts';
import { novaServer } from '../profiles/os-nova-server/os-nova-server.ts';
import { policyTypes } from '../policies/registry.ts';
import { registryOf } from '../profiles/registry.ts';
import { propertiesOf } from '../clusters/managed-node.ts';
import { showSpec } from '../secrets/spec-secrets.ts';
import { protectStoredSecrets } from '../secrets/stored-secrets.ts';
import { insertActions } from './actions.ts';
import { migrate } from './migrate.ts';
import { getPolicy, insertPolicy } from './policies.ts';
import { deleteProfile, getProfile, insertProfile } from './profiles.ts';
import { KEY_LENGTH, SecretBox } from './secret-box.ts';
import { openSqlite } from './sqlite.ts';
import type { Store } from './store.ts';

const secrets = new SecretBox(randomBytes(KEY_LENGTH));
const profileTypes = registryOf([localProcess({ dataDir: '.' }), novaServer({ clouds: undefined })]);
/** Of more pages than one, and in each of them. */
const userData = 'PLAIN-SECRET '.repeat(500);
const server = { flavor: 'm1.tiny', image: 'debian', user_data: userData, admin_pass: 'PLAIN-SECRET' };
const process = { command: ['sleep', '9'], env: { TOKEN: 'PLAIN-SECRET' } };
const hooks = { type: 'webhook', params: { url: 'https://hook.example/?token=PLAIN-SECRET' }, timeout: 5 };
/** The last schema in which profiles were in plain text. */
const VERSION_BEFORE = 28;
/** More than are encrypted in one transaction. */
const SERVERS = 330;

let directory: string;
let opened: Store[];
let logged: string[];
const log = {
  info: (_: object, message: string) => void logged.push(message),
  warn: (_: object, message: string) => void logged.push(`warning: ${message}`),
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coppice-erasure-'));
  [opened, logged] = [[], []];
});
afterEach(async () => {
  for (const store of opened) await store.close();
  rmSync(directory, { recursive: true });
});

function open(name: string, options: { readonly secrets?: SecretBox } = { secrets }): Store {
  const store = openSqlite(join(directory, name, 'coppice.db'), options);
  opened.push(store);
  return store;
}

function profileOf(name: string, type: string, properties: JsonObject) {
  const spec = { type, version: '1.0', properties };
  return aProfile({ id: name, name, type: `${type}-1.0`, spec });
}

/**
 * As the process that wrote it left it when it was killed: profiles in plain text, also such as were deleted,
 * in the file and in the -wal.
 */
async function databaseOfBefore(): Promise<string> {
  mkdirSync(join(directory, 'before'));
  const store = open('before');
  await migrate(store, 1);
  using raw = new DatabaseSync(store.location);
  raw.exec(
    `DELETE FROM schema_version WHERE version > ${VERSION_BEFORE}; DROP TABLE erasure_due; DROP TABLE trust_change; DROP TABLE workflow_tree; ALTER TABLE workflow_execution DROP COLUMN user; ALTER TABLE workflow_execution DROP COLUMN domain; DROP TABLE installation; DROP INDEX node_by_physical`,
  );
  await store.write(async (tx) => {
    for (let at = 0; at < SERVERS; at += 1)
      await insertProfile(tx, profileOf(`server-${at}`, 'os.nova.server', server));
  });
  raw.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  await store.write(async (tx) => {
    for (let at = 0; at < SERVERS; at += 3) await deleteProfile(tx, `server-${at}`);
  });
  await store.write((tx) => insertProfile(tx, profileOf('process', 'local.process', process)));
  await store.write((tx) => insertProfile(tx, profileOf('open', 'local.process', { command: ['a'] })));
  await store.write(async (tx) => {
    const spec = { type: 'senlin.policy.deletion', version: '1.1', properties: { hooks } };
    await insertPolicy(tx, aPolicy({ id: 'hooked', type: 'senlin.policy.deletion-1.1', spec }));
    const inputs = { lifecycle_hook: { url: hooks.params.url, timeout: 5 }, other: 1 };
    await insertActions(tx, [newAction('NODE_DELETE', { id: 'going', inputs })], 1);
  });
  raw.exec(
    'ALTER TABLE action DROP COLUMN failure_code; ALTER TABLE recovery_step DROP COLUMN workflow_service',
  );
  raw
    .prepare(
      'INSERT INTO action_step (action_id, name, kind, state, result, epoch, at) VALUES (?, ?, ?, ?, ?, 1, 1)',
    )
    .run(
      'going',
      'plan',
      'step',
      'DONE',
      JSON.stringify({
        groups: [{ nodes: [{ inputs: { lifecycle_hook: { url: hooks.params.url, timeout: 5 } } }] }],
      }),
    );
  copy('before', 'killed');
  return 'killed';
}

function copy(from: string, to: string): void {
  cpSync(join(directory, from), join(directory, to), { recursive: true });
}

const filesOf = (name: string) => readdirSync(join(directory, name));
function plainIn(name: string): string[] {
  const holds = (file: string) => readFileSync(join(directory, name, file), 'latin1').includes('PLAIN-SEC');
  return filesOf(name).filter(holds);
}

async function start(name: string): Promise<Store> {
  const store = open(name);
  await migrate(store, 2);
  await protectStoredSecrets({ store, profileTypes, policyTypes, log });
  return store;
}

async function expectProtected(name: string, store: Store): Promise<void> {
  expect(plainIn(name)).toEqual([]);
  for (const [id, properties] of [
    ['server-1', server],
    ['process', process],
  ] as const) {
    const profile = await getProfile(store.db, id);
    if (profile === undefined) throw new Error(`${id} is gone`);
    expect(propertiesOf({ store, profileTypes }, profile)).toMatchObject(properties);
  }
  const policy = await getPolicy(store.db, 'hooked');
  const [deletion] = policyTypes.filter(
    (type) => type.name === 'senlin.policy.deletion' && type.version === '1.1',
  );
  if (policy === undefined || deletion === undefined) throw new Error('the policy is gone');
  expect(showSpec(secrets, deletion, policy.spec).properties).toEqual({ hooks });
  const { inputs } = await store.db.selectFrom('action').select('inputs').executeTakeFirstOrThrow();
  const { result } = await store.db.selectFrom('action_step').select('result').executeTakeFirstOrThrow();
  const hook = { lifecycle_hook: { url: hooks.params.url, timeout: 5 } };
  expect(secrets.openIn(JSON.parse(inputs) as JsonObject)).toEqual({ ...hook, other: 1 });
  expect(secrets.openIn(JSON.parse(result ?? '') as JsonObject)).toEqual({
    groups: [{ nodes: [{ inputs: hook }] }],
  });
  const { count } = await store.db
    .selectFrom('profile')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  expect(count).toBe(SERVERS - SERVERS / 3 + 2);
  expect(await store.db.selectFrom('erasure_due').selectAll().execute()).toEqual([]);
}

test('its first start leaves no secret in plain text: in no row, no free page and no log', async () => {
  const name = await databaseOfBefore();
  expect(plainIn(name)).toEqual(['coppice.db', 'coppice.db-wal']);
  const store = await start(name);
  await expectProtected(name, store);
  expect(logged).toEqual([
    `Secrets of ${SERVERS - SERVERS / 3 + 1} profiles are encrypted from now on.`,
    'Secrets of 1 policy are encrypted from now on.',
    'The database was rebuilt without remains of what was not encrypted. Backups from before still have it.',
  ]);
  await store.close();
  expect(plainIn(name)).toEqual([]);
  const again = await start(name);
  await expectProtected(name, again);
  expect(logged).toHaveLength(3);
});

test('killed at any write, the next start does the rest', async () => {
  const before = await databaseOfBefore();
  let deaths = 0;
  for (let at = 1; ; at += 1) {
    for (const when of ['before', 'after'] as const satisfies Death['when'][]) {
      const name = `${at}-${when}`;
      copy(before, name);
      const store = open(name);
      await migrate(store, 2);
      const mortal = new MortalStore(store, { at, when });
      const end = protectStoredSecrets({ store: mortal, profileTypes, policyTypes, log }).then(() => 'ended');
      if ((await Promise.race([end, mortal.died.promise])) === 'ended') {
        // Two portions of profiles, one of policies, actions, steps, and the note that the erasure is done.
        expect(deaths).toBe(12);
        return;
      }
      deaths += 1;
      copy(name, `${name}-again`);
      await expectProtected(`${name}-again`, await start(`${name}-again`));
    }
  }
});

test('what is deleted before the first start is erased, too', async () => {
  const name = await databaseOfBefore();
  {
    using raw = new DatabaseSync(join(directory, name, 'coppice.db'));
    raw.exec("DELETE FROM profile WHERE id <> 'open'");
  }
  await start(name);
  expect(plainIn(name)).toEqual([]);
});

test('what cannot be erased is said with the command that helps, until it is', async () => {
  const name = await databaseOfBefore();
  const reader = new DatabaseSync(join(directory, name, 'coppice.db'));
  reader.exec('BEGIN; SELECT * FROM profile');
  const store = await start(name);
  expect(plainIn(name)).not.toEqual([]);
  const path = join(directory, name, 'coppice.db');
  expect(logged.at(-1)).toBe(
    `warning: The database may still hold secrets in plain text, where there were some before: it was not rebuilt, because another program reads it. Stop Coppice, and run: sqlite3 ${path} "VACUUM; DELETE FROM erasure_due"`,
  );
  reader.close();
  await store.close();
  await expectProtected(name, await start(name));
});

test('a new database has nothing to erase', async () => {
  mkdirSync(join(directory, 'new'));
  const store = await start('new');
  expect(await store.db.selectFrom('erasure_due').selectAll().execute()).toEqual([]);
  expect(logged).toEqual([]);
});

test('what a later version declares as secret is encrypted and erased, too, also if that is interrupted', async () => {
  mkdirSync(join(directory, 'later'));
  const store = await start('later');
  await store.write((tx) => insertProfile(tx, profileOf('process', 'local.process', process)));
  const mortal = new MortalStore(store, { at: 1, when: 'after' });
  void protectStoredSecrets({ store: mortal, profileTypes, policyTypes, log });
  await mortal.died.promise;
  copy('later', 'killed');
  expect(plainIn('killed')).not.toEqual([]);
  await start('killed');
  expect(plainIn('killed')).toEqual([]);
});
