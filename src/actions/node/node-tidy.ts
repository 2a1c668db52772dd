/**
 * NODE_TIDY: removes what was made for a node and is not what its row names, such as the old server after a
 * RECREATE with surge that could not be removed then. Where it fails another one follows after a while, until
 * nothing is left. Inputs: `{gone, tries}` of `clusters/schedule-tidy.ts`.
 */
import { CoppiceError } from '../../domain/errors.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { ActionDefinition } from '../../engine/action-context.ts';
import { loadManagedNode } from '../../clusters/managed-node.ts';
import { scheduleTidy } from '../../clusters/schedule-tidy.ts';
import type { PhysicalObject } from '../../recovery/chain.ts';
import { getNode } from '../../store/nodes.ts';
import { attempt } from '../node-recover/attempt-step.ts';
import { removeOthers } from '../node-recover/surge-operation.ts';
import type { ActionServices } from '../services.ts';

/** A cloud that is slow may need long; what does not answer at all is asked again later. */
const timeoutMs = 600_000;

export function nodeTidy({ store, profileTypes }: ActionServices): ActionDefinition {
  return {
    action: 'NODE_TIDY',
    async run(context) {
      const { target: nodeId } = context.action;
      const gone = isJsonObject(context.inputs['gone'])
        ? (context.inputs['gone'] as unknown as PhysicalObject)
        : null;
      const tries = Number(context.inputs['tries'] ?? 0) + 1;
      const done = await context.operation(
        'remove',
        async ({ key, signal }) =>
          await attempt(
            async (limited) => {
              if ((await getNode(store.db, nodeId)) === undefined) return null;
              const node = await loadManagedNode(store.db, profileTypes, nodeId);
              await removeOthers(node, gone, { key, signal: limited });
              return null;
            },
            timeoutMs,
            signal,
          ),
        async (tx, { ok }) => {
          if (!ok) await scheduleTidy(tx, { nodeId, gone, tries }, context.now());
        },
      );
      if (!done.ok)
        throw new CoppiceError('operation-failed', `${done.reason}; it is tried again until nothing is left`);
    },
  };
}
