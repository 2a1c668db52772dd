/**
 * RETAINED_DELETE: removes what was kept of a node, which may be gone, once its time is over. Where it fails
 * another one follows after a while, until it is gone; and where it is cancelled before. Inputs: `{tries}`.
 */
import { keptObject, tryAgainToRemove } from '../clusters/keep-failed.ts';
import { CoppiceError } from '../domain/errors.ts';
import { ActionInterrupted, type ActionContext, type ActionDefinition } from '../engine/action-context.ts';
import { deleteRetained, getRetained } from '../store/retained.ts';
import type { Tx } from '../store/store.ts';
import { attempt } from './node-recover/attempt-step.ts';
import type { ActionServices } from './services.ts';

/** A cloud that is slow may need long; what does not answer at all is asked again later. */
const timeoutMs = 600_000;

export function retainedDelete(services: ActionServices): ActionDefinition {
  return {
    action: 'RETAINED_DELETE',
    async run(context) {
      const { target } = context.action;
      const tries = Number(context.inputs['tries'] ?? 0) + 1;
      const again = async (tx: Tx): Promise<void> => {
        const kept = await getRetained(tx.db, target);
        if (kept !== undefined) await tryAgainToRemove(tx, kept, tries, context.now());
      };
      const done = await remove(context, services, again).catch(async (error: unknown) => {
        if (error instanceof ActionInterrupted) await context.transaction('again', again);
        throw error;
      });
      if (!done.ok)
        throw new CoppiceError('operation-failed', `${done.reason}; it is tried again until it is gone`);
    },
  };
}

async function remove(
  context: ActionContext,
  { store, profileTypes }: ActionServices,
  again: (tx: Tx) => Promise<void>,
) {
  const { target } = context.action;
  return await context.operation(
    'remove',
    async ({ key, signal }) =>
      await attempt(
        async (limited) => {
          const kept = await getRetained(store.db, target);
          if (kept === undefined) return null;
          const retention = profileTypes.find(kept.profileType)?.retention;
          if (typeof retention !== 'object')
            throw new CoppiceError(
              'operation-impossible',
              `this Coppice cannot remove what was kept of a node of ${kept.profileType}`,
            );
          await retention.remove(keptObject(kept), { key, signal: limited });
          return null;
        },
        timeoutMs,
        signal,
      ),
    async (tx, { ok }) => {
      if (ok) await deleteRetained(tx, target);
      else await again(tx);
    },
  );
}
