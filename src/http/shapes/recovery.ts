import { z } from 'zod';
import type { Recovery, RecoveryDecision, RecoveryStep } from '../../domain/model.ts';
import { recoveryModes, recoveryStates, recoveryStepStates, stepPurposes } from '../../domain/states.ts';
import { milliseconds, millisecondsOrNull } from '../times.ts';
import { id, jsonMap, nullableText, nullableTime, text, time } from './common.ts';

const stateNames = Object.keys(recoveryStates) as (keyof typeof recoveryStates)[];
const stepStateNames = Object.keys(recoveryStepStates) as (keyof typeof recoveryStepStates)[];

export const recoverySummaryShape = z
  .strictObject({
    closed_at: nullableTime,
    cluster_id: nullableText,
    failure: z.strictObject({ class: text, reason: text }),
    id,
    mode: z.enum(recoveryModes).describe('OBSERVE: decided and recorded, and nothing was touched.'),
    node_id: id,
    node_name: text.describe('Kept, also when the node is gone.'),
    opened_at: time.describe('`2026-11-22T18:19:19.123Z`, as all times of recoveries.'),
    policy_id: nullableText.describe('null: a person asked for it.'),
    state: z.enum(stateNames).describe('OPEN, or how it was closed.'),
  })
  .meta({ id: 'RecoverySummary' });

const stepShape = z
  .strictObject({
    attempt: z.int(),
    ended_at: nullableTime,
    execution_id: nullableText.describe('The execution of a WORKFLOW.'),
    id,
    item: text.describe(
      'Its place in the chain, `actions[0].before[0]`, or the id that the policy gives it.',
    ),
    name: text.describe("The action's name: REBOOT, WORKFLOW, ..."),
    output: jsonMap.nullable(),
    purpose: z
      .enum(stepPurposes)
      .describe('An action of the chain; what comes before or after one; or what follows the end of it.'),
    reason: text,
    started_at: nullableTime,
    state: z.enum(stepStateNames),
    workflow_name: nullableText.describe('Of a WORKFLOW.'),
  })
  .meta({ id: 'RecoveryStep' });

const decisionShape = z
  .strictObject({ at: time, decision: text, reason: text })
  .meta({ id: 'RecoveryDecision' });

export const recoveryShape = recoverySummaryShape
  .extend({ decisions: z.array(decisionShape), steps: z.array(stepShape) })
  .meta({ id: 'Recovery' });

export function toRecoverySummary(recovery: Recovery): z.infer<typeof recoverySummaryShape> {
  return {
    closed_at: millisecondsOrNull(recovery.closedAt),
    cluster_id: recovery.clusterId,
    failure: { ...recovery.failure },
    id: recovery.id,
    mode: recovery.mode,
    node_id: recovery.nodeId,
    node_name: recovery.nodeName,
    opened_at: milliseconds(recovery.openedAt),
    policy_id: recovery.policyId,
    state: recovery.state,
  };
}

export function toRecoveryAnswer(
  recovery: Recovery,
  steps: readonly RecoveryStep[],
  decisions: readonly RecoveryDecision[],
): z.infer<typeof recoveryShape> {
  return {
    ...toRecoverySummary(recovery),
    decisions: decisions.map(({ at, decision, reason }) => ({ at: milliseconds(at), decision, reason })),
    steps: steps.map(toStep),
  };
}

function toStep(step: RecoveryStep): z.infer<typeof stepShape> {
  return {
    attempt: step.attempt,
    ended_at: millisecondsOrNull(step.endedAt),
    execution_id: step.executionId,
    id: step.id,
    item: step.item,
    name: step.name,
    output: step.output,
    purpose: step.purpose,
    reason: step.reason,
    started_at: millisecondsOrNull(step.startedAt),
    state: step.state,
    workflow_name: step.workflowName,
  };
}
