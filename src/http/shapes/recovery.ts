import { z } from 'zod';
import type { RecoveryStep, Relapse } from '../../domain/model.ts';
import {
  recoveryModes,
  recoveryOrigins,
  recoveryStates,
  recoveryStepStates,
  rowPurposes,
} from '../../domain/states.ts';
import type { RecoveryRecord, RecoverySummary } from '../../requests/recoveries.ts';
import { milliseconds, millisecondsOrNull } from '../times.ts';
import { id, jsonMap, nullableText, nullableTime, text, time } from './common.ts';
import { operatorTaskShape, toOperatorTask } from './explanation.ts';
import { retainedShape, toRetainedAnswer } from './retained.ts';
import { runningStepShape, toRunningStep } from './running-step.ts';
import { workflowServiceNames } from '../../domain/workflow-service-name.ts';

const healthyAtTheEnd: ReadonlySet<string> = new Set(['RECOVERED', 'SELF_HEALED']);
const stateNames = Object.keys(recoveryStates) as (keyof typeof recoveryStates)[];
const stepStateNames = Object.keys(recoveryStepStates) as (keyof typeof recoveryStepStates)[];

export const relapseShape = z
  .strictObject({
    healthy_seconds: z.strictObject({
      last: z.number(),
      longest: z.number(),
      shortest: z.number(),
    }),
    recovery_id: id.describe('The one before, which had seemed to help.'),
    since: time.describe('When the node failed for the first time.'),
    times: z.int().describe('How often it has failed since, this time included.'),
  })
  .meta({ id: 'Relapse' });

export function toRelapse({ of, since, times, ...relapse }: Relapse): z.infer<typeof relapseShape> {
  const { healthyMs, longestMs, shortestMs } = relapse;
  return {
    healthy_seconds: { last: healthyMs / 1000, longest: longestMs / 1000, shortest: shortestMs / 1000 },
    recovery_id: of,
    since: milliseconds(since),
    times,
  };
}

export const recoverySummaryShape = z
  .strictObject({
    acknowledged_at: nullableTime.describe('When an operator said that what `warning` is about is done.'),
    action_id: nullableText.describe('The NODE_RECOVER that carries it out, or did; null: held.'),
    closed_at: nullableTime,
    cluster_id: nullableText,
    failed_again: z
      .strictObject({ after_seconds: z.number(), recovery_id: id })
      .nullable()
      .describe(
        'Of one that ended with a healthy node: the next recovery of the node that no operator requested, and how long after the end it had failed again.',
      ),
    failure: z.strictObject({ class: text, reason: text }),
    id,
    mode: z.enum(recoveryModes).describe('OBSERVE: decided and recorded, and nothing was touched.'),
    node_exists: z.boolean().describe('false: the node was deleted.'),
    node_id: id,
    node_name: text.describe('Kept, also when the node is gone.'),
    opened_at: time.describe('`2026-11-22T18:19:19.123Z`, as all times of recoveries.'),
    origin: z
      .enum(recoveryOrigins)
      .describe('OPERATOR: an operator requested it; it counts for no limit of the policy.'),
    policy_id: nullableText.describe('null: an operator requested it.'),
    relapse: relapseShape
      .nullable()
      .describe('The recovery that it continues, because that one did not help.'),
    reason: text.describe('The last decision.'),
    state: z.enum(stateNames).describe('OPEN, or how it was closed.'),
    warning: nullableText.describe(
      'A hook that failed after it: it undoes nothing, and what it was for is not done.',
    ),
  })
  .meta({ id: 'RecoverySummary' });

const stepShape = z
  .strictObject({
    attempt: z.int(),
    deadline: nullableTime.describe('Of a verification: when it is given up.'),
    ended_at: nullableTime,
    execution_id: nullableText.describe(
      'The execution of a WORKFLOW; null: there is none, or none any more.',
    ),
    execution_state: nullableText.describe('The state of the execution itself: a PAUSED one is waited for.'),
    id,
    item: text.describe(
      'Its place in the chain, `actions[0].before[0]`, or the id that the policy gives it.',
    ),
    name: text.describe("The action's name: REBOOT, WORKFLOW, ..."),
    output: jsonMap.nullable(),
    purpose: z
      .enum(rowPurposes)
      .describe(
        'An action of the chain; what comes before or after one; what follows the end of it; or the verification of a step.',
      ),
    reason: text,
    started_at: nullableTime,
    state: z.enum(stepStateNames),
    verifies: nullableText.describe(
      'Of a verification: the id of the step that it verifies; null: the whole chain.',
    ),
    workflow_name: nullableText.describe('Of a WORKFLOW.'),
    workflow_service: z
      .enum(workflowServiceNames)
      .nullable()
      .describe('What runs the execution; null: there is none.'),
  })
  .meta({ id: 'RecoveryStep' });

const decisionShape = z
  .strictObject({ at: time, decision: text, reason: text })
  .meta({ id: 'RecoveryDecision' });

export const recoveryShape = recoverySummaryShape
  .extend({
    decisions: z.array(decisionShape),
    operator: z.array(operatorTaskShape).describe('What an operator may do about the step that runs.'),
    retained: z.array(retainedShape).describe('What it has stopped, and is still kept.'),
    running: runningStepShape.nullable().describe('The step that runs, until when, and what follows it.'),
    steps: z.array(stepShape),
  })
  .meta({ id: 'Recovery' });

export function toRecoverySummary({
  recovery,
  context,
}: RecoverySummary): z.infer<typeof recoverySummaryShape> {
  const { next, nodeExists, reason, warning, acknowledgedAt } = context;
  const { closedAt } = recovery;
  return {
    acknowledged_at: millisecondsOrNull(acknowledgedAt),
    action_id: recovery.actionId,
    closed_at: millisecondsOrNull(closedAt),
    cluster_id: recovery.clusterId,
    failed_again:
      next === null || closedAt === null || !healthyAtTheEnd.has(recovery.state)
        ? null
        : { after_seconds: Math.max(0, next.failedAt - closedAt) / 1000, recovery_id: next.id },
    failure: { ...recovery.failure },
    id: recovery.id,
    mode: recovery.mode,
    node_exists: nodeExists,
    node_id: recovery.nodeId,
    node_name: recovery.nodeName,
    opened_at: milliseconds(recovery.openedAt),
    origin: recovery.origin,
    policy_id: recovery.policyId,
    reason,
    relapse: recovery.relapse && toRelapse(recovery.relapse),
    state: recovery.state,
    warning,
  };
}

export function toRecoveryAnswer(record: RecoveryRecord): z.infer<typeof recoveryShape> {
  const { steps, executions, decisions, retained, running, operator } = record;
  return {
    ...toRecoverySummary(record),
    decisions: decisions.map(({ at, decision, reason }) => ({ at: milliseconds(at), decision, reason })),
    operator: operator.map(toOperatorTask),
    retained: retained.map(toRetainedAnswer),
    running: running && toRunningStep(running),
    steps: steps.map((step) => toStep(step, executions)),
  };
}

function toStep(step: RecoveryStep, executions: RecoveryRecord['executions']): z.infer<typeof stepShape> {
  const execution = executions.get(step.executionId ?? '');
  return {
    attempt: step.attempt,
    deadline: millisecondsOrNull(step.deadline),
    ended_at: millisecondsOrNull(step.endedAt),
    // A Mistral may not answer now; what is not in the database is gone.
    execution_id: execution?.executionId ?? (step.workflowService === 'mistral' ? step.executionId : null),
    execution_state: execution?.state ?? null,
    id: step.id,
    item: step.item,
    name: step.name,
    output: step.output,
    purpose: step.purpose,
    reason: step.reason,
    started_at: millisecondsOrNull(step.startedAt),
    state: step.state,
    verifies: step.verifies,
    workflow_name: step.workflowName,
    workflow_service: step.workflowService,
  };
}
