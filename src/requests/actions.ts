import { CoppiceError } from '../domain/errors.ts';
import type { Action } from '../domain/model.ts';
import { actionStates } from '../domain/states.ts';
import { cancel, cancelByForce } from './cancel-what-runs.ts';
import { requireObject } from './find-object.ts';
import type { Caller, RequestTools } from './request-tools.ts';

/**
 * Cancels an action. It ends soon afterwards: the signal of its running step is aborted.
 * @param status what the action is to become: only CANCELLED can be requested.
 * @param force whether it ends at once, for one that does not end by itself.
 * @throws CoppiceError `action-immutable` where it has ended already.
 */
export async function cancelAction(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  status: string,
  { force } = { force: false },
): Promise<Action> {
  return await tools.store.write(async (tx) => {
    const action = await requireObject(tx.db, caller, 'action', identity);
    if (status !== 'CANCELLED')
      throw new CoppiceError('bad-request', `Unknown status ${status} for action ${action.id}.`);
    if (!actionStates[action.status].cancellable) throw immutable(action);
    if (force) await cancelByForce(tx, action, `A user cancelled it by force (${caller.user}).`, tools.now());
    else await cancel(tx, action, `A user cancelled it (${caller.user}).`, tools.now());
    return await requireObject(tx.db, caller, 'action', action.id);
  });
}

/** The list stands as Senlin writes it. */
const cancellable = ['INIT', 'WAITING', 'READY', 'RUNNING', 'WAITING_LIFECYCLE_COMPLETION'];

function immutable({ id, status }: Action): CoppiceError {
  const expected = cancellable.map((name) => `'${name}'`).join(', ');
  return new CoppiceError(
    'action-immutable',
    `Action (${id.slice(0, 8)}) is in status (${status}) while expected status must be one of ([${expected}]).`,
  );
}
