import { expect, test } from 'vitest';
import { FakeCloud } from '../../test/support/fake-cloud.ts';
import { aCluster, aNode, aProfile } from '../../test/support/rows.ts';
import { registryOf } from '../profiles/registry.ts';
import { manage } from './managed-node.ts';

test('operations and probes of a node act for its owner', () => {
  const owner = { project: 'shop', user: 'ann', domain: 'corp' };
  const profile = aProfile({
    type: 'test.node-1.0',
    spec: { type: 'test.node', version: '1.0', properties: {} },
  });
  const node = aNode({ profileId: profile.id, ...owner });
  const { facts } = manage(node, aCluster({ name: 'web' }), profile, registryOf([new FakeCloud().type]));
  expect(facts.session).toEqual(owner);
});
