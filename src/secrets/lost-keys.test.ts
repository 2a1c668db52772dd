/** Profiles that were encrypted with a key that is lost, beside others. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { aProfile } from '../../test/support/rows.ts';
import { TestServer } from '../../test/support/test-server.ts';
import type { JsonObject } from '../domain/json.ts';
import { localProcess } from '../profiles/local-process/local-process.ts';
import { registryOf } from '../profiles/registry.ts';
import { insertProfile } from '../store/profiles.ts';
import { KEY_LENGTH, SecretBox } from '../store/secret-box.ts';
import { sealSpec } from './spec-secrets.ts';
import { protectStoredSecrets } from './stored-secrets.ts';

const lost = new SecretBox(randomBytes(KEY_LENGTH));
const lacks = 'encrypted with the key [0-9a-f]{8}, which this Coppice does not have';
const properties = { command: ['sleep', '60'], env: { TOKEN: 'hunter22' } };
const log = { info() {}, warn() {} };

let dataDir: string;
let server: TestServer;
let type: ReturnType<typeof localProcess>;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'coppice-lost-'));
  type = localProcess({ dataDir });
  server = await TestServer.start({ tools: { profileTypes: registryOf([type]) } });
  await insert('web', lost, properties);
  await insert('shop', server.store.secrets, properties);
  await insert('open', lost, { command: ['sleep', '60'] });
});
afterEach(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
});

async function insert(name: string, box: SecretBox, of: JsonObject): Promise<void> {
  const spec = sealSpec(box, type, { type: type.name, version: type.version, properties: of });
  await server.store.write((tx) =>
    insertProfile(tx, aProfile({ id: name, name, type: 'local.process-1.0', spec })),
  );
}

async function body(method: string, path: string, sent?: JsonObject): Promise<JsonObject> {
  const reply = await server.ask(method, path, sent === undefined ? {} : { body: sent });
  expect(reply.status, reply.text).toBeLessThan(300);
  return reply.body as JsonObject;
}

async function nodeOnceIn(name: string, status: string): Promise<JsonObject> {
  return await eventually(`${name} is ${status}`, async () => {
    const { node } = (await body('GET', `/v1/nodes/${name}`)) as { node: JsonObject };
    return node['status'] === status && node;
  });
}

test('the start names exactly these, and the server warns as long as they are there', async () => {
  const { tools } = server;
  const found = await protectStoredSecrets({ ...tools, log });
  expect(found.sentences()).toEqual([
    expect.stringMatching(
      new RegExp(
        `^The profile web cannot be used: its env was ${lacks}\\. Put that key back as a further line of the key file and start Coppice again, or create`,
      ),
    ),
  ]);
  expect(await found.warning()).toMatch(
    new RegExp(`^1 profile, which the log names, cannot be used: secrets were ${lacks}\\. Put`),
  );
  await server.ask('DELETE', '/v1/profiles/web');
  expect(await found.warning()).toBeUndefined();
});

test('they are shown without what cannot be decrypted, which is null: nothing is made of that by mistake', async () => {
  const { profiles } = (await body('GET', '/v1/profiles?sort=name')) as unknown as {
    profiles: { name: string; spec: { properties: JsonObject } }[];
  };
  expect(profiles.map(({ name, spec }) => [name, spec.properties])).toEqual([
    ['open', { command: ['sleep', '60'] }],
    ['shop', properties],
    ['web', { command: ['sleep', '60'], env: null }],
  ]);
  const again = { profile: { name: 'again', spec: profiles.at(-1)?.spec } };
  expect((await server.ask('POST', '/v1/profiles', { body: again })).text).toContain('env: expected a map');
});

test('no node is created from them, which says what to do; nodes of others are, and all can be deleted', async () => {
  await server.startEngine();
  for (const name of ['web', 'shop', 'open'])
    await body('POST', '/v1/nodes', { node: { name: `of-${name}`, profile_id: name } });
  const failed = await nodeOnceIn('of-web', 'ERROR');
  expect(failed['status_reason']).toMatch(
    new RegExp(`The profile web cannot be used: its env was ${lacks}\\. Put`),
  );
  const { physical_id: shop } = await nodeOnceIn('of-shop', 'ACTIVE');
  await nodeOnceIn('of-open', 'ACTIVE');
  expect(readFileSync(`/proc/${Number.parseInt(shop as string)}/environ`, 'utf8')).toContain(
    'TOKEN=hunter22',
  );
  const { events } = (await body('GET', '/v1/events')) as { events: JsonObject[] };
  expect(JSON.stringify(events)).not.toContain('hunter22');
  for (const name of ['of-web', 'of-shop', 'of-open']) await server.ask('DELETE', `/v1/nodes/${name}`);
  await eventually('all are gone', async () => {
    const { nodes } = (await body('GET', '/v1/nodes')) as { nodes: JsonObject[] };
    return nodes.length === 0;
  });
});
