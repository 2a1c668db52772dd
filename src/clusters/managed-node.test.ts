import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { FakeCloud } from '../../test/support/fake-cloud.ts';
import { aCluster, aNode, aProfile } from '../../test/support/rows.ts';
import { registryOf } from '../profiles/registry.ts';
import type { JsonObject } from '../domain/json.ts';
import { novaServer } from '../profiles/os-nova-server/os-nova-server.ts';
import { plainProperties } from '../profiles/plain-properties.ts';
import { planUpdate } from '../profiles/update-plan.ts';
import { sealSpec } from '../secrets/spec-secrets.ts';
import { KEY_LENGTH, SecretBox } from '../store/secret-box.ts';
import { manage, propertiesOf, propertiesToReplace } from './managed-node.ts';

test('operations and probes of a node act for its owner', () => {
  const owner = { project: 'shop', user: 'ann', domain: 'corp' };
  const profile = aProfile({
    type: 'test.node-1.0',
    spec: { type: 'test.node', version: '1.0', properties: {} },
  });
  const node = aNode({ profileId: profile.id, ...owner });
  const profileTypes = registryOf([new FakeCloud().type]);
  const tools = { store: { secrets: SecretBox.ofThisProcess() }, profileTypes };
  const { facts } = manage(tools, node, aCluster({ name: 'web' }), profile);
  expect(facts.session).toEqual(owner);
});

describe('a profile with secrets', () => {
  const key = new SecretBox(randomBytes(KEY_LENGTH));
  const type = novaServer({ clouds: undefined });
  const profileTypes = registryOf([type]);
  const tools = { store: { secrets: key }, profileTypes };
  const withoutKey = { store: { secrets: SecretBox.ofThisProcess() }, profileTypes };
  const server = {
    flavor: 'm1.tiny',
    image: 'debian',
    metadata: { a: '1' },
    admin_pass: 'x',
    user_data: 'y',
  };
  const made = (name: string, changes: JsonObject = {}) => {
    const spec = { type: type.name, version: type.version, properties: { ...server, ...changes } };
    return aProfile({ name, type: 'os.nova.server-1.0', spec: sealSpec(key, type, spec) });
  };
  const sentence =
    /^The profile web cannot be used: its admin_pass was encrypted with the key [0-9a-f]{8}, which this Coppice does not have\. Put that key back .* or create a new profile/;

  test('is equal to another one with the same secrets, however they are encrypted', () => {
    const [one, other] = [made('web'), made('other', { metadata: { a: '2' } })];
    expect(one.spec.properties['admin_pass']).not.toEqual(other.spec.properties['admin_pass']);
    const plan = planUpdate(type, propertiesToReplace(tools, one), propertiesOf(tools, other));
    expect(plan).toMatchObject({ way: 'IN_PLACE', changes: ['metadata'] });
  });

  test('needs its key where its secrets are used, and nowhere else', () => {
    const { facts } = manage(withoutKey, aNode({ name: 'web-1' }), undefined, made('web'));
    expect(facts.properties).toMatchObject({
      flavor: 'm1.tiny',
      metadata: { a: '1' },
      auto_disk_config: true,
    });
    expect(() => plainProperties(facts)).toThrow(sentence);
    expect(plainProperties(manage(tools, aNode(), undefined, made('web')).facts)).toMatchObject(server);
    expect(
      plainProperties(
        manage(
          withoutKey,
          aNode(),
          undefined,
          aProfile({
            type: 'os.nova.server-1.0',
            spec: { type: type.name, version: '1.0', properties: { flavor: 'm1.tiny', image: 'debian' } },
          }),
        ).facts,
      ),
    ).toMatchObject({ flavor: 'm1.tiny' });
  });

  test('whose key is lost is replaced by another one: what cannot be read counts as changed', () => {
    const other = new SecretBox(randomBytes(KEY_LENGTH));
    const both = { store: { secrets: other }, profileTypes };
    const spec = sealSpec(other, type, { type: type.name, version: '1.0', properties: server });
    const to = propertiesOf(both, aProfile({ type: 'os.nova.server-1.0', spec }));
    const plan = planUpdate(type, propertiesToReplace(both, made('web')), to);
    expect(plan).toMatchObject({ way: 'REPLACE', reason: 'user_data cannot be changed in place' });
    expect(() => propertiesOf(both, made('web'))).toThrow(sentence);
  });
});
