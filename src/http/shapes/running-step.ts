/** The step of a recovery that runs, on the wire: until when, and what follows it. */
import { z } from 'zod';
import { rowPurposes } from '../../domain/states.ts';
import type { RunningRecoveryStep } from '../../requests/open-recoveries.ts';
import { millisecondsOrNull } from '../times.ts';
import { id, nullableText, nullableTime, text } from './common.ts';
import { workflowServiceNames } from '../../domain/workflow-service-name.ts';

export const runningStepShape = z
  .strictObject({
    attempt: z.int(),
    attempts: z.int().nullable().describe('How many there are at most.'),
    deadline: nullableTime.describe('When it is given up; null: it has ended.'),
    doing: text.describe('What it does, since when, until when at most, and what follows.'),
    if_it_fails: nullableText.describe('What follows if it fails.'),
    if_it_helps: nullableText.describe('What follows if it succeeds.'),
    item: text,
    label: text.describe('What runs, in words: REBOOT, WORKFLOW drain, verification of REBOOT.'),
    name: text,
    purpose: z.enum(rowPurposes),
    state: text,
    verifying: z.boolean().describe('The operation is over, and the node is probed until it is healthy.'),
    workflow: z
      .strictObject({
        execution_id: id,
        name: text,
        service: z.enum(workflowServiceNames).describe('What runs it.'),
        since: nullableTime.describe('Since when it is in this state.'),
        state: text,
        state_info: nullableText,
      })
      .nullable()
      .describe('Of a WORKFLOW that runs: its execution, which may be PAUSED.'),
    workflow_name: nullableText,
  })
  .meta({ id: 'RunningStep' });

export function toRunningStep({
  step,
  label,
  attempts,
  deadline,
  verifying,
  follows,
  workflow,
  inWords,
}: RunningRecoveryStep) {
  return {
    attempt: step.attempt,
    attempts,
    deadline: millisecondsOrNull(deadline),
    doing: inWords,
    if_it_fails: follows?.ifItFails ?? null,
    if_it_helps: follows?.ifItHelps ?? null,
    item: step.item,
    label,
    name: step.name,
    purpose: step.purpose,
    state: step.state,
    verifying,
    workflow: workflow && {
      execution_id: workflow.executionId,
      name: workflow.name,
      service: workflow.service,
      since: millisecondsOrNull(workflow.since),
      state: workflow.state,
      state_info: workflow.stateInfo,
    },
    workflow_name: step.workflowName,
  };
}
