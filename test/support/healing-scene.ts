/**
 * A cluster of fake nodes under a health policy, in a time that only the test moves: what is seen is written
 * down, a round of healing decides, and what it starts is carried out.
 */
import { randomUUID } from 'node:crypto';
import { nodeRecover } from '../../src/actions/node-recover/node-recover.ts';
import { http, probe } from './probe.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Cluster, Node, Policy, Recovery } from '../../src/domain/model.ts';
import { healRound } from '../../src/healing/heal-round.ts';
import { loadWatchList, emptyWatchList } from '../../src/healing/watch-list.ts';
import { registryOf } from '../../src/profiles/registry.ts';
import type { HealthRecord } from '../../src/domain/health-record.ts';
import { deleteBinding, insertBinding, updateBinding } from '../../src/store/cluster-policies.ts';
import { insertCluster } from '../../src/store/clusters.ts';
import { saveNodeHealth } from '../../src/store/node-health.ts';
import { getNode, insertNodes } from '../../src/store/nodes.ts';
import { insertPolicy } from '../../src/store/policies.ts';
import { insertProfile } from '../../src/store/profiles.ts';
import { listRecoveries } from '../../src/store/recoveries.ts';
import { recoveryDecisions } from '../../src/store/recovery-decisions.ts';
import type { Store } from '../../src/store/store.ts';
import { CrashingRun } from './crashing-run.ts';
import type { Crash } from './crashing-run.ts';
import { FakeCloud } from './fake-cloud.ts';
import { FakeWorkflows } from './fake-workflows.ts';
import { newCluster, newNode, newPolicy, newProfile } from './recovery-rows.ts';
import { WorkflowServices } from '../../src/workflow/workflow-services.ts';

const second = 1000;

export class HealingScene {
  readonly store: Store;
  readonly cloud = new FakeCloud();
  readonly workflows = new FakeWorkflows();
  readonly cluster: Cluster;
  readonly policy: Policy;
  readonly bindingId = randomUUID();
  now = 1_800_000_000_000;

  private constructor(store: Store, cluster: Cluster, policy: Policy) {
    this.store = store;
    this.cluster = cluster;
    this.policy = policy;
  }

  /** Nodes `web-1` to `web-N`, all of them healthy; `more` is laid over the policy's properties. */
  static async prepare(
    store: Store,
    size: number,
    recovery: JsonObject,
    more: JsonObject = {},
  ): Promise<HealingScene> {
    const profile = newProfile('test.node-1.0');
    const detection = {
      interval: 10,
      node_update_timeout: 0,
      detection_modes: [{ type: 'NODE_STATUS_POLLING' }],
    };
    const made = newPolicy(detection, recovery);
    const spec = { ...made.spec, properties: { ...made.spec.properties, ...more } };
    const scene = new HealingScene(
      store,
      { ...newCluster(profile.id), desiredCapacity: size },
      { ...made, spec },
    );
    await store.write(async (tx) => {
      await insertProfile(tx, profile);
      await insertCluster(tx, scene.cluster);
      await insertPolicy(tx, scene.policy);
      await insertBinding(tx, {
        id: scene.bindingId,
        clusterId: scene.cluster.id,
        policyId: scene.policy.id,
        enabled: true,
        priority: 600,
        data: null,
        lastOp: null,
      });
    });
    for (let index = 1; index <= size; index += 1) await scene.#add(index, profile.id);
    return scene;
  }

  async #add(index: number, profileId: string): Promise<void> {
    const physicalId = `server-${index}`;
    const name = `web-${index}`;
    const node = newNode(idOf(name), this.cluster.id, profileId, {
      name,
      index,
      physicalId,
      status: 'ACTIVE',
    });
    this.cloud.servers.set(physicalId, {
      nodeId: node.id,
      key: 'old',
      verdict: { health: 'healthy', reason: 'runs' },
    });
    await this.store.write((tx) => insertNodes(tx, [node]));
    await this.see(name, 'HEALTHY');
  }

  pass(seconds: number): void {
    this.now += seconds * second;
  }

  /** What a probe found, thresholds included. */
  async see(name: string, state: HealthRecord['state'], failure = 'SERVER_ERROR'): Promise<void> {
    const failed = state === 'FAILED' || state === 'SUSPECTED';
    const record: HealthRecord = {
      state,
      since: this.now,
      reason: failed ? 'broken' : state === 'HEALTHY' ? 'runs' : 'no answer',
      last: failed ? 'unhealthy' : state === 'HEALTHY' ? 'healthy' : 'unknown',
      failures: failed ? 1 : 0,
      successes: failed ? 0 : 1,
      failedAt: failed ? this.now : null,
      failure: failed ? { class: failure, reason: 'broken' } : null,
      detectors: [],
      healthyAt: state === 'HEALTHY' ? this.now : null,
      probedAt: this.now,
      probeAgainAt: this.now + 10 * second,
    };
    await this.store.write((tx) => saveNodeHealth(tx, idOf(name), this.cluster.id, record));
  }

  /** The node is broken, and was seen to be. */
  async fail(name: string, failure?: string): Promise<void> {
    this.cloud.break(idOf(name));
    await this.see(name, 'FAILED', failure);
  }

  async round(): Promise<void> {
    const tools = {
      http,
      profileTypes: registryOf([this.cloud.type]),
      lease: (ids: readonly string[]) => Promise.resolve(new Set(ids)),
    };
    const list = await loadWatchList(this.store.db, emptyWatchList, tools, (error) => {
      throw error;
    });
    const watched = list.clusters.get(this.cluster.id) ?? null;
    const { profileTypes } = tools;
    const request = { clusterId: this.cluster.id, watched, profileTypes };
    await this.store.write((tx) => healRound(tx, request, this.now));
  }

  /** Carries out one recovery that is in the queue. */
  async recover(crash: Crash | null = null): Promise<string> {
    const services = {
      store: this.store,
      profileTypes: registryOf([this.cloud.type]),
      workflows: new WorkflowServices({ embedded: this.workflows }),
      probe,
    };
    const run = new CrashingRun(this.store, nodeRecover(services), this.now, crash);
    const { status } = await run.toTheEnd();
    this.now = Math.max(this.now, run.now);
    return status;
  }

  async queued(): Promise<number> {
    const rows = await this.store.db
      .selectFrom('action')
      .select('id')
      .where('status', '=', 'READY')
      .execute();
    return rows.length;
  }

  async enable(enabled: boolean): Promise<void> {
    await this.store.write((tx) => updateBinding(tx, this.bindingId, { enabled }));
  }

  async detach(): Promise<void> {
    await this.store.write((tx) => deleteBinding(tx, this.bindingId));
  }

  async node(name: string): Promise<Node> {
    const node = await getNode(this.store.db, idOf(name));
    if (node === undefined) throw new Error(`${name} is gone`);
    return node;
  }

  /** Of one node, oldest first. */
  async recoveries(name: string): Promise<Recovery[]> {
    const all = await listRecoveries(this.store.db, { node: name });
    return all.sort((one, other) => one.openedAt - other.openedAt);
  }

  async states(name: string): Promise<string[]> {
    return (await this.recoveries(name)).map((recovery) => recovery.state);
  }

  /** `hold: held: ...`, of the last recovery of the node. */
  async timeline(name: string): Promise<string[]> {
    const last = (await this.recoveries(name)).at(-1);
    if (last === undefined) return [];
    const decisions = await recoveryDecisions(this.store.db, last.id);
    return decisions.map(({ decision, reason }) => `${decision}: ${reason}`);
  }

  async lastWord(name: string): Promise<string> {
    return (await this.timeline(name)).at(-1) ?? '';
  }
}

/** The same in every run, so that a failure can be read. */
export function idOf(name: string): string {
  return `00000000-0000-4000-8000-${name.replaceAll(/\D/g, '').padStart(12, '0')}`;
}
