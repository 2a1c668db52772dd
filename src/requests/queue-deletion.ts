/** The deletion of a cluster or node: an action behind what runs on it, which is cancelled. */
import type { ActionRequest } from '../domain/action-requests.ts';
import { unfinishedActionsOn } from '../store/actions.ts';
import type { Tx } from '../store/store.ts';
import { deletionAmong, type CancelOptions } from './cancel-what-runs.ts';
import { recordAction } from './record-action.ts';
import type { Caller, RequestTools } from './request-tools.ts';

/**
 * Cancels what runs on the object, and queues the deletion behind it.
 * @param deletion the action that deletes it. @param force whether it does not wait for what runs to end.
 * @param cancel cancels what runs on it.
 * @returns the action's id; that of the deletion that is under way already, unless by force.
 */
export async function queueDeletion(
  tx: Tx,
  tools: RequestTools,
  caller: Caller,
  deletion: ActionRequest,
  { force, cancel }: { readonly force: boolean; readonly cancel: (options: CancelOptions) => Promise<void> },
): Promise<string> {
  const underWay = deletionAmong(await unfinishedActionsOn(tx.db, deletion.target));
  if (underWay !== undefined && !force) return underWay.id;
  await cancel({ now: tools.now(), force });
  return await recordAction(tx, tools, caller, deletion);
}
