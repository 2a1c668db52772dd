/**
 * A cluster with a health policy, healed by the real engine and the real healer over the real store, in
 * virtual time.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeActionNames } from '../../src/domain/action-requests.ts';
import { actionDefinitions } from '../../src/actions/registry.ts';
import { probe } from './probe.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Cluster, Node, Recovery } from '../../src/domain/model.ts';
import { policyTypes } from '../../src/policies/registry.ts';
import { registryOf } from '../../src/profiles/registry.ts';
import { enqueueOnCluster, type ClusterRequest } from '../../src/requests/cluster-actions.ts';
import { attaching } from '../../src/requests/cluster-policies.ts';
import { createCluster } from '../../src/requests/clusters.ts';
import { createPolicy } from '../../src/requests/policies.ts';
import { createProfile } from '../../src/requests/profiles.ts';
import { defaultRequestLimits } from '../../src/requests/request-tools.ts';
import type { Caller, RequestTools } from '../../src/requests/request-tools.ts';
import { getCluster } from '../../src/store/clusters.ts';
import { migrate } from '../../src/store/migrate.ts';
import { nodesOfCluster } from '../../src/store/nodes.ts';
import { listRecoveries } from '../../src/store/recoveries.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import type { NodeHome } from './node-home.ts';
import { ProcessLife } from './process-life.ts';
import { SimulatedCloud } from './simulated-cloud.ts';
import { SimulatedWorkflows } from './simulated-workflows.ts';
import { VirtualClock } from './virtual-clock.ts';
import { WorkflowServices } from '../../src/workflow/workflow-services.ts';

const caller: Caller = { project: 'local', user: 'local', domain: null, roles: ['member', 'admin'] };

/** Nothing of a test has to survive a power cut: where there is a file system in memory, it is used. */
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A database with the schema and nothing in it: made once. */
let template: Promise<Buffer> | undefined;

async function makeTemplate(): Promise<Buffer> {
  const directory = mkdtempSync(path.join(parent, 'coppice-template-'));
  const file = path.join(directory, 'coppice.db');
  const store = openSqlite(file);
  await migrate(store, Date.UTC(2026, 0, 1));
  await store.close();
  const content = readFileSync(file);
  rmSync(directory, { recursive: true, force: true });
  return content;
}

export class HealingWorld<Home extends NodeHome = SimulatedCloud> {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly cloud: Home;
  readonly workflows: SimulatedWorkflows;
  readonly tools: RequestTools;
  readonly caller = caller;
  /** What the process logged as unforeseen. */
  readonly complaints: string[] = [];
  clusterId = '';
  #life: ProcessLife;
  readonly #directory: string;

  private constructor(clock: VirtualClock, store: Store, directory: string, cloud: Home) {
    this.clock = clock;
    this.store = store;
    this.#directory = directory;
    this.cloud = cloud;
    this.workflows = new SimulatedWorkflows(clock, store);
    this.tools = requestTools(store, this.cloud, this.workflows);
    this.#life = this.#newLife();
  }

  /** From here to `close` the time of this process is the world's. */
  static open(): Promise<HealingWorld> {
    return HealingWorld.openWith((clock) => new SimulatedCloud(clock));
  }

  /** As `open`, with nodes that live elsewhere. */
  static async openWith<Home extends NodeHome>(
    makeHome: (clock: VirtualClock) => Home,
  ): Promise<HealingWorld<Home>> {
    template ??= makeTemplate();
    const content = await template;
    const directory = mkdtempSync(path.join(parent, 'coppice-world-'));
    writeFileSync(path.join(directory, 'coppice.db'), content);
    const clock = new VirtualClock();
    clock.install();
    const store = openSqlite(path.join(directory, 'coppice.db'));
    const world = new HealingWorld(clock, store, directory, makeHome(clock));
    await world.#life.start();
    return world;
  }

  async close(): Promise<void> {
    this.#life.kill();
    this.clock.uninstall();
    await this.store.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get life(): ProcessLife {
    return this.#life;
  }

  /** The process is killed if it is not dead yet, and started again. */
  async restart(): Promise<void> {
    this.#life.kill();
    this.#life = this.#newLife();
    await this.#life.start();
  }

  /** Nodes are called web-1, web-2, ... @param policy properties of a health policy 1.3; null: none. */
  async createCluster(size: number, policy: JsonObject | null): Promise<void> {
    const { tools } = this;
    const profile = {
      name: 'web',
      spec: this.cloud.profileSpec,
      metadata: {},
    };
    await this.request(() => createProfile(tools, caller, profile));
    const cluster = {
      name: 'web',
      profile: 'web',
      minSize: 0,
      maxSize: -1,
      desiredCapacity: size,
      timeout: 3600,
      metadata: {},
      config: { 'node.name.format': 'web-$I' },
    };
    const { object } = await this.request(() => createCluster(tools, caller, cluster));
    this.clusterId = object.id;
    await this.clock.advance(10);
    for (let waited = 0; (await this.cluster())?.status === 'CREATING' && waited < 600; waited += 1)
      await this.clock.advance(1000);
    if (policy !== null) await this.attach(policy);
  }

  async attach(properties: JsonObject): Promise<void> {
    const spec = { type: 'senlin.policy.health', version: '1.3', properties };
    await this.request(() => createPolicy(this.tools, caller, { name: 'health', spec }));
    await this.runOnCluster(attaching({ policy: 'health' }));
    await this.clock.advance(990);
  }

  /** Asks for an action on the cluster; it has yet to run. */
  async runOnCluster(request: ClusterRequest): Promise<void> {
    await this.request(() => enqueueOnCluster(this.tools, caller, 'web', request));
  }

  /** A request of an operator; where it asks the cloud, time passes until that has answered. */
  async request<T>(ask: () => Promise<T>): Promise<T> {
    let isAnswered = false;
    const answer = ask().finally(() => {
      isAnswered = true;
    });
    // Who waits for it has not begun to yet.
    answer.catch(() => {});
    // What waits for the database alone needs no time.
    for (let turns = 0; turns < 100 && !isAnswered; turns += 1) await this.clock.settle();
    while (!isAnswered) await this.clock.advance(10);
    await this.clock.settle();
    return await answer;
  }

  async nodes(): Promise<Node[]> {
    return (await nodesOfCluster(this.store.db, this.clusterId)).sort((a, b) => a.index - b.index);
  }

  async node(name: string): Promise<Node> {
    const node = (await this.nodes()).find((each) => each.name === name);
    if (node === undefined) throw new Error(`there is no node ${name}`);
    return node;
  }

  async cluster(): Promise<Cluster | undefined> {
    return await getCluster(this.store.db, this.clusterId);
  }

  /** Oldest first. */
  async recoveries(): Promise<Recovery[]> {
    const query = this.store.db.selectFrom('recovery').select(['id', 'opened_at']).orderBy('opened_at');
    const order = (await query.execute()).map((row) => row.id);
    const all = await listRecoveries(this.store.db, { limit: 1000 });
    return all.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  }

  /** Nothing is open or under way. */
  async isAtRest(): Promise<boolean> {
    const { db } = this.store;
    const actions = await db.selectFrom('action').select('id').where('ended_at', 'is', null).execute();
    const open = await db.selectFrom('recovery').select('id').where('closed_at', 'is', null).execute();
    return actions.length === 0 && open.length === 0;
  }

  #newLife(): ProcessLife {
    const { clock, store, cloud, workflows } = this;
    const complain = (error: unknown): void => void this.complaints.push(describe(error));
    return new ProcessLife({ clock, store, cloud, workflows, complain });
  }
}

function describe(error: unknown): string {
  const inner = error instanceof Object && 'err' in error ? error.err : error;
  return inner instanceof Error ? (inner.stack ?? inner.message) : JSON.stringify(inner);
}

function requestTools(store: Store, cloud: NodeHome, workflows: SimulatedWorkflows): RequestTools {
  const profileTypes = registryOf([cloud.profileType(() => true)]);
  const services = {
    store,
    profileTypes,
    probe,
    workflows: new WorkflowServices({ embedded: workflows.service(() => true) }),
  };
  const names = actionDefinitions(services).map((definition) => definition.action);
  return {
    store,
    profileTypes,
    policyTypes,
    checkSettings: { healthCheckIntervalMin: 1 },
    actionNames: new Set([...names, ...nodeActionNames]),
    limits: defaultRequestLimits,
    ...(cloud.cloudView === undefined ? {} : { cloud: cloud.cloudView }),
    now: Date.now,
  };
}
