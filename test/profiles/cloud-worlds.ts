/** `os.nova.server` and `os.heat.stack` for the contract test: things of the simulated cloud. */
import { randomUUID } from 'node:crypto';
import { startCloudSimulator, type CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import { faultSchema, type Fault } from '../../src/cloud-simulator/faults.ts';
import type { Mutation } from '../../src/cloud-simulator/mutation-log.ts';
import type { ServiceName } from '../../src/cloud-simulator/settings.ts';
import type { World } from '../../src/cloud-simulator/world.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { ServiceClouds } from '../../src/openstack/cloud.ts';
import { findSettings } from '../../src/openstack/find-settings.ts';
import { heatStack } from '../../src/profiles/os-heat-stack/os-heat-stack.ts';
import { novaServer } from '../../src/profiles/os-nova-server/os-nova-server.ts';
import type { NodeFacts, ProfileType } from '../../src/profiles/profile-type.ts';
import { eventually } from '../support/eventually.ts';
import { serverNode } from '../support/simulated-server.ts';
import type { ContractSubject, ContractWorld } from './contract-world.ts';

const template: JsonObject = {
  heat_template_version: '2018-08-31',
  parameters: { flavor: { type: 'string', default: 'm1.tiny' } },
  resources: {
    vm: {
      type: 'OS::Nova::Server',
      properties: { flavor: { get_param: 'flavor' }, image: 'debian', networks: [{ network: 'private' }] },
    },
  },
};
const server = { flavor: 'm1.tiny', image: 'debian' };

/** What is different between nodes that are servers and nodes that are stacks. */
interface CloudKind {
  readonly service: ServiceName;
  readonly make: (clouds: ServiceClouds) => ProfileType;
  readonly properties: JsonObject;
  existing(world: World, node: NodeFacts): readonly string[];
  isMadeFor(creation: Mutation, node: NodeFacts): boolean;
  impossible(world: World): { readonly properties: JsonObject; readonly reason: RegExp };
  lose(world: World, node: NodeFacts): void;
}

const servers: CloudKind = {
  service: 'compute',
  make: (clouds) => novaServer({ clouds }),
  properties: server,
  existing: (world, { id }) =>
    world.servers.all.filter(({ metadata }) => metadata['cluster_node_id'] === id).map((one) => one.id),
  isMadeFor: ({ metadata }, { id }) => metadata?.['cluster_node_id'] === id,
  impossible(world) {
    world.settings = { ...world.settings, quota: { ...world.settings.quota, instances: 0 } };
    return { properties: {}, reason: /403 Quota exceeded for instances/ };
  },
  lose(world, { physicalId }) {
    const own = world.servers.find(physicalId ?? '');
    if (own !== undefined) world.servers.remove(own);
  },
};

const stacks: CloudKind = {
  service: 'orchestration',
  make: (clouds) => heatStack({ clouds }),
  properties: { template },
  existing(world, node) {
    const all = world.stacks.all.filter(({ deletedAt }) => deletedAt === null);
    const own = all.filter(({ given }) => given.tags.includes(`cluster_node_id=${node.id}`));
    // A server whose stack is gone was left behind.
    const left = world.servers.all.filter(({ name }) => !all.some((one) => name.startsWith(one.name)));
    return [...own, ...left].map(({ id }) => id);
  },
  isMadeFor: ({ metadata }, { id }) =>
    metadata?.['tags']?.split(',').includes(`cluster_node_id=${id}`) === true,
  impossible: () => ({ properties: { parameters: { colour: 'green' } }, reason: /400 .*\(colour\)/ }),
  lose(world, { physicalId }) {
    const own = world.stacks.all.find(({ id }) => id === physicalId);
    if (own !== undefined) world.stacks.delete(own, { requestId: 'req-of-an-operator', failure: null });
  },
};

export const novaServerSubject: ContractSubject = {
  name: 'os.nova.server',
  open: () => open(servers),
  hasReboot: true,
  seenStopped: 'SERVER_STOPPED',
  answered: ['create', 'remove', 'reboot'],
  refused: [
    ['', undefined],
    ['flavor', { image: 'debian' }],
    ['image', { flavor: 'm1.tiny' }],
    ['colour', { ...server, colour: 'green' }],
    ['networks[0].vnic_type', { ...server, networks: [{ network: 'n', vnic_type: 'best' }] }],
  ],
  secrets: [{ properties: { admin_pass: 'hunter22', user_data: 'hunter22' }, text: 'hunter22' }],
};

export const heatStackSubject: ContractSubject = {
  name: 'os.heat.stack',
  open: () => open(stacks),
  hasReboot: false,
  seenStopped: null,
  answered: ['create', 'remove'],
  refused: [
    ['', undefined],
    ['template', {}],
    ['template', { template: 'text' }],
    ['colour', { template, colour: 'green' }],
    ['timeout', { template, timeout: 0 }],
  ],
  secrets: [{ properties: { files: { 'a.sh': 'hunter22' } }, text: 'hunter22' }],
};

async function open(kind: CloudKind): Promise<ContractWorld> {
  const simulator = await startCloudSimulator({ settings: { latency: { answer_ms: 0, operation_ms: 0 } } });
  const { world } = simulator;
  const opened: ServiceClouds[] = [];
  const node = (properties: JsonObject = {}): NodeFacts =>
    serverNode(null, { clusterId: randomUUID(), properties: { ...kind.properties, ...properties } });
  const fault = (given: Partial<Fault>): void =>
    world.faults.add(faultSchema.parse({ service: kind.service, ...given }));
  const mutationsOf = (of: NodeFacts): Mutation[] => {
    const own = world.mutations.all.filter((one) => one.operation === 'create' && kind.isMadeFor(one, of));
    const ids = new Set(own.map(({ server_id: id }) => id));
    return world.mutations.all.filter(({ server_id: id }) => ids.has(id));
  };
  const coppice = (): ProfileType => {
    const clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
    opened.push(clouds);
    return kind.make(clouds);
  };
  return {
    coppice,
    node,
    failing() {
      fault({ operation: 'create', kind: 'fail', message: 'No host is left.' });
      return { node: node(), reason: /No host is left\./ };
    },
    impossible() {
      const { properties, reason } = kind.impossible(world);
      return { node: node(properties), reason };
    },
    existing: (of) => kind.existing(world, of),
    isThere: (of) => Promise.resolve(kind.existing(world, of).includes(of.physicalId ?? '')),
    changes: (of) => mutationsOf(of).filter(({ operation }) => operation !== 'delete').length,
    isAtWork: (of) => mutationsOf(of).some(({ ended_at }) => ended_at === null),
    async createAndCrash(of, key) {
      fault({ operation: 'create', kind: 'slow', delay_ms: 3_600_000 });
      const request = { key, signal: new AbortController().signal };
      // Its answer never comes; only the end of the test ends it.
      void coppice()
        .create(of, request)
        .catch(() => undefined);
      await eventually('the cloud has begun', () => mutationsOf(of).length > 0);
    },
    loseAnswer: (operation) =>
      fault({ operation: operation === 'remove' ? 'delete' : operation, kind: 'lost-answer' }),
    slowDown() {
      world.settings = { ...world.settings, latency: { answer_ms: 0, operation_ms: 150 } };
    },
    async lose(of) {
      kind.lose(world, of);
      await eventually('it is gone', () => kind.existing(world, of).length === 0);
    },
    hide: () => world.faults.setAway(kind.service, true),
    close: () => closeAll(simulator, opened),
  };
}

/** The simulator first: what hangs has nothing to come back to. */
async function closeAll(simulator: CloudSimulator, opened: readonly ServiceClouds[]): Promise<void> {
  await simulator.close();
  for (const clouds of opened) await clouds.close();
}
