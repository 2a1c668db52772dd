import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { FakeCloud } from '../../test/support/fake-cloud.ts';
import { aBinding, aCluster, aNode, aPolicy, aProfile } from '../../test/support/rows.ts';
import { testCaller as caller, testTools } from '../../test/support/test-server.ts';
import { describeIssue } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Cluster } from '../domain/model.ts';
import { profileTypes } from '../profiles/registry.ts';
import { insertBinding } from '../store/cluster-policies.ts';
import { insertCluster } from '../store/clusters.ts';
import { insertNodes } from '../store/nodes.ts';
import { insertPolicy } from '../store/policies.ts';
import { insertProfile } from '../store/profiles.ts';
import { enqueueOnCluster } from './cluster-actions.ts';
import { attaching } from './cluster-policies.ts';
import { updateCluster } from './clusters.ts';
import { createNode, updateNode } from './nodes.ts';
import { attachWarnings, policyWarnings } from './policy-warnings.ts';
import type { RequestTools } from './request-tools.ts';

const type = 'local.process-1.0';

function processes(name: string, properties: JsonObject) {
  const spec = {
    type: 'local.process',
    version: '1.0',
    properties: { command: ['sleep', '9'], ...properties },
  };
  return aProfile({ name, type, spec });
}

const silent = processes('silent', {});
const listening = processes('listening', { port: 'auto' });
const cluster = aCluster({ name: 'web', profileId: silent.id });
const policy = aPolicy({
  name: 'asks-port',
  type: 'senlin.policy.health-1.3',
  spec: {
    type: 'senlin.policy.health',
    version: '1.3',
    properties: {
      detection: {
        detection_modes: [
          { type: 'NODE_STATUS_POLL_URL', options: { poll_url: 'http://{address}:{port}/{nodename}' } },
        ],
      },
      recovery: { actions: [{ name: 'RECREATE' }] },
    },
  },
});
const misfit =
  'detection.detection_modes[0].options.poll_url: expected a URL without {port}, or a profile whose nodes have one, found {port} (nodes of the profile silent have no port)';

let opened: TestStore;
let tools: RequestTools;

beforeEach(async () => {
  opened = await openTestStore();
  tools = {
    ...testTools(opened.store, new FakeCloud()),
    profileTypes: profileTypes({ dataDir: '/nowhere' }),
  };
  await opened.store.write(async (tx) => {
    await insertProfile(tx, silent);
    await insertCluster(tx, cluster);
    await insertPolicy(tx, policy);
  });
});

afterEach(() => opened.close());

const addListening = () => opened.store.write((tx) => insertProfile(tx, listening));

test('a policy whose URL needs a port is refused where the nodes of the cluster can have none', async () => {
  await expect(enqueueOnCluster(tools, caller, 'web', attaching({ policy: 'asks-port' }))).rejects.toThrow(
    `The policy asks-port does not fit the cluster web: ${misfit}`,
  );
});

test('so is one that a node with another profile than its cluster cannot follow', async () => {
  await addListening();
  const mixed = aCluster({ name: 'mixed', profileId: listening.id });
  const member = (name: string, profileId: string) =>
    aNode({ name, clusterId: mixed.id, profileId, status: 'ACTIVE' });
  await opened.store.write(async (tx) => {
    await insertCluster(tx, mixed);
    await insertNodes(tx, [
      member('one', listening.id),
      member('two', silent.id),
      member('three', silent.id),
    ]);
  });
  await expect(enqueueOnCluster(tools, caller, 'mixed', attaching({ policy: 'asks-port' }))).rejects.toThrow(
    `The policy asks-port does not fit the node three and 1 more of the cluster mixed, whose profile is another: ${misfit}`,
  );
});

test('a check of the policy warns where no profile that there is fits', async () => {
  const warnings = async () => (await policyWarnings(tools, caller, policy)).map(describeIssue);
  expect(await warnings()).toEqual([misfit]);
  await addListening();
  expect(await warnings()).toEqual([]);
});

async function addAsking(): Promise<Cluster> {
  await addListening();
  const asking = aCluster({ name: 'asking', profileId: listening.id });
  await opened.store.write(async (tx) => {
    await insertCluster(tx, asking);
    await insertBinding(tx, aBinding({ clusterId: asking.id, policyId: policy.id }));
  });
  return asking;
}

test('a cluster with such a policy takes no profile without a port', async () => {
  await addAsking();
  await expect(updateCluster(tools, caller, 'asking', { profile: 'silent' })).rejects.toThrow(misfit);
});

test('nor does it take a node with such a profile of its own, new or changed', async () => {
  const { id } = await addAsking();
  const extra = { name: 'extra', profile: 'silent', cluster: 'asking', role: '', metadata: {} };
  const refusal = (name: string) => `The policy asks-port does not fit the node ${name}: ${misfit}`;
  await expect(createNode(tools, caller, extra)).rejects.toThrow(refusal('extra'));
  await createNode(tools, caller, { ...extra, cluster: undefined });
  const member = aNode({ name: 'member', clusterId: id, profileId: listening.id, status: 'ACTIVE' });
  await opened.store.write((tx) => insertNodes(tx, [member]));
  await expect(updateNode(tools, caller, 'member', { profile: 'silent' })).rejects.toThrow(refusal('member'));
});

function withZoneOutage(outage: Json) {
  const properties = {
    detection: { detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
    recovery: { actions: [{ name: 'RECREATE' }] },
    safety: { zone_outage: outage },
  };
  const spec = { type: 'senlin.policy.health', version: '1.3', properties };
  return aPolicy({ name: 'zones', type: 'senlin.policy.health-1.3', spec });
}

test('a policy that names a zone is refused where nodes are in none, with the reason', async () => {
  const zones = withZoneOutage('HOLD');
  await opened.store.write((tx) => insertPolicy(tx, zones));
  await expect(enqueueOnCluster(tools, caller, 'web', attaching({ policy: 'zones' }))).rejects.toThrow(
    'safety.zone_outage.domain: expected LABEL, found ZONE (processes of this machine are in no availability zone)',
  );
});

test('a policy that replaces nodes elsewhere is refused where the profile type cannot, with the reason', async () => {
  const racks = withZoneOutage({ action: 'REPLACE_ELSEWHERE', domain: 'LABEL', label: 'rack' });
  await opened.store.write((tx) => insertPolicy(tx, racks));
  await expect(enqueueOnCluster(tools, caller, 'web', attaching({ policy: 'zones' }))).rejects.toThrow(
    'safety.zone_outage.action: expected HOLD, found REPLACE_ELSEWHERE (local.process-1.0 cannot create a node in another rack)',
  );
});

test('attaching warns where all nodes are in one failure domain: such a cluster has no zone outage', async () => {
  const racks = withZoneOutage({ action: 'HOLD', domain: 'LABEL', label: 'rack' });
  const member = (name: string, metadata: JsonObject) =>
    aNode({ name, metadata, clusterId: cluster.id, profileId: silent.id, status: 'ACTIVE' });
  const add = (name: string, metadata: JsonObject) =>
    opened.store.write((tx) => insertNodes(tx, [member(name, metadata)]));
  await opened.store.write((tx) => insertPolicy(tx, racks));
  const warnings = async () =>
    (await attachWarnings(tools, caller, 'web', 'zones')).map(({ field, found }) => `${field}: ${found}`);
  expect(await warnings()).toEqual([]);
  await add('one', {});
  expect(await warnings()).toEqual(['safety.zone_outage: none known']);
  await add('two', { rack: 'r1' });
  expect(await warnings()).toEqual(['safety.zone_outage: r1 only']);
  await add('three', { rack: 'r2' });
  expect(await warnings()).toEqual([]);
});
