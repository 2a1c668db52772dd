/** A store, an engine with actions, and clusters of fake nodes: for tests of what actions do. */
import { randomUUID } from 'node:crypto';
import { onCluster, type ActionRequest, type ClusterActionName } from '../../src/domain/action-requests.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Action, Cluster, Node, Policy } from '../../src/domain/model.ts';
import type { ActionDefinition } from '../../src/engine/action-context.ts';
import { Engine } from '../../src/engine/engine.ts';
import { insertActions, toAction } from '../../src/store/actions.ts';
import { getCluster, insertCluster } from '../../src/store/clusters.ts';
import { nodesOfCluster } from '../../src/store/nodes.ts';
import { insertPolicy } from '../../src/store/policies.ts';
import { insertProfile } from '../../src/store/profiles.ts';
import type { Store } from '../../src/store/store.ts';
import { openTestStore } from './backends.ts';
import { eventually } from './eventually.ts';
import { newAction } from './new-action.ts';
import { joined } from './membership.ts';
import type { Membership } from '../../src/membership/membership.ts';

export const owner = { project: 'default', user: 'default', domain: null };

export class TestEngine {
  readonly store: Store;
  readonly #engine: Engine;
  readonly #close: () => Promise<void>;

  private constructor(store: Store, engine: Engine, close: () => Promise<void>) {
    this.store = store;
    this.#engine = engine;
    this.#close = close;
  }

  static async start(
    definitions: (store: Store, membership: Membership) => readonly ActionDefinition[],
  ): Promise<TestEngine> {
    const { store, close } = await openTestStore();
    const membership = await joined(store);
    const engine = new Engine({
      store,
      definitions: definitions(store, membership),
      membership,
    });
    await engine.start();
    return new TestEngine(store, engine, close);
  }

  async stop(): Promise<void> {
    await this.#engine.stop();
    await this.#close();
  }

  async run(request: ActionRequest): Promise<Action> {
    const action = { ...newAction(request.action), ...request };
    await this.store.write((tx) => insertActions(tx, [action], Date.now()));
    return await this.ended(action.id);
  }

  async runOnCluster(name: ClusterActionName, id: string, inputs: JsonObject = {}): Promise<Action> {
    return await this.run(onCluster(name, await this.cluster(id), inputs));
  }

  async ended(id: string): Promise<Action> {
    return await eventually(`action ${id} has ended`, async () => {
      const row = await this.store.db
        .selectFrom('action')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row !== undefined && row.ended_at !== null && toAction(row);
    });
  }

  async cluster(id: string): Promise<Cluster> {
    const cluster = await getCluster(this.store.db, id);
    if (cluster === undefined) throw new Error(`no cluster ${id}`);
    return cluster;
  }

  async nodes(clusterId: string): Promise<Node[]> {
    return await nodesOfCluster(this.store.db, clusterId);
  }

  /** A cluster with its row only; its nodes come with CLUSTER_CREATE. */
  async newCluster(profileType: string, changes: Partial<Cluster> = {}): Promise<string> {
    const now = Date.now();
    const profileId = changes.profileId ?? (await this.newProfile(profileType));
    const cluster: Cluster = {
      ...owner,
      id: randomUUID(),
      name: 'web',
      profileId,
      minSize: 0,
      maxSize: -1,
      desiredCapacity: 3,
      nextIndex: 1,
      timeout: 3600,
      status: 'INIT',
      statusReason: 'Initializing',
      metadata: {},
      config: { 'node.name.format': 'web-$I' },
      data: {},
      dependents: {},
      initAt: now,
      createdAt: null,
      updatedAt: null,
      ...changes,
    };
    await this.store.write((tx) => insertCluster(tx, cluster));
    return cluster.id;
  }

  async newProfile(type: string, properties: JsonObject = {}): Promise<string> {
    const id = randomUUID();
    const spec = { type: type.replace(/-[^-]*$/, ''), version: '1.0', properties };
    const profile = {
      ...owner,
      id,
      name: 'profile',
      type,
      spec,
      metadata: {},
      createdAt: Date.now(),
      updatedAt: null,
    };
    await this.store.write((tx) => insertProfile(tx, profile));
    return id;
  }

  async newPolicy(type: string, properties: JsonObject): Promise<string> {
    const id = randomUUID();
    const dash = type.lastIndexOf('-');
    const spec = { type: type.slice(0, dash), version: type.slice(dash + 1), properties };
    const policy: Policy = {
      ...owner,
      id,
      name: 'policy',
      type,
      spec,
      data: {},
      createdAt: Date.now(),
      updatedAt: null,
    };
    await this.store.write((tx) => insertPolicy(tx, policy));
    return id;
  }
}
