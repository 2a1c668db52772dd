/**
 * Receivers: a URL that needs no token, and starts one action on one cluster. The action is requested as the
 * user who created the receiver, with those of the roles that the user had then which the user still has.
 */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { CoppiceError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Owner, Receiver, ReceiverAction, Role } from '../domain/model.ts';
import { ownerOf } from '../domain/session.ts';
import * as rows from '../store/receivers.ts';
import { throwNotFound, requireObject, requireReferenced } from './find-object.ts';
import { refuseOtherProject } from './other-projects.ts';
import { visibleProject, type Caller, type RequestTools } from './request-tools.ts';

export interface NewReceiver {
  readonly name: string;
  readonly type: 'webhook' | 'message';
  /** Id or name. */
  readonly cluster: string | undefined;
  readonly action: ReceiverAction | undefined;
  readonly params: JsonObject;
}

/** Version of the URLs: parameters are the body itself. */
const WEBHOOK_VERSION = 2;

/** Refuses parameters that the action would refuse at any time. @throws CoppiceError */
export type CheckPresets = (action: ReceiverAction, params: JsonObject) => void;

/**
 * @param baseUrl how others reach the API, without a slash at its end.
 * @throws CoppiceError `bad-request`, `not-yet-supported`
 */
export async function createReceiver(
  tools: RequestTools,
  caller: Caller,
  { name, type, cluster, action, params }: NewReceiver,
  { baseUrl, checkPresets }: { readonly baseUrl: string; readonly checkPresets: CheckPresets },
): Promise<Receiver> {
  if (type === 'message') {
    const sentence =
      "A receiver of type 'message' needs Zaqar, which Coppice does not support: create one of type 'webhook'.";
    throw new CoppiceError('not-yet-supported', sentence);
  }
  if (cluster === undefined)
    throw new CoppiceError('bad-request', 'Cluster identity is required for creating webhook receiver.');
  if (action === undefined)
    throw new CoppiceError('bad-request', 'Action name is required for creating webhook receiver.');
  checkPresets(action, params);
  return await tools.store.write(async (tx) => {
    const found = await requireReferenced(tx.db, caller, 'cluster', cluster, 'referenced');
    // Else those whose cluster it acts on could neither see nor delete it.
    refuseOtherProject('cluster', found, { what: 'the receiver', project: caller.project });
    const id = randomUUID();
    const receiver: Receiver = {
      ...ownerOf(caller),
      id,
      name,
      type,
      clusterId: found.id,
      action,
      params,
      channel: { alarm_url: alarmUrl(baseUrl, id, params) },
      roles: caller.roles,
      createdAt: tools.now(),
      updatedAt: null,
    };
    await rows.insertReceiver(tx, receiver);
    return receiver;
  });
}

/** The parameters stand in it for people who read it; what counts is kept with the receiver. */
function alarmUrl(baseUrl: string, id: string, params: JsonObject): string {
  const query = new URLSearchParams({ V: String(WEBHOOK_VERSION) });
  for (const [key, value] of Object.entries(params).toSorted(([one], [other]) => (one < other ? -1 : 1)))
    query.append(key, typeof value === 'string' ? value : JSON.stringify(value));
  return `${baseUrl}/v1/webhooks/${id}/trigger?${query.toString()}`;
}

export async function updateReceiver(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  requested: Partial<Pick<Receiver, 'name' | 'action' | 'params'>>,
  checkPresets: CheckPresets,
): Promise<Receiver> {
  return await tools.store.write(async (tx) => {
    const receiver = await requireObject(tx.db, caller, 'receiver', identity);
    const changed = Object.entries(requested).filter(
      ([key, value]) => !isDeepStrictEqual(value, receiver[key as keyof typeof requested]),
    );
    if ((requested.action ?? requested.params) !== undefined) refuseForOther(caller, receiver);
    if (changed.length === 0) throw new CoppiceError('bad-request', 'No property needs an update.');
    const changes = { ...Object.fromEntries(changed), updatedAt: tools.now() };
    const after: Receiver = { ...receiver, ...changes };
    checkPresets(after.action, after.params);
    await rows.updateReceiver(tx, receiver.id, changes);
    return after;
  });
}

/** It acts with the rights of the user who made it: no other user may say what it does. */
function refuseForOther(caller: Caller, receiver: Receiver): void {
  if (caller.user === receiver.user || visibleProject(caller) === undefined) return;
  throw new CoppiceError(
    'forbidden',
    `The receiver '${receiver.name}' acts with the rights of the user who made it, and only that user or an administrator may change its action and params: create one of your own.`,
  );
}

export async function deleteReceiver(tools: RequestTools, caller: Caller, identity: string): Promise<void> {
  await tools.store.write(async (tx) => {
    const receiver = await requireObject(tx.db, caller, 'receiver', identity);
    await rows.deleteReceiver(tx, receiver.id);
  });
}

export interface Triggered {
  readonly receiver: Receiver;
  /** Who requests the action. */
  readonly caller: Caller;
}

/**
 * @param anonymous who calls the webhook, without a token.
 * @param id the whole id: it is the secret of the URL.
 * @param rolesOf the roles that a user has now, of those that the user had once.
 * @throws CoppiceError `resource-not-found`
 */
export async function triggeredReceiver(
  tools: RequestTools,
  anonymous: Pick<Caller, 'requestId'>,
  id: string,
  rolesOf: (owner: Owner, granted: readonly Role[]) => Promise<readonly Role[]>,
): Promise<Triggered> {
  const receiver = await rows.getReceiver(tools.store.db, id);
  if (receiver === undefined) return throwNotFound('receiver', id);
  const owner = ownerOf(receiver);
  const roles = await rolesOf(owner, receiver.roles);
  const { requestId } = anonymous;
  const origin = { receiverId: receiver.id, ...(requestId === undefined ? {} : { requestId }) };
  return { receiver, caller: { ...owner, roles, ...origin } };
}
