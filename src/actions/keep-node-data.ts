import type { OperationRequest } from '../profiles/profile-type.ts';
import { getNode, updateNode } from '../store/nodes.ts';
import type { Store } from '../store/store.ts';

/**
 * For an operation on the node: `OperationRequest.keepData`. When the node was last changed stays as it is.
 */
export function keepNodeData(
  store: Pick<Store, 'write'>,
  nodeId: string,
): NonNullable<OperationRequest['keepData']> {
  return async (kept) => {
    await store.write(async (tx) => {
      const node = await getNode(tx.db, nodeId);
      if (node !== undefined) await updateNode(tx, nodeId, { data: { ...node.data, ...kept } });
    });
  };
}
