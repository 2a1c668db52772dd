/**
 * Creates the stack of a node, once for a request whatever crashes: its name follows from the request, and
 * Heat refuses a second stack of the same name.
 */
import { CoppiceError } from '../../domain/errors.ts';
import { CloudError, isStatus, operationError } from '../../openstack/cloud-error.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { HeatClient, Stack } from '../../openstack/heat-client.ts';
import { plainProperties } from '../plain-properties.ts';
import type { NodeFacts, OperationRequest, PhysicalNode } from '../profile-type.ts';
import { awaitStack, stackStateText } from './await-stack.ts';
import { stackName, stackTags } from './owned-stacks.ts';
import { deleteStack } from './remove-stack.ts';
import { stackBody, wholeSpecOf } from './spec.ts';

const DOING = 'the stack could not be created';

/** How long the removal of a stack that is not wanted any more is waited for. */
const SETTLE_MS = 120_000;

export async function createStack(
  heat: HeatClient,
  node: NodeFacts,
  request: OperationRequest,
): Promise<PhysicalNode> {
  const context: CallContext = { signal: request.signal };
  const name = stackName(node, request.key);
  try {
    request.signal.throwIfAborted();
    const begun = (await heat.findStack(name, context)) ?? (await begin(heat, node, name, context));
    const hasEnded = ({ stack_status: status }: Stack): boolean => !status.endsWith('_IN_PROGRESS');
    const stack = await awaitStack(heat, begun, hasEnded, context);
    if (stack === undefined)
      throw new CoppiceError(
        'operation-failed',
        `${DOING}: stack ${begun.id} was deleted while it was created`,
      );
    // A stack that Heat has rolled back is there, and empty.
    if (!stack.stack_status.endsWith('_COMPLETE') || stack.stack_status === 'ROLLBACK_COMPLETE')
      throw new CoppiceError('operation-failed', `${DOING}: ${stackStateText(stack)}`);
    return { physicalId: stack.id, data: {} };
  } catch (error) {
    await discard(heat, name);
    request.signal.throwIfAborted();
    throw operationError(error, DOING);
  }
}

/** What was begun and came to nothing must not go on, nor stay: no row of ours would name it. */
async function discard(heat: HeatClient, name: string): Promise<void> {
  const context: CallContext = { signal: AbortSignal.timeout(SETTLE_MS) };
  try {
    const stack = await heat.findStack(name, context);
    if (stack !== undefined) await deleteStack(heat, stack, context);
  } catch {
    // Heat is away: the next request finds the stack by its name, and a removal by its tags.
  }
}

async function begin(
  heat: HeatClient,
  node: NodeFacts,
  name: string,
  context: CallContext,
): Promise<Pick<Stack, 'id' | 'stack_name'>> {
  const body = { ...stackBody(wholeSpecOf(plainProperties(node))), stack_name: name, tags: stackTags(node) };
  try {
    return { id: await heat.createStack(body, context), stack_name: name };
  } catch (error) {
    const mayBeThere = isStatus(error, 409) || (error instanceof CloudError && error.mayHaveHappened);
    // The answer is lost, or an earlier request has begun: then the stack is there.
    const stack = mayBeThere ? await heat.findStack(name, context).catch(() => undefined) : undefined;
    if (stack === undefined) throw error;
    return stack;
  }
}
