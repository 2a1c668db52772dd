/** The health of a node, and what of it the sentences about its cluster are made from. */
import type { ExplainedHookFailure, ExplainedNode, ExplainedStep } from '../recovery/explained-cluster.ts';
import type { Failure } from '../domain/health-record.ts';
import type { Maintenance } from '../domain/maintenance.ts';
import type { Node, Relapse } from '../domain/model.ts';
import type { Knowledge } from '../recovery/knowledge.ts';
import type { NextUp } from '../recovery/next-up.ts';
import type { Standing } from '../recovery/standing.ts';
import { causeIn } from '../healing/snapshot.ts';
import type { NodeHealing } from '../store/healing.ts';
import type { EndedRecovery } from '../store/recovery-history.ts';
import type { OperatorTask } from '../recovery/operator-task.ts';
import type { FirstFailure } from '../store/first-failures.ts';
import { itemLabel } from '../recovery/what-follows.ts';
import type { OpenNodeRecovery, RunningRecoveryStep } from './open-recoveries.ts';

export interface NodeHealth {
  readonly node: Node;
  readonly standing: Standing;
  readonly knowledge: Knowledge;
  readonly excluded: Maintenance | null;
  readonly quarantine: { readonly since: number; readonly reason: string } | null;
  readonly recovery: OpenNodeRecovery | null;
  /** Of its open recovery, or of the last one as long as a failure would be its relapse. */
  readonly relapse: Relapse | null;
  readonly next: NextUp;
  /** How the gates that hold it are opened, or passed, before their time. */
  readonly endsBy: readonly OperatorTask[];
  /** It is watched, and its last probe could not say how it is. */
  readonly isUnknown: boolean;
  /** See `ExplainedNode`. */
  readonly tried: ExplainedNode['tried'];
  /** See `ExplainedNode`. */
  readonly hasLog: boolean;
  readonly lostMember: ExplainedNode['lostMember'];
  /** A hook after its last recovery failed. */
  readonly warning: ExplainedHookFailure | null;
  /** Of a node that does not exist: with what it failed before it was removed; null: nothing is known. */
  readonly firstFailure: FirstFailure | null;
  /** See `ExplainedNode`. */
  readonly failedWorkflow: ExplainedNode['failedWorkflow'];
  /** Why its creation failed, of one that does not exist; null: not known. */
  readonly creationFailure: ExplainedNode['notCreated'];
}

/** What keeps the health of a node, and its last recovery, say of why nothing has helped it. */
export function triedOf(
  { quarantine, releasedAt }: Pick<NodeHealing, 'quarantine' | 'releasedAt'>,
  last: Pick<EndedRecovery, 'state' | 'closedAt' | 'reason'> | undefined,
  healthyAt: number | null,
): ExplainedNode['tried'] {
  const isPast = (at: number): boolean => at <= Math.max(healthyAt ?? 0, releasedAt ?? 0);
  if (last === undefined || last.closedAt === null)
    return quarantine === null || isPast(quarantine.since)
      ? null
      : { at: quarantine.since, reason: quarantine.reason };
  const hasHelped = last.state === 'RECOVERED' || last.state === 'SELF_HEALED';
  return hasHelped || isPast(last.closedAt) ? null : { at: last.closedAt, reason: causeIn(last.reason) };
}

/** @param noun what a node of its type has one of; null: that is not known. */
export function explainedNode(
  {
    node,
    standing,
    knowledge,
    excluded,
    quarantine,
    recovery,
    next,
    warning,
    firstFailure,
    isUnknown,
    hasLog,
    lostMember,
    tried,
    creationFailure,
    failedWorkflow,
  }: NodeHealth,
  noun: string | null,
): ExplainedNode {
  return {
    name: node.name,
    standing,
    since: knowledge.since,
    asOf: knowledge.asOf ?? node.updatedAt,
    // What is not probed is known by its status alone.
    reason: standing === 'FAILED' && !knowledge.current ? node.statusReason : knowledge.reason,
    isHealthy: knowledge.current && knowledge.state === 'HEALTHY',
    isUnknown,
    hasLog,
    lostMember,
    lacks: isThere(node, knowledge.failure) ? null : noun,
    tried,
    notCreated: creationFailure,
    failedWorkflow,
    failure: knowledge.failure ?? recovery?.failure ?? null,
    firstFailure:
      knowledge.failure?.class === 'NOT_CREATED' ? beforeIt(firstFailure, knowledge.failure) : null,
    excluded,
    quarantine,
    recovery: recovery && {
      id: recovery.id,
      mode: recovery.mode,
      startedAt: recovery.startedAt,
      doing: recovery.step?.inWords ?? null,
      step: recovery.step && explainedStep(recovery.step),
    },
    next,
    warning,
  };
}

/** Whether what the node stands for exists, as far as is known. */
function isThere({ physicalId }: Pick<Node, 'physicalId'>, failure: Failure | null): boolean {
  if (failure?.class === 'SERVER_DELETED') return false;
  return physicalId !== null || failure?.class !== 'NOT_CREATED';
}

/** null: it has failed in this way from the beginning. */
function beforeIt(first: FirstFailure | null, failure: Failure): FirstFailure | null {
  const isSame = first?.failure.class === failure.class && first.failure.reason === failure.reason;
  return isSame ? null : first;
}

/** null: it has ended. */
export function explainedStep({
  step,
  label,
  action,
  follows,
  workflow,
  problem,
  unbegun,
  cancelled,
}: RunningRecoveryStep): ExplainedStep | null {
  if (step.state !== 'RUNNING') return null;
  return {
    purpose: step.purpose,
    label,
    action: action && { name: action.name, label: itemLabel(action), params: action.params },
    startedAt: step.startedAt,
    ifItFails: follows?.ifItFails ?? null,
    execution: workflow && {
      id: workflow.executionId,
      service: workflow.service,
      isPaused: workflow.state === 'PAUSED',
    },
    ...(problem === null || step.executionId === null
      ? {}
      : { unseen: { id: step.executionId, service: step.workflowService ?? 'embedded', problem } }),
    ...(unbegun === null ? {} : { unbegun }),
    isCancelled: cancelled !== null,
  };
}
