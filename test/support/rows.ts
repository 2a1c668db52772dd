/** Objects as they stand in the store, with what a test does not care about filled in. */
import { randomUUID } from 'node:crypto';
import type { Cluster, ClusterPolicy, Node, Policy, Profile } from '../../src/domain/model.ts';
import type { NewEvent } from '../../src/store/events.ts';

const owner = { project: 'local', user: 'local', domain: null };

export function aProfile(changes: Partial<Profile> = {}): Profile {
  return {
    ...owner,
    id: randomUUID(),
    name: 'profile',
    type: 'test.node-1.0',
    spec: { type: 'test.node', version: '1.0', properties: { flavor: '1' } },
    metadata: {},
    createdAt: 1000,
    updatedAt: null,
    ...changes,
  };
}

export function aPolicy(changes: Partial<Policy> = {}): Policy {
  return {
    ...owner,
    id: randomUUID(),
    name: 'policy',
    type: 'senlin.policy.health-1.3',
    spec: { type: 'senlin.policy.health', version: '1.3', properties: {} },
    data: {},
    createdAt: 1000,
    updatedAt: null,
    ...changes,
  };
}

export function aCluster(changes: Partial<Cluster> = {}): Cluster {
  return {
    ...owner,
    id: randomUUID(),
    name: 'cluster',
    profileId: randomUUID(),
    minSize: 0,
    maxSize: -1,
    desiredCapacity: 2,
    nextIndex: 1,
    timeout: 3600,
    status: 'ACTIVE',
    statusReason: 'as a test wants it',
    metadata: {},
    config: {},
    data: {},
    dependents: {},
    initAt: 1000,
    createdAt: null,
    updatedAt: null,
    ...changes,
  };
}

export function aNode(changes: Partial<Node> = {}): Node {
  return {
    ...owner,
    id: randomUUID(),
    name: 'node',
    clusterId: null,
    profileId: randomUUID(),
    index: -1,
    role: '',
    physicalId: null,
    status: 'ACTIVE',
    statusReason: 'as a test wants it',
    metadata: {},
    data: {},
    dependents: {},
    tainted: false,
    initAt: 1000,
    createdAt: null,
    updatedAt: null,
    ...changes,
  };
}

export function aBinding(changes: Partial<ClusterPolicy> = {}): ClusterPolicy {
  return {
    id: randomUUID(),
    clusterId: randomUUID(),
    policyId: randomUUID(),
    enabled: true,
    priority: 600,
    data: null,
    lastOp: null,
    ...changes,
  };
}

export function anEvent(changes: Partial<NewEvent> = {}): NewEvent {
  return {
    id: randomUUID(),
    timestamp: 1000,
    level: 'INFO',
    otype: 'CLUSTER',
    oid: randomUUID(),
    oname: 'cluster',
    clusterId: null,
    action: 'CLUSTER_CHECK',
    status: 'start',
    statusReason: '',
    metaData: {},
    project: 'local',
    user: 'local',
    ...changes,
  };
}
