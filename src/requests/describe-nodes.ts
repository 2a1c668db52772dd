/**
 * How each node of a cluster stands: what its probes, its recoveries and an operator have made of it, and
 * what the planner would do with it now.
 */
import type { Node, Relapse } from '../domain/model.ts';
import type { HealthRecord } from '../domain/health-record.ts';
import { changedAt } from '../clusters/current-health.ts';
import { loadManagedNode } from '../clusters/managed-node.ts';
import { inForce } from '../clusters/maintenance.ts';
import type { ClusterSnapshot } from '../healing/snapshot.ts';
import type { ChainEvent } from '../recovery/chain.ts';
import type { ExplainedHookFailure } from '../recovery/explained-cluster.ts';
import { knowledgeOf } from '../recovery/knowledge.ts';
import { nextUps, type NextUp } from '../recovery/next-up.ts';
import { planRound } from '../recovery/plan-round.ts';
import { nodeStanding } from '../recovery/standing.ts';
import { lastProbesOf } from '../store/action-steps.ts';
import { failedCreations } from '../store/failed-actions.ts';
import { firstFailures } from '../store/first-failures.ts';
import { nothingOfNode } from '../store/healing.ts';
import { openHookFailures } from '../store/hook-failures.ts';
import { failedWorkflows } from './failed-workflows.ts';
import { lostMembers } from './lost-members.ts';
import { triedOf, type NodeHealth } from './node-health.ts';
import { openNodeRecoveries, type OpenNodeRecovery } from './open-recoveries.ts';
import type { RequestTools } from './request-tools.ts';
import { executionOf } from './step-execution.ts';

export async function describeNodes(tools: RequestTools, snapshot: ClusterSnapshot): Promise<NodeHealth[]> {
  const { round, nodes, health, healing, ends } = snapshot;
  const next = nextUps(round, planRound(round));
  const open = await openNodeRecoveries(tools, snapshot);
  const lastProbe = await lastProbes(tools, [...open.values()]);
  const relapses = relapsesOf(snapshot);
  const failures = await failedHooks(tools, nodes);
  const notCreated = nodes.filter(({ id }) => health.get(id)?.failure?.class === 'NOT_CREATED');
  const notCreatedIds = notCreated.map(({ id }) => id);
  const first = await firstFailures(tools.store.db, notCreatedIds);
  const creations = await failedCreations(tools.store.db, notCreatedIds);
  const workflows = await failedWorkflows(tools, nodes, ends);
  const notWatched = notWatchedBecause(round);
  const withLog = await nodesWithLog(tools, nodes, health);
  const lost = await lostMembers(tools.store.db, nodes[0]?.clusterId ?? '', snapshot);
  return nodes.map((node) => {
    const ofNode = healing.get(node.id) ?? nothingOfNode;
    const { exclusion, quarantine } = ofNode;
    const record = newest(health.get(node.id), tools.lastRecord?.(node.id));
    const excluded = inForce(exclusion, round.now);
    const recovery = withReason(open.get(node.id), next(node.id));
    const warning = failures.get(node.id) ?? null;
    const knowledge = knowledgeOf({
      now: round.now,
      notWatched,
      outdated: tools.outdatedBecause?.(node.id) ?? null,
      record,
      changedAt: changedAt(node, round.now),
      verification: lastProbe(recovery),
    });
    const standing = nodeStanding({
      watched: notWatched === null,
      status: node.status,
      state: knowledge.asOf === null ? null : knowledge.state,
      quarantined: quarantine !== null,
      excluded: excluded !== null,
      recovery: recovery === null ? null : recovery.startedAt === null ? 'HELD' : 'RUNNING',
      warning: warning !== null,
    });
    const then = nextOf(recovery, next(node.id), record, round.now);
    const relapse = relapses.get(node.id) ?? null;
    const firstFailure = first.get(node.id) ?? null;
    const known = { node, standing, knowledge, relapse, excluded, quarantine, recovery, warning };
    return {
      ...known,
      firstFailure,
      failedWorkflow: workflows.get(node.id) ?? null,
      creationFailure: creations.get(node.id) ?? null,
      next: then,
      endsBy: [],
      hasLog: withLog.has(node.id),
      lostMember: lost.get(node.id) ?? null,
      isUnknown: notWatched === null && knowledge.asOf !== null && knowledge.state === 'UNKNOWN',
      tried: triedOf(ofNode, ends.get(node.id), record?.healthyAt ?? null),
    };
  });
}

function relapsesOf({ round, recoveries }: ClusterSnapshot): ReadonlyMap<string, Relapse> {
  const ended = round.nodes.map(({ id, recoveredBefore }) => [id, recoveredBefore?.relapse] as const);
  const open = recoveries.map(({ nodeId, relapse }) => [nodeId, relapse] as const);
  return new Map([...ended, ...open].flatMap(([id, relapse]) => (relapse == null ? [] : [[id, relapse]])));
}

function notWatchedBecause({ policy, policyEnabled }: ClusterSnapshot['round']): string | null {
  if (policy === null) return 'it is not probed: no health policy is attached';
  return policyEnabled ? null : 'it is not probed: the health policy is disabled';
}

/** What is written down is what was news; the last probe may have said the same again. */
function newest(written: HealthRecord | undefined, last: HealthRecord | undefined): HealthRecord | null {
  if (written === undefined || last === undefined) return written ?? last ?? null;
  return last.probedAt > written.probedAt ? last : written;
}

type Probed = Extract<ChainEvent, { kind: 'probed' }>;

/** Of those that run, by the action that carries each out. */
async function lastProbes(
  { store }: RequestTools,
  recoveries: readonly OpenNodeRecovery[],
): Promise<(recovery: OpenNodeRecovery | null) => Probed | null> {
  const actionOf = ({ startedAt, actionId }: OpenNodeRecovery) => (startedAt === null ? null : actionId);
  const probes = await lastProbesOf<Probed>(
    store.db,
    recoveries.flatMap((each) => actionOf(each) ?? []),
  );
  return (recovery) => (recovery && probes.get(actionOf(recovery) ?? '')) ?? null;
}

/** The execution of a workflow that never started, or was removed since, cannot be shown. */
async function failedHooks(
  tools: RequestTools,
  nodes: readonly Node[],
): Promise<ReadonlyMap<string, ExplainedHookFailure>> {
  const owners = new Map(nodes.map((node) => [node.id, node]));
  const failures = new Map<string, ExplainedHookFailure>();
  for (const [nodeId, failure] of await openHookFailures(tools.store.db, [...owners.keys()])) {
    const owner = owners.get(nodeId);
    const found = owner === undefined ? null : await executionOf(tools, failure, owner);
    const { recoveryId, reason, workflowService: service = 'embedded' } = failure;
    const workflow = found === null ? {} : { workflow: found.name };
    failures.set(nodeId, {
      recoveryId,
      reason,
      service,
      executionId: found?.executionId ?? null,
      ...workflow,
    });
  }
  return failures;
}

/** Of one that is held, why it is held now; there may be thousands, so that their rows are not read. */
function withReason(recovery: OpenNodeRecovery | undefined, next: NextUp): OpenNodeRecovery | null {
  if (recovery === undefined) return null;
  return recovery.startedAt === null ? { ...recovery, reason: next.reason } : recovery;
}

/** A recovery that runs continues at the deadline of its step at the latest. */
function nextOf(
  recovery: OpenNodeRecovery | null,
  next: NextUp,
  record: HealthRecord | null,
  now: number,
): NextUp {
  const step = recovery?.step ?? null;
  if (next.what === 'PROBE' && record !== null && record.probeAgainAt > now)
    return { ...next, at: Math.min(record.probeAgainAt, next.at ?? Infinity) };
  return next.what !== 'IN_PROGRESS' || step === null
    ? next
    : { what: next.what, at: step.deadline, reason: step.inWords };
}

/** Of so many nodes it is found out: thousands may have failed, and their logs are offered of a few. */
const mostLogs = 10;

/**
 * Nodes whose process has ended, and has written something. What ended while it was started was never the
 * node's process, and has written all the same.
 */
async function nodesWithLog(
  tools: RequestTools,
  nodes: readonly Node[],
  health: ClusterSnapshot['health'],
): Promise<ReadonlySet<string>> {
  const ended = nodes.filter(({ id }) => {
    const failure = health.get(id)?.failure ?? null;
    const isStart = failure?.class === 'NOT_CREATED' && failure.reason.startsWith('process ');
    return failure?.class === 'PROCESS_EXITED' || isStart;
  });
  const found = new Set<string>();
  for (const { id } of ended.slice(0, mostLogs)) {
    const managed = await loadManagedNode(tools, id).catch(() => null);
    if ((await managed?.type.hasLog?.(managed.facts)) === true) found.add(id);
  }
  return found;
}
