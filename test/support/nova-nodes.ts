/** Nodes of the type os.nova.server on a simulated cloud, for tests of the type alone. */
import { randomUUID } from 'node:crypto';
import {
  startCloudSimulator,
  type CloudSimulator,
  type SimulatorOptions,
} from '../../src/cloud-simulator/cloud-simulator.ts';
import { faultSchema, type Fault } from '../../src/cloud-simulator/faults.ts';
import type { SimulatedServer } from '../../src/cloud-simulator/simulated-server.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { ServiceClouds } from '../../src/openstack/cloud.ts';
import { findSettings } from '../../src/openstack/find-settings.ts';
import { novaServer } from '../../src/profiles/os-nova-server/os-nova-server.ts';
import type { NodeFacts, ProfileType } from '../../src/profiles/profile-type.ts';

export const neverAborted = new AbortController().signal;

export class NovaNodes {
  readonly simulator: CloudSimulator;
  readonly clouds: ServiceClouds;
  readonly type: ProfileType;

  private constructor(simulator: CloudSimulator) {
    this.simulator = simulator;
    this.clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
    this.type = novaServer({ clouds: this.clouds });
  }

  static async start(operationMs = 0, settings: SimulatorOptions['settings'] = {}): Promise<NovaNodes> {
    const latency = { answer_ms: 0, operation_ms: operationMs };
    return new NovaNodes(await startCloudSimulator({ settings: { latency, ...settings } }));
  }

  async stop(): Promise<void> {
    await this.clouds.close();
    await this.simulator.close();
  }

  /** With its defaults. */
  properties(written: JsonObject): JsonObject {
    const check = this.type.check({ flavor: 'm1.tiny', image: 'debian', ...written });
    if (!check.ok) throw new Error(JSON.stringify(check.issues));
    return check.properties;
  }

  /** A node whose server was created. */
  async created(written: JsonObject = {}): Promise<NodeFacts> {
    const node: NodeFacts = {
      id: randomUUID(),
      name: 'web-1',
      index: 1,
      role: '',
      clusterId: randomUUID(),
      clusterName: 'web',
      metadata: {},
      physicalId: null,
      data: {},
      properties: this.properties(written),
      session: { project: 'p', user: 'u', domain: null },
    };
    return { ...node, ...(await this.type.create(node, { key: 'create', signal: neverAborted })) };
  }

  serverOf({ physicalId }: Pick<NodeFacts, 'physicalId'>): SimulatedServer {
    const all = this.simulator.world.regions.flatMap(({ servers }) => servers.find(physicalId ?? '') ?? []);
    const [server] = all;
    if (server === undefined) throw new Error('the server is gone');
    return server;
  }

  fault(given: Partial<Fault>): void {
    this.simulator.world.faults.add(faultSchema.parse({ service: 'compute', ...given }));
  }

  setOperationMs(operationMs: number): void {
    const { world } = this.simulator;
    world.settings = { ...world.settings, latency: { answer_ms: 0, operation_ms: operationMs } };
  }

  /** What was done to servers, in order. */
  get mutations(): string[] {
    return this.simulator.world.mutations.all.map(({ operation }) => operation);
  }
}
