/** What is secret in a profile: where it rests, where it is shown, and how profiles are compared. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestServer } from '../../test/support/test-server.ts';
import { mapSecrets, secretPaths } from '../domain/secret-fields.ts';
import type { JsonObject } from '../domain/json.ts';
import { heatStack } from '../profiles/os-heat-stack/os-heat-stack.ts';
import { localProcess } from '../profiles/local-process/local-process.ts';
import { novaServer } from '../profiles/os-nova-server/os-nova-server.ts';
import { typeName, type ProfileType } from '../profiles/profile-type.ts';
import { registryOf } from '../profiles/registry.ts';

/** None asks the machine or a cloud. */
const types = [
  localProcess({ dataDir: '.' }),
  novaServer({ clouds: undefined }),
  heatStack({ clouds: undefined }),
].map((type): ProfileType => ({ ...type, examine: () => Promise.resolve([]) }));

/** Each secret property that there is, and beside each something that is none. */
const specs: Readonly<Record<string, JsonObject>> = {
  'local.process-1.0': {
    command: ['sleep', '1'],
    env: { TOKEN: 'secret-of env', PATH_OF: 'secret-of env 2' },
  },
  'os.nova.server-1.0': {
    flavor: 'm1.tiny',
    image: 'debian',
    metadata: { open: 'to all' },
    admin_pass: 'secret-of admin_pass',
    user_data: `#cloud-config\npassword: secret-of user_data ${'x'.repeat(20_000)}`,
    personality: [
      { path: '/etc/open', contents: 'c2VjcmV0LW9mIGZpbGUgMQ==' },
      { path: '/etc/open2', contents: 'secret-of file 2' },
    ],
  },
  'os.heat.stack-1.0': {
    template: { heat_template_version: '2021-04-16' },
    parameters: { password: 'secret-of parameters', list: ['secret-of list', 7] },
    files: { 'open.sh': 'echo secret-of files' },
    environment: { parameter_defaults: { key: 'secret-of environment' } },
  },
};

let server: TestServer;

beforeEach(async () => {
  server = await TestServer.start({ tools: { profileTypes: registryOf(types) } });
});
afterEach(() => server.stop());

function specOfType(type: ProfileType, changes: JsonObject = {}) {
  const properties = { ...specs[typeName(type)], ...changes };
  return { type: type.name, version: type.version, properties };
}

async function create(name: string, spec: JsonObject): Promise<JsonObject> {
  const reply = await server.ask('POST', '/v1/profiles', { body: { profile: { name, spec } } });
  expect(reply.status, reply.text).toBe(201);
  return (reply.body as { profile: JsonObject }).profile;
}

/** The bytes of the database and of all that SQLite keeps beside it. */
function files(): string {
  const directory = dirname(server.store.location);
  return readdirSync(directory)
    .map((name) => readFileSync(join(directory, name), 'latin1'))
    .join('\n');
}

/** All texts that the type says are secret, as they are written. */
function secretsIn(
  type: ProfileType,
  properties: JsonObject,
): { readonly paths: string[]; readonly texts: string[] } {
  const paths: string[] = [];
  const texts: string[] = [];
  mapSecrets(type.fields, properties, (secret, path) => {
    paths.push(path.replaceAll(/\[\d+\]/g, '[]'));
    for (const [text] of JSON.stringify(secret).matchAll(/secret-of [\w ]+|c2VjcmV0LW9m\w+/g))
      texts.push(text);
    return secret;
  });
  return { paths, texts };
}

describe.each(types)('$name', (type) => {
  const { paths, texts } = secretsIn(type, specs[typeName(type)] ?? {});

  test('no secret is in the files of the database, and none but those that are declared is hidden', async () => {
    expect([...new Set(paths)].toSorted()).toEqual(secretPaths(type.fields).toSorted());
    expect(texts.length).toBeGreaterThanOrEqual(paths.length);
    await create('web', specOfType(type));
    await server.ask('PATCH', '/v1/profiles/web', {
      body: { profile: { metadata: { a: 'kept in clear' } } },
    });
    const found = files();
    expect(found).toContain('kept in clear');
    for (const text of texts) expect(found).not.toContain(text);
    await server.stop();
    server = await TestServer.start();
  });

  test('answers show the spec as it was written', async () => {
    const spec = specOfType(type);
    const created = await create('web', spec);
    expect(created['spec']).toEqual(spec);
    const renamed = await server.ask('PATCH', '/v1/profiles/web', { body: { profile: { name: 'shop' } } });
    const one = await server.ask('GET', '/v1/profiles/shop');
    const all = await server.ask('GET', '/v1/profiles');
    for (const { body } of [renamed, one])
      expect((body as { profile: JsonObject }).profile['spec']).toEqual(spec);
    expect((all.body as { profiles: JsonObject[] }).profiles.map((each) => each['spec'])).toEqual([spec]);
  });
});
