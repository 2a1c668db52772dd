import { CoppiceError } from '../domain/errors.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { ActionDefinition } from '../engine/action-context.ts';
import { updateNode, type NodeChanges } from '../store/nodes.ts';
import { loadManagedNode } from './physical-node.ts';
import type { ActionServices } from './services.ts';

/** NODE_CHECK: asks the profile type how the node is, and writes it down. What could not be seen changes nothing, and fails the check. */
export function nodeCheck(services: ActionServices): ActionDefinition {
  return {
    action: 'NODE_CHECK',
    async run(context) {
      const id = context.action.target;
      const verdict = await context.step(
        'look',
        async ({ signal }) => {
          const { type, facts } = await loadManagedNode(services.store.db, services.profileTypes, id);
          return await type.look(facts, signal);
        },
        async (tx, seen) => {
          const changes = changesFor(seen);
          // No `updatedAt`: to look at a node is no change of it, and gives it no new grace.
          if (changes !== undefined) await updateNode(tx, id, changes);
        },
      );
      if (verdict.health === 'unknown') {
        throw new CoppiceError('operation-failed', `The node could not be looked at: ${verdict.reason}`);
      }
    },
  };
}

export function changesFor(verdict: Verdict): NodeChanges | undefined {
  if (verdict.health === 'unknown') return undefined;
  if (verdict.health === 'healthy') return { status: 'ACTIVE', statusReason: 'Check: Node is ACTIVE.' };
  return { status: 'ERROR', statusReason: `Check: ${verdict.failure}: ${verdict.reason}` };
}
