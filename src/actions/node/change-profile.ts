/**
 * Carries out a new profile of a node: the node is changed where it is if its type can do that, else it is
 * removed and created again; then it is verified.
 *
 *     in place:  plan -> each change -> the row has the new profile -> verify -> confirm
 *                                                    on a failure: revert what is tentative (a resize)
 *     replaced:  plan -> remove -> create -> verify
 *
 * A change that has failed leaves the node its old profile, so that the same update can be asked for again.
 */
import {
  loadManagedNode,
  manage,
  propertiesOf,
  propertiesToReplace,
  type ManagedNode,
} from '../../clusters/managed-node.ts';
import { CoppiceError, toErrorRecord } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Profile } from '../../domain/model.ts';
import { ActionInterrupted, type ActionContext } from '../../engine/action-context.ts';
import type { InPlaceUpdate, OperationRequest } from '../../profiles/profile-type.ts';
import { describeRefusal, planUpdate } from '../../profiles/update-plan.ts';
import type { UpdatePlan } from '../../profiles/update-way.ts';
import { getNode, updateNode } from '../../store/nodes.ts';
import { getProfile } from '../../store/profiles.ts';
import type { ProbingServices } from '../recovery-probe.ts';
import { makePhysicalNode, lastingData, removeNode } from '../node-objects.ts';
import { deregisterNode } from '../registrations.ts';
import { replacementObjection } from '../replacement-objection.ts';
import { verifyNode } from './verify-node.ts';

type InPlacePlan = Extract<UpdatePlan, { way: 'IN_PLACE' }>;

interface Decided {
  readonly plan: UpdatePlan;
  /** The profile that the node had. */
  readonly from: string;
}

/** A revert is seen to its end also where the action is out of time. */
const REVERT_MS = 600_000;

/** @returns how it was carried out, for the outputs of the action. */
export async function changeProfile(
  context: ActionContext,
  services: ProbingServices,
  profileId: string,
): Promise<JsonObject> {
  const decided = await context.step('plan update', async ({ signal }) => {
    return (await decide(services, context.action.target, profileId, signal)) as unknown as Json;
  });
  const { plan, from } = decided as unknown as Decided;
  switch (plan.way) {
    case 'REFUSED':
      throw new CoppiceError('operation-impossible', describeRefusal(plan.issues));
    case 'REPLACE':
      await replace(context, services, profileId);
      return { way: plan.way, reason: plan.reason };
    case 'IN_PLACE':
      await updateInPlace(context, services, { plan, from, to: profileId });
      return { way: plan.way, changes: plan.changes };
  }
}

async function decide(
  services: ProbingServices,
  id: string,
  profileId: string,
  signal: AbortSignal,
): Promise<Decided> {
  const { node, profile, type, facts } = await load(services, id);
  const from = node.profileId;
  if (node.physicalId === null)
    return { plan: { way: 'REPLACE', reason: 'there is nothing to change' }, from };
  const to = propertiesOf(services, await requireProfile(services, profileId));
  const plan = planUpdate(type, propertiesToReplace(services, profile), to);
  if (plan.way !== 'IN_PLACE' || type.update === undefined) return { plan, from };
  const verdict = await type.probe(facts, signal);
  // What an aborted probe says is not what the node is.
  signal.throwIfAborted();
  const isBeyondChange = verdict.health === 'unhealthy' && type.update.unchangeable.includes(verdict.failure);
  return { plan: isBeyondChange ? { way: 'REPLACE', reason: verdict.reason } : plan, from };
}

async function updateInPlace(
  context: ActionContext,
  services: ProbingServices,
  { plan, from, to }: { readonly plan: InPlacePlan; readonly from: string; readonly to: string },
): Promise<void> {
  const id = context.action.target;
  const done: string[] = [];
  try {
    for (const change of plan.changes) {
      await context.operation(
        `change ${change}`,
        async (request) => {
          const { facts, update } = await loadUpdatable(services, id);
          const properties = propertiesOf(services, await requireProfile(services, to));
          return { ...(await update.change(facts, properties, change, ofUpdate(context, request))) };
        },
        async (tx, made) => void (await updateNode(tx, id, made)),
      );
      done.push(change);
    }
    await context.transaction('changed', async (tx) => {
      const statusReason = 'The node was changed to the new profile, and is verified';
      await updateNode(tx, id, { profileId: to, statusReason, updatedAt: context.now() });
    });
    await verifyNode(context, services, id, 'it was changed to the new profile');
    if (plan.tentative !== null) await confirm(context, services);
  } catch (error) {
    const notes = plan.tentative === null ? [] : await revert(context, services, plan.tentative, from);
    const kept = done.filter((change) => change !== plan.tentative);
    throw withNote(error, kept.length === 0 ? notes : [...notes, `changed before: ${kept.join(', ')}`]);
  }
  await markUpdated(context);
}

async function confirm(context: ActionContext, services: ProbingServices): Promise<void> {
  const id = context.action.target;
  await context.operation(
    'confirm',
    async (request) => {
      const { facts, update } = await loadUpdatable(services, id);
      const { physicalId, data } = facts;
      const confirmed = await update.confirm?.(facts, ofUpdate(context, request));
      return { ...(confirmed ?? { physicalId: physicalId ?? '', data }) };
    },
    async (tx, made) => void (await updateNode(tx, id, made)),
  );
}

/** @returns what became of what was tentative, in words. */
async function revert(
  context: ActionContext,
  services: ProbingServices,
  change: string,
  from: string,
): Promise<string[]> {
  const id = context.action.target;
  try {
    const reverted = await context.operation(
      'revert',
      async (request) => {
        const { facts, update } = await loadUpdatable(services, id);
        // The action may be out of time or cancelled: what it left tentative has to be ended all the same.
        const signal = AbortSignal.timeout(REVERT_MS);
        return ((await update.revert?.(facts, ofUpdate(context, { ...request, signal }))) ?? null) as Json;
      },
      async (tx, made) => {
        if (made !== null) await updateNode(tx, id, { ...(made as object), profileId: from });
      },
    );
    return reverted === null ? [] : [`${change} was taken back`];
  } catch (error) {
    return [`${change} could not be taken back: ${toErrorRecord(error).message}`];
  }
}

function withNote(error: unknown, notes: readonly string[]): unknown {
  if (notes.length === 0) return error;
  const { code, message, retryable } = toErrorRecord(error);
  const sentence = `${message} (${notes.join('; ')})`;
  if (error instanceof ActionInterrupted) return new ActionInterrupted(error.why, sentence);
  return new CoppiceError(code, sentence, { cause: error, retryable });
}

async function replace(context: ActionContext, services: ProbingServices, profileId: string): Promise<void> {
  const id = context.action.target;
  await requireReplacement(context, services, profileId);
  await deregisterNode({
    context,
    services,
    nodeId: id,
    clusterId: context.action.clusterId,
    name: 'deregister',
  });
  const removed = await context.operation(
    'remove old',
    async (request) => ({ ...(await removeNode(services.store.db, await load(services, id), request)) }),
    async (tx) => {
      const data = lastingData((await getNode(tx.db, id))?.data ?? {});
      await updateNode(tx, id, { profileId, physicalId: null, data });
    },
  );
  await context.operation(
    'create new',
    async (request) => {
      // An earlier version recorded nothing of the removal, and kept nothing.
      const made = await makePhysicalNode(await load(services, id), removed ?? { spared: false }, request);
      const { physicalId, data } = made;
      return { physicalId, data };
    },
    async (tx, made) => {
      const statusReason = 'The node was made from the new profile, and is verified';
      await updateNode(tx, id, { ...made, statusReason, updatedAt: context.now() });
    },
  );
  await verifyNode(context, services, id, 'it was made from the new profile');
  await markUpdated(context);
}

/** @throws CoppiceError where the old node is kept. */
async function requireReplacement(
  context: ActionContext,
  services: ProbingServices,
  profileId: string,
): Promise<void> {
  const objection = await context.step('examine', async ({ signal }) => {
    const { node, facts } = await load(services, context.action.target);
    const profile = await requireProfile(services, profileId);
    // Where there is nothing yet, nothing is lost: the creation will tell.
    if (node.physicalId === null) return null;
    const request = { key: `${context.action.id}/create new`, signal };
    const cluster = facts.clusterName === null ? undefined : { name: facts.clusterName };
    const found = await replacementObjection(manage(services, node, cluster, profile), request);
    return found && { ...found };
  });
  if (objection === null) return;
  const code = objection.retryable ? 'operation-failed' : 'operation-impossible';
  throw new CoppiceError(code, objection.reason);
}

async function markUpdated(context: ActionContext): Promise<void> {
  await context.transaction('updated', async (tx) => {
    const done = { status: 'ACTIVE', statusReason: 'Update succeeded', updatedAt: context.now() } as const;
    await updateNode(tx, context.action.target, done);
  });
}

/** All calls of one update share a key, so that a type can tell what its own update has left. */
function ofUpdate({ action }: ActionContext, request: OperationRequest): OperationRequest {
  return { ...request, key: `${action.id}/update` };
}

async function load({ store, profileTypes }: ProbingServices, id: string): Promise<ManagedNode> {
  return await loadManagedNode({ store, profileTypes }, id);
}

async function loadUpdatable(
  services: ProbingServices,
  id: string,
): Promise<ManagedNode & { readonly update: InPlaceUpdate }> {
  const managed = await load(services, id);
  const { update } = managed.type;
  if (update !== undefined) return { ...managed, update };
  throw new CoppiceError('operation-impossible', `Nodes of the type ${managed.type.name} cannot be changed.`);
}

async function requireProfile({ store }: ProbingServices, profileId: string): Promise<Profile> {
  const profile = await getProfile(store.db, profileId);
  if (profile !== undefined) return profile;
  throw new CoppiceError('resource-not-found', `The profile '${profileId}' could not be found.`);
}
