/** Servers of the simulated cloud, and the nodes that they are of. */
import { randomUUID } from 'node:crypto';
import type { SimulatedServer } from '../../src/cloud-simulator/simulated-server.ts';
import type { World } from '../../src/cloud-simulator/world.ts';
import type { NodeFacts } from '../../src/profiles/profile-type.ts';

export function simulatedServer(
  world: World,
  name: string,
  projectId = world.project.id,
  hostName: string | null = null,
): SimulatedServer {
  return world.servers.create({
    name,
    description: null,
    tags: [],
    projectId,
    userId: world.admin.id,
    imageId: null,
    flavor: 'm1.tiny',
    metadata: {},
    keyName: null,
    configDrive: false,
    securityGroups: [],
    zone: null,
    hostName,
    groupId: null,
    adminPass: null,
    volumes: [],
    requestId: `req-${randomUUID()}`,
    failure: null,
  });
}

export function serverNode(physicalId: string | null, changes: Partial<NodeFacts> = {}): NodeFacts {
  return {
    id: randomUUID(),
    name: 'web-1',
    index: 1,
    role: '',
    clusterId: null,
    clusterName: null,
    metadata: {},
    physicalId,
    data: {},
    properties: {},
    session: { project: 'p', user: 'u', domain: null },
    ...changes,
  };
}
