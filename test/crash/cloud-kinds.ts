/** What nodes are in the crash tests on a cloud: servers, or stacks with a server each. */
import type { VmState } from '../../src/cloud-simulator/server-states.ts';
import type { SimulatedServer } from '../../src/cloud-simulator/simulated-server.ts';
import type { ServiceName } from '../../src/cloud-simulator/settings.ts';
import type { SimulatedStack } from '../../src/cloud-simulator/simulated-stack.ts';
import type { World } from '../../src/cloud-simulator/world.ts';
import type { JsonObject } from '../../src/domain/json.ts';

/** A server or stack that is there, or was. */
export interface Thing {
  readonly id: string;
  readonly nodeId: string;
  readonly createdAt: number;
  /** null: it is there. */
  readonly deletedAt: number | null;
  readonly isWell: boolean;
  /** An operator, or a failure, changes only what the cloud does not work on. */
  readonly isBusy: boolean;
  break(state: VmState): void;
  remove(): void;
}

export interface CloudKind {
  readonly name: string;
  readonly service: ServiceName;
  /** What faults may hit. */
  readonly operations: readonly string[];
  readonly profile: JsonObject;
  /** Of the policy: the last one makes a new one. */
  readonly actions: readonly JsonObject[];
  things(world: World): readonly Thing[];
}

const recreate = { name: 'RECREATE', timeout: 10, attempts: 2, backoff: { delay: 1 } };

export const servers: CloudKind = {
  name: 'os.nova.server',
  service: 'compute',
  operations: ['create', 'delete', 'reboot', 'show', 'list', 'metadata'],
  profile: {
    type: 'os.nova.server',
    version: '1.0',
    properties: { flavor: 'm1.tiny', image: 'debian' },
  },
  actions: [{ name: 'REBOOT', params: { type: 'HARD' }, timeout: 6 }, recreate],
  things: (world) =>
    [...world.servers.all, ...world.servers.deleted].map((server) => serverThing(world, server)),
};

function serverThing({ servers: all }: World, server: SimulatedServer): Thing {
  return {
    id: server.id,
    nodeId: server.metadata['cluster_node_id'] ?? '',
    createdAt: server.createdAt,
    deletedAt: server.deletedAt,
    isWell: server.vmState === 'active' && server.taskState === null,
    isBusy: server.taskState !== null,
    break: (state) => all.setState(server, state, 'broken by the test'),
    remove: () => all.remove(server),
  };
}

export const stacks: CloudKind = {
  name: 'os.heat.stack',
  service: 'orchestration',
  operations: ['create', 'delete', 'show', 'list'],
  profile: {
    type: 'os.heat.stack',
    version: '1.0',
    properties: {
      template: {
        heat_template_version: '2018-08-31',
        resources: {
          vm: {
            type: 'OS::Nova::Server',
            properties: { flavor: 'm1.tiny', image: 'debian', networks: [{ network: 'private' }] },
          },
        },
      },
    },
  },
  actions: [recreate],
  things: (world) => world.stacks.all.map((stack) => stackThing(world, stack)),
};

function stackThing({ stacks: all }: World, stack: SimulatedStack): Thing {
  const isBusy = stack.status === 'IN_PROGRESS';
  return {
    id: stack.id,
    nodeId: stack.given.tags.find((tag) => tag.startsWith('cluster_node_id='))?.split('=')[1] ?? '',
    createdAt: stack.createdAt,
    deletedAt: stack.deletedAt,
    isWell: stack.status === 'COMPLETE' && stack.action !== 'SUSPEND' && stack.action !== 'DELETE',
    isBusy,
    break(state) {
      const seen = state === 'error' ? { action: 'CHECK', status: 'FAILED' } : { action: 'SUSPEND' };
      Object.assign(stack, { ...seen, reason: 'broken by the test' });
    },
    remove: () => all.delete(stack, { requestId: 'req-of-the-test', failure: null }),
  };
}
