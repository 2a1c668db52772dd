/** How health is explained on the wire, and nodes are counted: for one cluster, and for all. */
import { z } from 'zod';
import type { ClusterExplanation } from '../../recovery/explain-cluster.ts';
import { taskSteps, type OperatorTask } from '../../recovery/operator-task.ts';
import { standings, standingsInWords, type Standing } from '../../recovery/standing.ts';
import { millisecondsOrNull } from '../times.ts';
import { nullableTime, text } from './common.ts';

export const standingShape = z.enum(standings).describe(standingsInWords);

export const operatorTaskShape = z
  .strictObject({
    command: text.describe('To be typed as it stands.'),
    reason: text,
    required: z.boolean().describe('Coppice does nothing more about it; an operator has to act.'),
    steps: z
      .array(
        z.strictObject({
          command: text.describe('To be typed as it stands.'),
          text: text.describe('What it is for, or when it is the one to type.'),
        }),
      )
      .describe('All commands, in the order in which they are typed; `command` is the first of them.'),
  })
  .meta({ id: 'OperatorTask' });

export const explanationFields = {
  doing: z.array(text).describe('What is being done: the steps that run, until when, and what follows them.'),
  operator: z.array(operatorTaskShape).describe('What an operator has to do, or may do; the required first.'),
  problems: z.array(text).describe('What is wrong; empty: nothing.'),
  waiting: z
    .array(z.strictObject({ reason: text, until: nullableTime }))
    .describe('What is waited for, and when that is checked again; null: until something changes.'),
};

export const countShape = z.int();

export function standingCounts(more: Readonly<Record<string, typeof countShape>> = {}) {
  const keys = ['desired', 'nodes', ...standings.map(keyOf)].sort();
  const counts = Object.fromEntries(keys.map((key) => [key, countShape]));
  return z.strictObject({ ...counts, ...more }).describe('Each node counts once, under its standing.');
}

/** `not_probed` */
function keyOf(standing: Standing): string {
  return standing.toLowerCase();
}

export function toCounts(counts: Readonly<Record<Standing, number>>): Record<string, number> {
  return Object.fromEntries(standings.map((each) => [keyOf(each), counts[each]]));
}

export function toExplanation({ problems, doing, waiting, operator }: ClusterExplanation) {
  return {
    doing: [...doing],
    operator: operator.map(toOperatorTask),
    problems: [...problems],
    waiting: waiting.map(({ reason, until }) => ({ reason, until: millisecondsOrNull(until) })),
  };
}

export function toOperatorTask(task: OperatorTask) {
  const { command, reason, required } = task;
  return { command, reason, required, steps: taskSteps(task).map((step) => ({ ...step })) };
}
