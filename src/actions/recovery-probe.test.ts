import { expect, test } from 'vitest';
import { FakeCloud } from '../../test/support/fake-cloud.ts';
import { healthPolicy } from '../../test/support/health-policies.ts';
import { newNode } from '../../test/support/recovery-rows.ts';
import { aProfile } from '../../test/support/rows.ts';
import { registryOf } from '../profiles/registry.ts';
import { manage } from '../clusters/managed-node.ts';
import { SecretBox } from '../store/secret-box.ts';
import { probe } from '../../test/support/probe.ts';

const cloud = new FakeCloud();
cloud.servers.set('s1', { nodeId: 'n1', key: 'k', verdict: { health: 'healthy', reason: 'runs' } });
const tools = { store: { secrets: SecretBox.ofThisProcess() }, profileTypes: registryOf([cloud.type]) };
const node = manage(tools, newNode('n1', 'c1', 'p1', { physicalId: 's1' }), undefined, aProfile());

// Port 9 is closed: nothing answers, at once.
const nowhere = { poll_url: 'http://127.0.0.1:9/', poll_url_retry_limit: 0 };
const { detection } = healthPolicy({
  detection: {
    detection_modes: [{ type: 'NODE_STATUS_POLLING' }, { type: 'NODE_STATUS_POLL_URL', options: nowhere }],
  },
});
const { signal } = new AbortController();

test('DETECTION asks the detection modes of the policy, STATUS the profile', async () => {
  expect((await probe(node, 'DETECTION', detection, signal)).health).toBe('unhealthy');
  expect((await probe(node, 'STATUS', detection, signal)).health).toBe('healthy');
});

test('where there is nothing to ask but the profile, the profile is asked', async () => {
  const events = healthPolicy({ detection: { detection_modes: [{ type: 'LIFECYCLE_EVENTS' }] } }).detection;
  expect((await probe(node, 'DETECTION', events, signal)).health).toBe('healthy');
  expect((await probe(node, 'DETECTION', null, signal)).health).toBe('healthy');
});

test('says of what has ended or is in ERROR that it does not come up by itself, whichever mode comes first', async () => {
  const modes = detection.modes.toReversed();
  cloud.servers.set('s1', {
    nodeId: 'n1',
    key: 'k',
    verdict: { health: 'unhealthy', failure: 'SERVER_ERROR', reason: 'status ERROR' },
  });
  expect(await probe(node, 'DETECTION', { ...detection, modes }, signal)).toMatchObject({ definite: true });
  expect(await probe(node, 'STATUS', detection, signal)).toMatchObject({ definite: true });
  cloud.servers.set('s1', {
    nodeId: 'n1',
    key: 'k',
    verdict: { health: 'unhealthy', failure: 'SERVER_STOPPED', reason: 'status SHUTOFF' },
  });
  expect(await probe(node, 'STATUS', detection, signal)).not.toHaveProperty('definite');
});
