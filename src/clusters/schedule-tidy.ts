/**
 * NODE_TIDY removes what was made for a node and is not what its row names. It is an action that waits for
 * its time before it has run for the first time: until then it holds no lock, so that it keeps nothing else
 * from the node.
 */
import { randomUUID } from 'node:crypto';
import { actionName } from '../domain/action-name.ts';
import { onNode } from '../domain/action-requests.ts';
import type { JsonObject } from '../domain/json.ts';
import { insertScheduledAction } from '../store/actions.ts';
import { getNode } from '../store/nodes.ts';
import type { Tx } from '../store/store.ts';

/** For which recovery it is kept, and how long. */
export type TidyRetain = { readonly forMs: number; readonly max: number; readonly recoveryId: string };

export interface Tidy {
  readonly nodeId: string;
  /** One that is to go, as the node's row named it; null: none is known. */
  readonly gone: { readonly physicalId: string; readonly data: JsonObject } | null;
  /** It is stopped and kept instead; null: it is removed. */
  readonly retain: TidyRetain | null;
  /** How often it was tried before. */
  readonly tries: number;
}

const firstPauseMs = 10_000;
const longestPauseMs = 300_000;

/**
 * In the name of the node's owner. Nothing for a node that is gone: all that was made for it went with it.
 */
export async function scheduleTidy(
  tx: Tx,
  { nodeId, gone, retain, tries }: Tidy,
  now: number,
): Promise<void> {
  const node = await getNode(tx.db, nodeId);
  if (node === undefined) return;
  const request = onNode('NODE_TIDY', node, { gone, retain, tries });
  const action = {
    ...request,
    id: randomUUID(),
    name: actionName(request),
    cause: 'Derived Action' as const,
    parentId: null,
  };
  await insertScheduledAction(tx, action, now + Math.min(firstPauseMs * 2 ** tries, longestPauseMs), now);
}
