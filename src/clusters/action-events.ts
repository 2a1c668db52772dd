/**
 * Events of actions, as Senlin writes them: one `start` and one `end` or `error` for each action that
 * a user asked for; those that an action derived from itself have none (exclude_derived_actions). Each is
 * written in the transaction that it is about.
 */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../domain/json.ts';
import type { Action, EventLevel } from '../domain/model.ts';
import { getCluster } from '../store/clusters.ts';
import { insertEvent } from '../store/events.ts';
import { getNode } from '../store/nodes.ts';
import type { Ending } from '../store/action-claims.ts';
import type { Tx } from '../store/store.ts';

export async function actionStarted(tx: Tx, action: Action, now: number): Promise<void> {
  await writeEvent(tx, action, { level: 'INFO', status: 'start', statusReason: action.id.slice(0, 8) }, now);
}

export async function actionEnded(tx: Tx, action: Action, ending: Ending, now: number): Promise<void> {
  const level = levels[ending.status];
  const status = ending.status === 'SUCCEEDED' ? 'end' : 'error';
  await writeEvent(tx, action, { level, status, statusReason: ending.reason }, now);
}

const levels = { SUCCEEDED: 'INFO', CANCELLED: 'WARNING', FAILED: 'ERROR' } as const;

interface EventText {
  readonly level: EventLevel;
  readonly status: string;
  readonly statusReason: string;
}

async function writeEvent(tx: Tx, action: Action, text: EventText, now: number): Promise<void> {
  if (action.cause === 'Derived Action') return;
  await insertEvent(tx, {
    ...text,
    id: randomUUID(),
    timestamp: now,
    otype: action.action.startsWith('NODE_') ? 'NODE' : 'CLUSTER',
    oid: action.target,
    oname: await nameOfTarget(tx, action),
    clusterId: action.clusterId,
    action: action.action,
    metaData: { action_id: action.id, ...requestOf(action) },
    project: action.project,
    user: action.user,
  });
}

/** For the audit: in the logs of other services, too, it has this id. */
function requestOf({ requestId }: Action): JsonObject {
  return requestId === null ? {} : { request_id: requestId };
}

/** Of what is gone already (a deletion that ended) only the beginning of the id is left to show. */
async function nameOfTarget(tx: Tx, action: Action): Promise<string> {
  const read = action.action.startsWith('NODE_') ? getNode : getCluster;
  return (await read(tx.db, action.target))?.name ?? action.target.slice(0, 8);
}
