import { z } from 'zod';
import { hiddenValue, mapSealedIn } from '../../domain/sealed.ts';
import type { Action } from '../../domain/model.ts';
import { actionStates } from '../../domain/states.ts';
import { unfinishedChildren } from '../../store/actions.ts';
import type { Db } from '../../store/store.ts';
import { epochSeconds, timeInSeconds, timeInSecondsOrNull } from '../times.ts';
import { id, jsonMap, nullableText, nullableTime, text, time } from './common.ts';

export const actionShape = z
  .strictObject({
    action: text,
    cause: text,
    cluster_id: text.optional().describe('Empty for a node in no cluster. From microversion 1.14.'),
    created_at: time,
    data: jsonMap,
    depended_by: z.array(id).describe('The action that waits for this one.'),
    depends_on: z.array(id).describe('The unfinished actions that this one waits for.'),
    end_time: z.number().nullable().describe('Seconds since 1970.'),
    id,
    inputs: jsonMap,
    interval: z.int(),
    name: text,
    outputs: jsonMap,
    owner: nullableText.describe('The process that runs it now.'),
    project: text,
    request_id: nullableText.describe('Of the request that it comes from; null: it comes from none.'),
    start_time: z.number().nullable().describe('Seconds since 1970.'),
    status: text,
    status_reason: text,
    target: id,
    timeout: z.int(),
    updated_at: nullableTime,
    user: text,
  })
  .meta({ id: 'Action' });

type ActionAnswer = z.infer<typeof actionShape>;

const CLUSTER_ID_SINCE = 14;

/** Actions with what they wait for: one query, however many actions there are. */
export async function toActionAnswers(
  db: Db,
  actions: readonly Action[],
  minor: number,
): Promise<ActionAnswer[]> {
  const unfinished = actions.filter((action) => !actionStates[action.status].ended);
  const children = await unfinishedChildren(
    db,
    unfinished.map((action) => action.id),
  );
  return actions.map((action) => toActionAnswer(action, children.get(action.id) ?? [], minor));
}

function toActionAnswer(action: Action, children: string[], minor: number): ActionAnswer {
  const waitedFor = action.parentId !== null && !actionStates[action.status].ended;
  return {
    action: action.action,
    cause: action.cause,
    ...(minor >= CLUSTER_ID_SINCE ? { cluster_id: action.clusterId ?? '' } : {}),
    created_at: timeInSeconds(action.createdAt),
    data: action.data,
    depended_by: waitedFor && action.parentId !== null ? [action.parentId] : [],
    depends_on: children,
    end_time: epochSeconds(action.endedAt),
    id: action.id,
    inputs: mapSealedIn(action.inputs, () => hiddenValue),
    interval: -1,
    name: action.name,
    outputs: action.outputs,
    owner: action.owner,
    project: action.project,
    request_id: action.requestId,
    start_time: epochSeconds(action.startedAt),
    status: action.status,
    status_reason: action.statusReason,
    target: action.target,
    timeout: action.timeout,
    updated_at: timeInSecondsOrNull(action.updatedAt),
    user: action.user,
  };
}
