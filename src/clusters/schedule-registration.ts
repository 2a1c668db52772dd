/**
 * NODE_REGISTER registers a node that works and could not be registered by its cluster's policies. As
 * NODE_TIDY it is an action that waits for its time before it has run for the first time, and holds no lock
 * until then.
 */
import { randomUUID } from 'node:crypto';
import { onNode } from '../domain/action-requests.ts';
import { insertScheduledAction } from '../store/actions.ts';
import { getNode } from '../store/nodes.ts';
import type { Tx } from '../store/store.ts';

const firstPauseMs = 10_000;
const longestPauseMs = 300_000;

/** In the name of the node's owner. Nothing for a node that is gone. @param tries how often it was tried. */
export async function scheduleRegistration(
  tx: Tx,
  nodeId: string,
  tries: number,
  now: number,
): Promise<void> {
  const node = await getNode(tx.db, nodeId);
  if (node === undefined || node.clusterId === null) return;
  const action = {
    ...onNode('NODE_REGISTER', node, { tries }),
    id: randomUUID(),
    name: `node_register_${node.id.slice(0, 8)}`,
    cause: 'Derived Action' as const,
    parentId: null,
  };
  await insertScheduledAction(tx, action, now + Math.min(firstPauseMs * 2 ** tries, longestPauseMs), now);
}
