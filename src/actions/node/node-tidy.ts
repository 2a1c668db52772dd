/**
 * NODE_TIDY: removes what was made for a node and is not what its row names, such as the old server after a
 * RECREATE with surge that could not be removed then. Where it fails another one follows after a while, until
 * nothing is left. With `retain` the old server is stopped and kept; what cannot be stopped for long is
 * removed after all, since it may run beside the node. Inputs: `{gone, retain, tries}` of
 * `clusters/schedule-tidy.ts`.
 */
import { CoppiceError } from '../../domain/errors.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { ActionDefinition } from '../../engine/action-context.ts';
import { scheduleTidy, type TidyRetain } from '../../clusters/schedule-tidy.ts';
import type { PhysicalObject } from '../../recovery/chain.ts';
import { getNode } from '../../store/nodes.ts';
import { attempt } from '../node-recover/attempt-step.ts';
import { giveUp, recordStopped } from '../node-recover/surge-operation.ts';
import type { ActionServices } from '../services.ts';

/** A cloud that is slow may need long; what does not answer at all is asked again later. */
const timeoutMs = 600_000;

/** With the pauses between them about five minutes: a cloud that is away comes back, a dead host does not. */
const mostStops = 5;

export function nodeTidy(services: ActionServices): ActionDefinition {
  return {
    action: 'NODE_TIDY',
    async run(context) {
      const { store } = services;
      const { target: nodeId } = context.action;
      const gone = isJsonObject(context.inputs['gone'])
        ? (context.inputs['gone'] as unknown as PhysicalObject)
        : null;
      const tries = Number(context.inputs['tries'] ?? 0) + 1;
      const retain =
        isJsonObject(context.inputs['retain']) && tries <= mostStops
          ? (context.inputs['retain'] as unknown as TidyRetain)
          : null;
      const done = await context.operation(
        'remove',
        async ({ key, signal }) =>
          await attempt(
            async (limited) => {
              if ((await getNode(store.db, nodeId)) === undefined) return null;
              return await giveUp(services, nodeId, { gone, retain }, { key, signal: limited });
            },
            timeoutMs,
            signal,
          ),
        async (tx, result) => {
          const now = context.now();
          if (result.ok) await recordStopped(tx, result.made, retain, now);
          else await scheduleTidy(tx, { nodeId, gone, retain, tries }, now);
        },
      );
      if (!done.ok)
        throw new CoppiceError('operation-failed', `${done.reason}; it is tried again until nothing is left`);
    },
  };
}
