/**
 * A new profile for a stack that stays: an update by Heat with all that the profile says. Heat has no key for
 * an update, and keeps the tags that come with one: so a tag says which update it was, and a request that is
 * repeated after a crash finds its own.
 */
import { createHash } from 'node:crypto';
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { CloudError, operationError } from '../../openstack/cloud-error.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { HeatClient, Stack } from '../../openstack/heat-client.ts';
import type { InPlaceUpdate, NodeFacts, OperationRequest, PhysicalNode } from '../profile-type.ts';
import { changedKeys } from '../update-plan.ts';
import type { UpdatePlan } from '../update-way.ts';
import { awaitStack, stackStateText } from './await-stack.ts';
import { stackOfNode, stackTags, userTags } from './owned-stacks.ts';
import { stackBody, wholeSpecOf } from './spec.ts';

const DOING = 'the stack could not be updated';

/** What Heat has begun and cannot be cancelled is waited for so long before it is given up. */
const SETTLE_MS = 600_000;

/** Taken as in Senlin, and not used. */
const UNUSED = 'context';

export function stackUpdate(heatFor: (node: NodeFacts) => HeatClient): InPlaceUpdate {
  return {
    plan: planStackUpdate,
    effectOf: () => 'Heat updates each stack, and replaces of it what it has to',
    // A stack whose creation or update has failed is what Heat can update as well.
    unchangeable: ['NOT_CREATED', 'SERVER_DELETED'],
    change: (node, to, _change, request) => updateStack(heatFor(node), node, to, request),
  };
}

/** All of a spec goes to Heat in one update, which replaces of the stack what it has to. */
export function planStackUpdate(from: JsonObject, to: JsonObject): UpdatePlan {
  const changed = changedKeys(from, to).filter((key) => key !== UNUSED);
  return { way: 'IN_PLACE', changes: changed.length === 0 ? [] : [changed.join(', ')], tentative: null };
}

async function updateStack(
  heat: HeatClient,
  node: NodeFacts,
  to: JsonObject,
  { key, signal }: OperationRequest,
): Promise<PhysicalNode> {
  const settled: CallContext = { signal: AbortSignal.timeout(SETTLE_MS) };
  const tag = `coppice_update=${createHash('sha256').update(key).digest('base64url').slice(0, 24)}`;
  try {
    const before = await stackOfNode(heat, node, signal.aborted ? settled : { signal });
    if (before === undefined)
      throw new CoppiceError('operation-impossible', `${DOING}: stack ${node.physicalId} does not exist`);
    const isBegun = isTagged(before, tag) || (await begin(heat, node, to, { before, tag, signal, settled }));
    const hasEnded = (stack: Stack): boolean =>
      /^(UPDATE|ROLLBACK)_(COMPLETE|FAILED)$/.test(stack.stack_status) &&
      (isTagged(stack, tag) || stack.updated_time !== before.updated_time);
    const stack = await awaitStack(heat, before, hasEnded, { signal }).catch(async (error: unknown) => {
      // Nothing may go on when this returns: what Heat has begun is seen to its end first.
      if (signal.aborted && isBegun) await awaitStack(heat, before, hasEnded, settled).catch(() => undefined);
      throw error;
    });
    if (stack === undefined)
      throw new CoppiceError('operation-failed', `${DOING}: stack ${before.id} was deleted meanwhile`);
    if (stack.stack_status === 'UPDATE_COMPLETE') return { physicalId: stack.id, data: node.data };
    throw new CoppiceError('operation-failed', `${DOING}: ${await failureOf(heat, stack, { signal })}`);
  } catch (error) {
    signal.throwIfAborted();
    throw operationError(error, DOING);
  }
}

/** @returns whether Heat has begun it. */
async function begin(
  heat: HeatClient,
  node: NodeFacts,
  to: JsonObject,
  request: {
    readonly before: Stack;
    readonly tag: string;
    readonly signal: AbortSignal;
    readonly settled: CallContext;
  },
): Promise<boolean> {
  const { before, tag, signal, settled } = request;
  signal.throwIfAborted();
  const tags = [...userTags(before), stackTags(node), tag].join(',');
  const body = { ...stackBody(wholeSpecOf(to)), tags };
  try {
    await heat.updateStack(before.stack_name, before.id, body, { signal });
    return true;
  } catch (error) {
    const isUnclear = signal.aborted || (error instanceof CloudError && error.mayHaveHappened);
    if (!isUnclear) throw error;
    // The answer is lost: the tag shows whether it was begun.
    const after = await heat.getStack(before.stack_name, before.id, settled);
    if (isTagged(after, tag)) return true;
    throw error;
  }
}

function isTagged({ tags }: Pick<Stack, 'tags'>, tag: string): boolean {
  return tags?.includes(tag) === true;
}

/** A stack that Heat has rolled back is as before; why, is among its events only. */
async function failureOf(heat: HeatClient, stack: Stack, context: CallContext): Promise<string> {
  if (stack.stack_status.startsWith('UPDATE')) return stackStateText(stack);
  const events = await heat.listEvents(stack.stack_name, stack.id, context).catch(() => []);
  const failed = events.find((event) => event.resource_status === 'UPDATE_FAILED');
  if (failed === undefined) return stackStateText(stack);
  return `${failed.resource_status_reason.replace(/\s+/g, ' ').trim()}; ${stackStateText(stack)}`;
}
