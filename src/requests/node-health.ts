/** The health of a node, and what of it the sentences about its cluster are made from. */
import type { ExplainedNode, ExplainedHookFailure } from '../recovery/explained-cluster.ts';
import type { Maintenance } from '../domain/maintenance.ts';
import type { Node, Relapse } from '../domain/model.ts';
import type { Knowledge } from '../recovery/knowledge.ts';
import type { NextUp } from '../recovery/next-up.ts';
import type { Standing } from '../recovery/standing.ts';
import type { FirstFailure } from '../store/first-failures.ts';
import type { OpenNodeRecovery } from './open-recoveries.ts';

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
  /** A hook after its last recovery failed. */
  readonly warning: ExplainedHookFailure | null;
  /** Of a node that does not exist: with what it failed before it was removed; null: nothing is known. */
  readonly firstFailure: FirstFailure | null;
}

export function explainedNode({
  node,
  standing,
  knowledge,
  excluded,
  quarantine,
  recovery,
  next,
  warning,
  firstFailure,
}: NodeHealth): ExplainedNode {
  return {
    name: node.name,
    standing,
    since: knowledge.since,
    // What is not probed is known by its status alone.
    reason: standing === 'FAILED' && !knowledge.current ? node.statusReason : knowledge.reason,
    isHealthy: knowledge.current && knowledge.state === 'HEALTHY',
    failure: knowledge.failure ?? recovery?.failure ?? null,
    firstFailure: knowledge.failure?.class === 'NOT_CREATED' ? firstFailure : null,
    excluded,
    quarantine,
    recovery: recovery && {
      id: recovery.id,
      mode: recovery.mode,
      startedAt: recovery.startedAt,
      doing: recovery.step?.inWords ?? null,
      execution: recovery.step?.workflow
        ? {
            id: recovery.step.workflow.executionId,
            isPaused: recovery.step.workflow.state === 'PAUSED',
          }
        : null,
    },
    next,
    warning,
  };
}
