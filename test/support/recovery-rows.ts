/** Rows of a cluster with a health policy, as the store takes them. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Cluster, Node, Policy, Profile } from '../../src/domain/model.ts';

const owner = { project: 'local', user: 'local', domain: null };
const made = { createdAt: 1, updatedAt: null };

export function newProfile(type: string): Profile {
  const spec = { type: type.replace(/-[^-]*$/, ''), version: '1.0', properties: {} };
  return { ...owner, ...made, id: randomUUID(), name: 'profile', type, spec, metadata: {} };
}

export function newPolicy(detection: JsonObject, recovery: JsonObject): Policy {
  const spec = { type: 'senlin.policy.health', version: '1.3', properties: { detection, recovery } };
  return {
    ...owner,
    ...made,
    id: randomUUID(),
    name: 'health',
    type: 'senlin.policy.health-1.3',
    spec,
    data: {},
  };
}

export function newCluster(profileId: string): Cluster {
  return {
    ...owner,
    ...made,
    id: randomUUID(),
    name: 'web',
    profileId,
    minSize: 0,
    maxSize: -1,
    desiredCapacity: 1,
    nextIndex: 2,
    timeout: 3600,
    status: 'ACTIVE',
    statusReason: '',
    metadata: {},
    config: {},
    data: {},
    dependents: {},
    initAt: 1,
  };
}

export function newNode(id: string, clusterId: string, profileId: string, changes: Partial<Node> = {}): Node {
  return {
    ...owner,
    ...made,
    id,
    name: 'web-1',
    clusterId,
    profileId,
    index: 1,
    role: '',
    physicalId: null,
    status: 'ERROR',
    statusReason: '',
    metadata: {},
    data: {},
    dependents: {},
    tainted: false,
    initAt: 1,
    ...changes,
  };
}
