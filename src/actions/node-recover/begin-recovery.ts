/**
 * The beginning of a NODE_RECOVER: which recovery it carries out, and the facts that the planner gets. The
 * healer has opened a recovery before it asks; an operator's request opens one here, or joins the one that is
 * open.
 */
import { CoppiceError } from '../../domain/errors.ts';
import type { Elsewhere } from '../../domain/failure-domain.ts';
import type { HealthPolicy } from '../../domain/health-policy.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Cluster, Node, Recovery } from '../../domain/model.ts';
import type { ActionContext } from '../../engine/action-context.ts';
import { storedHealthPolicy } from '../../policies/health/stored-health-policy.ts';
import { chainFacts } from '../../recovery/chain.ts';
import type { ChainEvent, ChainFacts } from '../../recovery/chain.ts';
import { requestedByOperator, type Failure, type HealthRecord } from '../../domain/health-record.ts';
import { detectionWithoutPolicy, operationRules } from '../../recovery/operation-rules.ts';
import { findBinding } from '../../store/cluster-policies.ts';
import { getCluster } from '../../store/clusters.ts';
import { healingOfNode } from '../../store/healing.ts';
import { healthOfNodes } from '../../store/node-health.ts';
import { getNode, updateNode } from '../../store/nodes.ts';
import { getPolicy } from '../../store/policies.ts';
import { getRecovery, openRecoveryOfNode, recoveryPlan, saveRecoveryPlan } from '../../store/recoveries.ts';
import type { Tx } from '../../store/store.ts';
import {
  closeRecovery,
  openRecovery,
  releaseRecovery,
  startRecovery,
} from '../../recovery-record/recovery-lifecycle.ts';
import { unhelpfulBefore } from '../../recovery-record/unhelpful-before.ts';
import type { RunningRecovery } from '../../recovery-record/running-recovery.ts';
import { attachedHealthPolicy } from '../../clusters/cluster-rules.ts';
import { inForce, maintenanceOf } from '../../clusters/maintenance.ts';
import type { WorkflowServices } from '../../workflow/workflow-services.ts';

/** @returns null where nothing is left to do: the recovery was closed, or the node is gone. */
export async function beginRecovery(
  tx: Tx,
  context: ActionContext,
  workflows: Pick<WorkflowServices, 'nameFor'>,
): Promise<RunningRecovery | null> {
  const { inputs, action } = context;
  const node = await getNode(tx.db, action.target);
  if (node === undefined) return null;
  const now = context.now();
  const asked = inputs['recovery_id'];
  const recovery =
    typeof asked === 'string'
      ? await getRecovery(tx.db, asked)
      : await recoveryForOperator(tx, node, action.id, now);
  if (recovery === undefined || recovery.state !== 'OPEN') return null;
  if (typeof asked === 'string' && (await heldBack(tx, node, recovery, now))) return null;
  const policy = await policyOf(tx, recovery);
  const timesUnconfirmed = await unconfirmedBefore(tx, recovery.id);
  const facts = {
    ...(await factsFor(tx, recovery, policy, inputs, now)),
    ...(timesUnconfirmed === 0 ? {} : { timesUnconfirmed }),
  };
  const { id, mode } = recovery;
  if (mode === 'ENFORCE')
    await updateNode(tx, node.id, { status: 'RECOVERING', statusReason: 'Recovery in progress' });
  await saveRecoveryPlan(tx, id, { facts: facts as unknown as JsonObject, history: [] });
  const cluster = node.clusterId === null ? undefined : await getCluster(tx.db, node.clusterId);
  const workflowService = workflows.nameFor(cluster ?? null);
  return { recoveryId: id, nodeId: node.id, facts, policy, mode, workflowService, statusBefore: node.status };
}

/**
 * How often this recovery was held before after it had begun to act: its plan is kept from one start to the
 * next.
 */
async function unconfirmedBefore(tx: Tx, recoveryId: string): Promise<number> {
  const plan = (await recoveryPlan(tx.db, recoveryId)) as Partial<KeptPlan> | undefined;
  // One that could not probe the node has done nothing more.
  const hasActed = plan?.history?.some(({ kind }) => kind === 'ran') === true;
  return (plan?.facts?.timesUnconfirmed ?? 0) + (hasActed ? 1 : 0);
}

interface KeptPlan {
  readonly facts: ChainFacts;
  readonly history: readonly ChainEvent[];
}

/**
 * The way from the decision to here may have been long (others held the cluster's lock), and what changed
 * meanwhile counts. Once a chain has begun it is finished.
 */
async function heldBack(tx: Tx, node: Node, recovery: Recovery, now: number): Promise<boolean> {
  const { id, clusterId, policyId } = recovery;
  const cluster = clusterId === null ? undefined : await getCluster(tx.db, clusterId);
  const binding =
    cluster === undefined || policyId === null ? undefined : await findBinding(tx.db, cluster.id, policyId);
  if (cluster === undefined || binding === undefined) {
    await closeRecovery(tx, id, { state: 'CANCELLED', reason: 'the health policy was detached' }, now);
    return true;
  }
  const why = await reasonToHold(tx, cluster, node, binding.enabled, now);
  if (why === null) return false;
  await releaseRecovery(tx, id, { reason: `held: ${why}, before anything was touched`, until: now }, now);
  return true;
}

async function reasonToHold(
  tx: Tx,
  cluster: Cluster,
  node: Node,
  enabled: boolean,
  now: number,
): Promise<string | null> {
  if (!enabled) return 'the health policy was disabled';
  const { exclusion } = await healingOfNode(tx.db, node.id);
  const excluded = inForce(exclusion, now);
  if (excluded !== null) return `the node was excluded from healing (${excluded.reason})`;
  const maintenance = await maintenanceOf(tx.db, cluster, now);
  return maintenance === null ? null : `the cluster came into maintenance (${maintenance.reason})`;
}

/** At most one recovery is open for a node: a request joins it, unless it only observes. */
async function recoveryForOperator(
  tx: Tx,
  node: Node,
  actionId: string,
  now: number,
): Promise<Recovery | undefined> {
  const found = await openRecoveryOfNode(tx.db, node.id);
  const isObserved = found?.mode === 'OBSERVE';
  if (isObserved) {
    const reason = 'an operator asked for a recovery that touches the node';
    await closeRecovery(tx, found.id, { state: 'CANCELLED', reason }, now);
  }
  const open = isObserved ? undefined : found;
  const id = open?.id ?? (await openForOperator(tx, node, now));
  const decision = open === undefined ? null : { name: 'join' as const, reason: requestReason };
  await startRecovery(tx, id, { id: actionId, origin: 'OPERATOR' }, decision, now);
  return await getRecovery(tx.db, id);
}

const requestReason = 'asked for by an operator';

async function openForOperator(tx: Tx, node: Node, now: number): Promise<string> {
  const health = (await healthOfNodes(tx.db, [node.id])).get(node.id);
  const policy =
    node.clusterId === null ? undefined : (await attachedHealthPolicy(tx.db, node.clusterId))?.policy;
  const opening = {
    node,
    policyId: policy?.id ?? null,
    mode: 'ENFORCE',
    origin: 'OPERATOR',
    failure: knownFailure(health),
    failedAt: health?.failedAt ?? now,
    reason: requestReason,
    relapse: null,
    breaker: null,
  } as const;
  return await openRecovery(tx, opening, now);
}

function knownFailure(health: HealthRecord | undefined): Failure {
  return health?.failure ?? { class: requestedByOperator, reason: requestReason };
}

async function policyOf(tx: Tx, { policyId }: Recovery): Promise<HealthPolicy | null> {
  const policy = policyId === null ? undefined : await getPolicy(tx.db, policyId);
  return policy === undefined ? null : storedHealthPolicy(policy);
}

/** @param inputs of the action: the operator's request, or the healer's, which names the recovery. */
async function factsFor(
  tx: Tx,
  { failure, nodeId, clusterId, relapse }: Recovery,
  policy: HealthPolicy | null,
  inputs: JsonObject,
  now: number,
): Promise<ChainFacts> {
  const asked = typeof inputs['recovery_id'] === 'string' ? null : inputs;
  const { elsewhere } = inputs as { readonly elsewhere?: Elsewhere };
  const manual = asked === null ? null : { check: asked['check'] === true };
  const operation = asked?.['operation'];
  const exhaustedAt = await earlierUnhelpful(tx, policy, clusterId, nodeId, now);
  const known = { startedAt: now, failure, manual, exhaustedAt, relapse: manual === null ? relapse : null };
  if (policy !== null && typeof operation !== 'string')
    return chainFacts(policy, asked === null && elsewhere !== undefined ? { ...known, elsewhere } : known);
  if (policy === null && asked === null) {
    throw new CoppiceError('operation-impossible', 'The health policy that asked for this recovery is gone.');
  }
  const params = asked?.['operation_params'];
  // As in Senlin: where nothing says how, a node is recreated.
  const name = typeof operation === 'string' ? operation : 'RECREATE';
  const rules = operationRules(name, isJsonObject(params) ? params : {}, policy);
  return { ...known, rules, detection: policy?.detection ?? detectionWithoutPolicy };
}

async function earlierUnhelpful(
  tx: Tx,
  policy: HealthPolicy | null,
  clusterId: string | null,
  nodeId: string,
  now: number,
): Promise<readonly number[]> {
  if (policy === null || clusterId === null) return [];
  return (await unhelpfulBefore(tx.db, clusterId, policy, now)).get(nodeId) ?? [];
}
