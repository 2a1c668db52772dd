/**
 * What RECREATE with `retain` keeps of a node: when it is written down, when its time is over, and what
 * removes it then. A row spares it from all removals of the node; one action RETAINED_DELETE waits until its
 * time is over, by the clock, by a command, or because too many are kept. It waits before it has run for the
 * first time, and takes no lock: what it removes nothing else touches.
 */
import { randomUUID } from 'node:crypto';
import { actionName } from '../domain/action-name.ts';
import { onRetained } from '../domain/action-requests.ts';
import type { Retain } from '../domain/health-policy.ts';
import type { Retained } from '../domain/model.ts';
import { ownerOf } from '../domain/session.ts';
import type { KeptObject } from '../profiles/profile-type.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import { wakeAction } from '../store/action-wakes.ts';
import { insertScheduledAction, unfinishedActionsOn } from '../store/actions.ts';
import { endRetainedTime, insertRetained, retainedBeside } from '../store/retained.ts';
import type { Tx } from '../store/store.ts';

export type Stopped = Omit<Retained, 'stoppedAt' | 'until'>;

/**
 * In the transaction in which the row of the node stops naming it.
 * @param now when it was stopped.
 */
export async function keepStopped(tx: Tx, stopped: Stopped, retain: Retain, now: number): Promise<void> {
  const kept: Retained = { ...stopped, stoppedAt: now, until: now + retain.forMs };
  await tx.exclude([`retained:${kept.clusterId ?? kept.nodeId}`]);
  await insertRetained(tx, kept);
  await scheduleRemoval(tx, kept, kept.until, now);
  const all = await retainedBeside(tx.db, kept, now);
  for (const old of all.slice(0, Math.max(0, all.length - retain.max))) await endTime(tx, old, now);
}

/** Its time is over now. @returns the action that removes it. */
export async function endTime(tx: Tx, kept: Retained, now: number): Promise<string> {
  await endRetainedTime(tx, kept.id, now);
  const [action] = await unfinishedActionsOn(tx.db, kept.id);
  // An operator may have cancelled the one that there was.
  if (action === undefined) return await scheduleRemoval(tx, kept, now, now);
  await wakeAction(tx, action.id);
  return action.id;
}

const firstPauseMs = 10_000;
const longestPauseMs = 300_000;

/** It could not be removed. @param tries how often it was tried. */
export async function tryAgainToRemove(tx: Tx, kept: Retained, tries: number, now: number): Promise<void> {
  const pauseMs = Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs);
  await scheduleRemoval(tx, kept, Math.max(kept.until, now + pauseMs), now, tries);
}

/** In the name of the owner of the node. */
async function scheduleRemoval(tx: Tx, kept: Retained, at: number, now: number, tries = 0): Promise<string> {
  const request = onRetained(kept, { tries });
  const action = {
    ...request,
    id: randomUUID(),
    name: actionName(request),
    cause: 'Derived Action' as const,
    parentId: null,
  };
  await insertScheduledAction(tx, action, at, now);
  return action.id;
}

/** As its profile type takes it. */
export function keptObject(kept: Retained): KeptObject {
  const { nodeId, physicalId, data } = kept;
  return { nodeId, physicalId, data, session: ownerOf(kept) };
}

/** Where an operator finds it: `server 5d3c...`, or the path of a directory. */
export function keptLocation(
  profileTypes: ProfileTypes,
  kept: Pick<Stopped, 'profileType' | 'nodeId' | 'physicalId' | 'data'>,
): string {
  const retention = profileTypes.find(kept.profileType)?.retention;
  return typeof retention === 'object' ? retention.location(kept) : kept.physicalId;
}
