/** Removes the stack of a node, and every other that was created for it. */
import { CoppiceError } from '../../domain/errors.ts';
import { CloudError, operationError } from '../../openstack/cloud-error.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { HeatClient, Stack } from '../../openstack/heat-client.ts';
import type { NodeFacts, OperationRequest, PhysicalNode } from '../profile-type.ts';
import { awaitStack, stackStateText } from './await-stack.ts';
import { findStacks, stackOfNode } from './owned-stacks.ts';

const DOING = 'the stack could not be deleted';

/** Also of a create whose answer was lost: all stacks that carry the node's id go. */
export async function removeStack(
  heat: HeatClient,
  node: NodeFacts,
  request: OperationRequest,
): Promise<void> {
  await removeStacksExcept(heat, node, [], request);
}

/** Of the stacks of the node, those that are none of `kept`. */
export async function removeStacksExcept(
  heat: HeatClient,
  node: NodeFacts,
  kept: readonly PhysicalNode[],
  { signal }: OperationRequest,
): Promise<void> {
  const context: CallContext = { signal };
  try {
    const own = await stackOfNode(heat, node, context);
    const stacks = [...(own === undefined ? [] : [own]), ...(await findStacks(heat, node, context))];
    const gone = new Map(stacks.map((one) => [one.id, one]));
    for (const { physicalId } of kept) gone.delete(physicalId);
    for (const stack of gone.values()) await deleteStack(heat, stack, context);
  } catch (error) {
    signal.throwIfAborted();
    throw operationError(error, DOING);
  }
}

/** Deletes one stack and waits until it is gone; one that does not exist is a success. */
export async function deleteStack(
  heat: HeatClient,
  { id, stack_name: name }: Pick<Stack, 'id' | 'stack_name'>,
  context: CallContext,
): Promise<void> {
  const before = await heat.getStack(name, id, context).catch(() => undefined);
  try {
    await heat.deleteStack(name, id, context);
  } catch (error) {
    // Without an answer it may have been taken: the wait shows whether the stack goes.
    if (!(error instanceof CloudError) || error.status !== null || !error.mayHaveHappened) throw error;
  }
  // A failure of an earlier deletion is shown until this one has begun.
  const hasFailed = ({ stack_status: status, updated_time: at }: Stack): boolean =>
    status === 'DELETE_FAILED' && (before?.stack_status !== status || before.updated_time !== at);
  const failed = await awaitStack(heat, { id, stack_name: name }, hasFailed, context);
  if (failed !== undefined) throw new CoppiceError('operation-failed', `${DOING}: ${stackStateText(failed)}`);
}
