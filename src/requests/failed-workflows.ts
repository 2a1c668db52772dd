/**
 * The workflow for which the last recovery of a node has not helped: a hook before an action, which keeps the
 * action from being run, or an action itself.
 */
import type { Node, RecoveryStep } from '../domain/model.ts';
import { causeIn } from '../healing/snapshot.ts';
import type { FailedWorkflow } from '../recovery/explained-cluster.ts';
import { actionOfHook, itemLabel } from '../recovery/what-follows.ts';
import { recoveryPlans } from '../store/recoveries.ts';
import type { EndedRecovery } from '../store/recovery-history.ts';
import { stepsOfRecoveries } from '../store/recovery-steps.ts';
import { factsIn } from './open-recoveries.ts';
import type { RequestTools } from './request-tools.ts';
import { executionOf } from './step-execution.ts';

/** Of so many nodes the execution is asked for: thousands may have failed for the same workflow. */
const mostExecutions = 5;

/** By node. @param ends the last recovery of each. */
export async function failedWorkflows(
  tools: RequestTools,
  nodes: readonly Node[],
  ends: ReadonlyMap<string, EndedRecovery>,
): Promise<ReadonlyMap<string, FailedWorkflow>> {
  const { db } = tools.store;
  const failed = nodes.flatMap((node) => {
    const end = ends.get(node.id);
    return end?.state === 'EXHAUSTED' && end.reason.includes('WORKFLOW ') ? [{ node, end }] : [];
  });
  const ids = failed.map(({ end }) => end.id);
  const steps = await stepsOfRecoveries(db, ids);
  const plans = await recoveryPlans(db, ids);
  const found = new Map<string, FailedWorkflow>();
  for (const { node, end } of failed) {
    const step = steps.get(end.id)?.findLast((each) => isCause(each, causeIn(end.reason)));
    if (step === undefined) continue;
    const facts = factsIn(plans.get(end.id));
    const action = facts === null ? undefined : actionOfHook(facts, step);
    const isThere = found.size < mostExecutions && (await executionOf(tools, step, node)) !== null;
    found.set(node.id, {
      name: step.workflowName ?? '',
      reason: step.reason,
      isHook: step.purpose === 'before',
      service: step.workflowService ?? 'embedded',
      executionId: isThere ? step.executionId : null,
      action: action === undefined ? null : { ...action, label: itemLabel(action) },
    });
  }
  return found;
}

function isCause({ name, state, purpose, workflowName }: RecoveryStep, reason: string): boolean {
  if (name !== 'WORKFLOW' || state !== 'FAILED' || workflowName === null) return false;
  return (purpose === 'before' || purpose === 'action') && reason.includes(`WORKFLOW ${workflowName}`);
}
