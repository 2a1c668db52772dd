/** Clusters of servers of a simulated cloud, with an engine and all actions: for tests of policies. */
import { afterEach, beforeEach } from 'vitest';
import { actionDefinitions } from '../../src/actions/registry.ts';
import { onNode, type NodeActionName } from '../../src/domain/action-requests.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Action, Node } from '../../src/domain/model.ts';
import type { PlanTools } from '../../src/clusters/plan-of-action.ts';
import type { World } from '../../src/cloud-simulator/world.ts';
import type { SimulatorOptions } from '../../src/cloud-simulator/cloud-simulator.ts';
import type { SimulatedServer } from '../../src/cloud-simulator/simulated-server.ts';
import { faultSchema, type Fault } from '../../src/cloud-simulator/faults.ts';
import { registryOf } from '../../src/profiles/registry.ts';
import { embeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';
import { recoveryProbe } from '../../src/actions/recovery-probe.ts';
import { HttpClient } from '../../src/outbound/http-client.ts';
import { NovaNodes } from './nova-nodes.ts';
import { testMembership } from './membership.ts';
import { TestEngine } from './test-engine.ts';
import { WorkflowServices } from '../../src/workflow/workflow-services.ts';

export class ServerCluster {
  readonly nova: NovaNodes;
  readonly engine: TestEngine;
  readonly id: string;
  readonly tools: PlanTools;

  private constructor(nova: NovaNodes, engine: TestEngine, id: string, tools: PlanTools) {
    this.nova = nova;
    this.engine = engine;
    this.id = id;
    this.tools = tools;
  }

  static async start(
    size: number,
    { settings = {}, profile = {} }: { settings?: SimulatorOptions['settings']; profile?: JsonObject } = {},
  ): Promise<ServerCluster> {
    const nova = await NovaNodes.start(0, settings);
    const profileTypes = registryOf([nova.type]);
    const http = new HttpClient({});
    const engine = await TestEngine.start((store) =>
      actionDefinitions({
        store,
        profileTypes,
        clouds: nova.clouds,
        probe: recoveryProbe({ http }),
        workflows: new WorkflowServices({
          embedded: embeddedWorkflows({ store, membership: testMembership(store) }),
        }),
      }),
    );
    const profileId = await engine.newProfile('os.nova.server-1.0', {
      flavor: 'm1.tiny',
      image: 'debian',
      networks: [{ network: 'private' }],
      ...profile,
    });
    const id = await engine.newCluster('os.nova.server-1.0', { profileId, desiredCapacity: size });
    const tools = { db: engine.store.db, store: engine.store, profileTypes };
    const cluster = new ServerCluster(nova, engine, id, tools);
    await engine.runOnCluster('CLUSTER_CREATE', id);
    return cluster;
  }

  get world(): World {
    return this.nova.simulator.world;
  }

  async nodes(): Promise<Node[]> {
    return await this.engine.nodes(this.id);
  }

  async node(name: string): Promise<Node> {
    const found = (await this.nodes()).find((node) => node.name === name);
    if (found === undefined) throw new Error(`there is no node ${name}`);
    return found;
  }

  serverOf(node: Node): SimulatedServer {
    return this.nova.serverOf(node);
  }

  /** @returns the id of the policy. */
  async attach(type: string, properties: JsonObject): Promise<{ policy_id: string; action: Action }> {
    const policy_id = await this.engine.newPolicy(type, properties);
    return { policy_id, action: await this.run('CLUSTER_ATTACH_POLICY', { policy_id }) };
  }

  async run(action: Parameters<TestEngine['runOnCluster']>[0], inputs: JsonObject = {}): Promise<Action> {
    return await this.engine.runOnCluster(action, this.id, inputs);
  }

  async runOnNode(action: NodeActionName, node: Node, inputs: JsonObject = {}): Promise<Action> {
    return await this.engine.run(onNode(action, node, inputs));
  }

  fault(fault: Partial<Fault>): void {
    this.world.faults.add(faultSchema.parse(fault));
  }

  async stop(): Promise<void> {
    await this.engine.stop();
    await this.nova.stop();
  }
}

/** One for each test. */
export function serverCluster(
  size: number,
  options: Parameters<typeof ServerCluster.start>[1] = {},
): () => ServerCluster {
  let current: ServerCluster | undefined;
  beforeEach(async () => {
    current = await ServerCluster.start(size, options);
  });
  afterEach(async () => await current?.stop());
  return () => {
    if (current === undefined) throw new Error('no test runs');
    return current;
  };
}
