/**
 * The database and the cloud of the recoveries that are killed, and what can be seen in them. Both outlive
 * every process.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeLock, onCluster, onNode } from '../../src/domain/action-requests.ts';
import type { Cluster, Node, Policy, RecoveryStep } from '../../src/domain/model.ts';
import { requestCancel } from '../../src/store/action-cancel.ts';
import { locksOn } from '../../src/store/action-claims.ts';
import { insertActions } from '../../src/store/actions.ts';
import { insertBinding } from '../../src/store/cluster-policies.ts';
import { getCluster, insertCluster } from '../../src/store/clusters.ts';
import { healingOfNode } from '../../src/store/healing.ts';
import { migrate } from '../../src/store/migrate.ts';
import { getNode, insertNodes } from '../../src/store/nodes.ts';
import { insertPolicy } from '../../src/store/policies.ts';
import { insertProfile } from '../../src/store/profiles.ts';
import {
  markRecoveryClosed,
  insertRecovery,
  listRecoveries,
  recoveryStarted,
} from '../../src/store/recoveries.ts';
import { recoveryDecisions } from '../../src/store/recovery-decisions.ts';
import { recoverySteps } from '../../src/store/recovery-steps.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store, Tx } from '../../src/store/store.ts';
import { embeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';
import { newAction } from '../support/new-action.ts';
import { newCluster, newNode, newPolicy, newProfile } from '../support/recovery-rows.ts';
import { aBinding } from '../support/rows.ts';
import { KillingCloud } from './killing-cloud.ts';
import type { KillPoint } from './killing-cloud.ts';
import { RecoveringProcess } from './recovering-process.ts';
import type { Shape } from './recovery-shapes.ts';
import { testMembership } from '../support/membership.ts';
import { localOwner, ownerOf } from '../../src/domain/session.ts';

/** One run of a shape. */
export interface Prepared {
  readonly shape: Shape;
  readonly clusterId: string;
  readonly actionId: string;
  readonly nodeIds: readonly string[];
}

const call = `{action: std.http, input: {url: '<% $.url %>&key=<% execution().id %>', method: POST}`;

/** What a workflow calls knows it by its execution: a second execution for the same step would be seen. */
const definitions = `
version: '2.0'
call:
  input: [url]
  output: {spare: <% $.answer.spare %>}
  tasks:
    call: ${call}, publish: {answer: <% task().result.content %>}, on-success: [fail: <% $.answer.refused %>]}
linger:
  input: [url]
  tasks:
    call: ${call}, on-success: linger}
    linger: {action: std.noop, wait-before: 3600}
`;

export class RecoveryScene {
  readonly store: Store;
  readonly cloud = new KillingCloud();
  readonly #processes: RecoveringProcess[] = [];
  readonly #directory: string;
  readonly #databasePath: string;
  /** By node, where an operator cancels its recovery. */
  readonly #cancels = new Map<string, { readonly actionId: string; readonly at: string }>();

  private constructor() {
    this.#directory = mkdtempSync(join(tmpdir(), 'coppice-crash-'));
    this.#databasePath = join(this.#directory, 'coppice.db');
    this.store = openSqlite(this.#databasePath);
    this.cloud.onRequest = (effect, node) => this.#cancelIfAsked(effect, node);
  }

  static async open(): Promise<RecoveryScene> {
    const scene = new RecoveryScene();
    await migrate(scene.store, Date.now());
    await scene.cloud.start();
    await embeddedWorkflows({ store: scene.store, membership: testMembership(scene.store) }).createDefinition(
      definitions,
      localOwner,
    );
    return scene;
  }

  async close(): Promise<void> {
    for (const process of this.#processes) if (!process.isOver) await process.kill();
    await this.cloud.stop();
    await this.store.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async startProcess(env: Readonly<Record<string, string>> = {}): Promise<RecoveringProcess> {
    const process = await RecoveringProcess.start(this.#databasePath, this.cloud.url, env);
    this.#processes.push(process);
    return process;
  }

  async prepare(shape: Shape, killPoint?: KillPoint): Promise<Prepared> {
    const profile = newProfile('test.node-1.0');
    const cluster = { ...newCluster(profile.id), desiredCapacity: shape.nodes ?? 1 };
    const nodes = Array.from({ length: shape.nodes ?? 1 }, () => this.#newNode(shape, cluster, killPoint));
    const policy = policyOf(shape);
    const actionId = randomUUID();
    await this.store.write(async (tx) => {
      await insertProfile(tx, profile);
      await insertCluster(tx, cluster);
      await insertNodes(tx, nodes);
      if (policy !== null) {
        await insertPolicy(tx, policy);
        await insertBinding(tx, aBinding({ clusterId: cluster.id, policyId: policy.id }));
      }
      await ask(tx, { shape, actionId, cluster, nodes, policyId: policy?.id ?? null });
    });
    for (const { id } of nodes) {
      if (shape.cancelledAt !== undefined) this.#cancels.set(id, { actionId, at: shape.cancelledAt });
    }
    return { shape, clusterId: cluster.id, actionId, nodeIds: nodes.map(({ id }) => id) };
  }

  #newNode(shape: Shape, cluster: Cluster, killPoint: KillPoint | undefined): Node {
    const id = randomUUID();
    const physicalId = this.cloud.addNode(id, shape.temper ?? {}, killPoint);
    return newNode(id, cluster.id, cluster.profileId, { physicalId, metadata: { cloud: this.cloud.url } });
  }

  async #cancelIfAsked(effect: string, node: string): Promise<void> {
    const cancel = this.#cancels.get(node);
    if (cancel?.at !== effect) return;
    await this.store.write((tx) => requestCancel(tx, cancel.actionId, 'by an operator', Date.now()));
  }

  /** Of everything that was ever prepared; what is kept waits for its time. */
  async unfinished(): Promise<number> {
    const all = this.store.db.selectFrom('action').select('id').where('ended_at', 'is', null);
    const rows = all.where('action', '<>', 'RETAINED_DELETE');
    return (await rows.execute()).length;
  }

  /** Of these nodes, those that have an open recovery and are locked. */
  async underRecovery(nodes: readonly string[]): Promise<string[]> {
    const { db } = this.store;
    const open = db.selectFrom('recovery').select('node_id').where('closed_at', 'is', null);
    const ids = new Set((await open.execute()).map((row) => row.node_id));
    const locks = await Promise.all(nodes.map((id) => locksOn(db, nodeLock(id))));
    return nodes.filter((id, index) => ids.has(id) && locks[index]?.length === 1);
  }

  /** What a crash may leave behind, and a recovery that has ended must not. */
  async leftovers(): Promise<object[]> {
    const { db } = this.store;
    const locks = await db.selectFrom('resource_lock').selectAll().execute();
    const open = await db.selectFrom('recovery').selectAll().where('closed_at', 'is', null).execute();
    const executions = db.selectFrom('workflow_execution').select(['id', 'workflow', 'state']);
    const running = executions.where('state', 'not in', ['SUCCESS', 'ERROR', 'CANCELLED']);
    return [...locks, ...open, ...(await running.execute())];
  }

  /** How the recovery of a node ended, in what does not differ between two runs of its shape. */
  async endOf({ clusterId, actionId }: Prepared, nodeId: string) {
    const { db } = this.store;
    const recovery = (await listRecoveries(db, { node: nodeId })).at(-1);
    const decisions = await recoveryDecisions(db, recovery?.id ?? '');
    const action = db.selectFrom('action').select(['status', 'status_reason']).where('id', '=', actionId);
    const node = await getNode(db, nodeId);
    return {
      state: recovery?.state,
      node: node?.status,
      nodeReason: withoutChance(node?.statusReason),
      isQuarantined: (await healingOfNode(db, nodeId)).quarantine !== null,
      ...(await this.#stepsOf(recovery?.id ?? '')),
      decisions: decisions
        .filter(isComparable)
        .map((each) => withoutChance(`${each.decision}: ${each.reason}`)),
      servers: this.cloud.serversOf(nodeId),
      action: withoutChance(Object.values((await action.executeTakeFirst()) ?? {}).join(': ')),
      cluster: (await getCluster(db, clusterId))?.status,
    };
  }

  async #stepsOf(recoveryId: string) {
    const { db } = this.store;
    const rows = await recoverySteps(db, recoveryId);
    const isVerification = ({ purpose }: RecoveryStep): boolean => purpose === 'verification';
    const steps = rows.filter((row) => !isVerification(row));
    const ids = steps.flatMap(({ executionId }) => executionId ?? []);
    const executions = db.selectFrom('workflow_execution').select(['id', 'state']).where('id', 'in', ids);
    const states = new Map((await executions.execute()).map(({ id, state }) => [id, state]));
    return {
      steps: steps.map((step) => `${step.name === 'WORKFLOW' ? step.item : step.name} ${step.state}`),
      verifications: rows.filter(isVerification).map(({ state }) => state),
      outputs: steps.map(({ output }) => withoutChance(JSON.stringify(output))),
      executions: ids.map((id) => states.get(id)),
    };
  }
}

function policyOf({ recovery, mode }: Shape): Policy | null {
  if (recovery === null) return null;
  const modes = [{ type: 'NODE_STATUS_POLLING' }];
  const policy = newPolicy({ interval: 10, node_update_timeout: 0, detection_modes: modes }, recovery);
  const properties = { ...(policy.spec.properties as object), ...(mode === undefined ? {} : { mode }) };
  return { ...policy, spec: { ...policy.spec, properties } };
}

interface Asked {
  readonly shape: Shape;
  readonly actionId: string;
  readonly cluster: Cluster;
  readonly nodes: readonly Node[];
  readonly policyId: string | null;
}

/** The action, and what the healer has written before it. */
async function ask(tx: Tx, asked: Asked): Promise<void> {
  const { shape, actionId, cluster, nodes } = asked;
  const [node] = nodes;
  if (node === undefined) throw new Error('there is no node to recover');
  for (let count = 0; count < (shape.earlierFailures ?? 0); count += 1)
    await insertEarlierFailure(tx, asked, node);
  const { request } = shape;
  const inputs = request?.inputs ?? { recovery_id: await openRecovery(tx, asked, node, actionId) };
  if (request?.joins === true) await openRecovery(tx, asked, node, null);
  const { timeout: _, ...wanted } =
    request?.action === 'CLUSTER_RECOVER'
      ? onCluster('CLUSTER_RECOVER', cluster, inputs)
      : onNode('NODE_RECOVER', node, inputs);
  await insertActions(tx, [{ ...newAction(wanted.action), ...wanted, id: actionId }], Date.now());
}

/** @param actionId null: it is held. */
async function openRecovery(
  tx: Tx,
  { cluster, policyId, shape }: Asked,
  node: Node,
  actionId: string | null,
  openedAt = Date.now(),
): Promise<string> {
  const id = randomUUID();
  await insertRecovery(tx, {
    ...ownerOf(node),
    id,
    nodeId: node.id,
    nodeName: node.name,
    clusterId: cluster.id,
    policyId,
    mode: shape.mode ?? 'ENFORCE',
    failure: { class: 'SERVER_ERROR', reason: 'broken' },
    failedAt: openedAt,
    openedAt,
    plan: {},
  });
  if (actionId !== null) await recoveryStarted(tx, id, actionId, openedAt);
  return id;
}

async function insertEarlierFailure(tx: Tx, asked: Asked, node: Node): Promise<void> {
  const at = Date.now() - 60_000;
  const id = await openRecovery(tx, asked, node, randomUUID(), at);
  await markRecoveryClosed(tx, id, 'EXHAUSTED', at);
}

/** How often a node was probed depends on how fast the machine is. */
function isComparable({ decision, reason }: { decision: string; reason: string }): boolean {
  return !(decision === 'wait' && reason.startsWith('not healthy yet'));
}

function withoutChance(text = ''): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'a time')
    .replaceAll(/\b[\d.]+ (s|min)\b/g, 'a while')
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f-]{27})?\b/g, 'an id');
}
