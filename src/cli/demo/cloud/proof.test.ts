import { expect, test } from 'vitest';
import { demoNode } from '../../../../test/cli/demo-node.ts';
import { sampleRecovery, sampleStep } from '../../../../test/cli/samples.ts';
import type { Mutation } from '../../../cloud-simulator/mutation-log.ts';
import { proveCloud } from './proof.ts';
import type { CloudEvidence } from './proof.ts';
import type { CloudServer } from './simulator.ts';

const node = demoNode('web-1', { id: 'n1', physicalId: 'new' });

function changed(operation: string, serverId: string, began: number, ended: number | null): Mutation {
  const metadata = operation === 'create' ? { metadata: { cluster_node_id: 'n1' } } : {};
  return { server_id: serverId, operation, began_at: began, ended_at: ended, request_id: 'r', ...metadata };
}

function server(id: string): CloudServer {
  return { id, name: 'web-1', status: 'ACTIVE', task_state: null, host: 'compute1', metadata: {} };
}

const recreate = sampleStep({ id: 's1', name: 'RECREATE', state: 'SUCCEEDED', started_at: 't' });
const rebuild = sampleStep({ id: 's2', name: 'REBUILD', state: 'SKIPPED', started_at: null });
const mutations = [changed('create', 'old', 0, 10), changed('create', 'new', 20, 30)];
const good: CloudEvidence = {
  recoveries: [sampleRecovery({ steps: [rebuild, recreate] })],
  nodes: [node],
  nodeOf: new Map([['r1', 'web-1']]),
  mutations,
  servers: [server('new')],
};

test('one creation at first, and one for each RECREATE, is right', () => {
  const { problems, proven } = proveCloud(good);
  expect(problems).toEqual([]);
  expect(proven[0]).toContain('2 servers were created, 0 rebuilt and 0 evacuated');
});

test.each<[string, Partial<CloudEvidence>, string]>([
  [
    'a server that was created twice',
    { mutations: [...mutations, changed('create', 'twin', 21, 31)] },
    "web-1: the cloud's log has create 3 times, and 2 times was right",
  ],
  [
    'a server that no node has',
    { servers: [server('new'), server('twin')] },
    'server twin (web-1) is left over',
  ],
  ['a node whose server is gone', { servers: [] }, 'web-1: the cloud has no server new'],
  [
    'an operation without a step',
    { mutations: [...mutations, changed('evacuate', 'new', 40, 50)] },
    "web-1: the cloud's log has evacuate 1 times, and 0 times was right",
  ],
  [
    'an operation that no step of a policy is for',
    { mutations: [...mutations, changed('delete', 'old', 40, 50)] },
    "web-1: the cloud's log has delete 1 times",
  ],
])('%s is a problem', (_name, change, problem) => {
  expect(proveCloud({ ...good, ...change }).problems).toEqual([expect.stringContaining(problem)]);
});

test('two changes of a server at once, and one that has not ended, are problems', () => {
  const overlapping = [...mutations, changed('rebuild', 'new', 25, null)];
  expect(proveCloud({ ...good, mutations: overlapping }).problems).toEqual([
    'server new was changed twice at once: create and rebuild',
    'rebuild of server new has not ended',
    "web-1: the cloud's log has rebuild 1 times, and 0 times was right",
  ]);
});
