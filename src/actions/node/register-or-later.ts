/**
 * Registers a node that works. Where that fails the node stays as it is: it is no reason to recreate it, and
 * NODE_REGISTER tries again later.
 */
import { inForce } from '../../clusters/maintenance.ts';
import { scheduleRegistration } from '../../clusters/schedule-registration.ts';
import { CoppiceError, toErrorRecord } from '../../domain/errors.ts';
import type { Node } from '../../domain/model.ts';
import { ActionInterrupted } from '../../engine/action-context.ts';
import { healingOfCluster, healingOfNode } from '../../store/healing.ts';
import { getNode, updateNode } from '../../store/nodes.ts';
import { registerMissing, registerNode, registrarsOf, type RegisteringRun } from '../registrations.ts';

/** Begins the reason of the status of a node that is not registered. */
export const NOT_REGISTERED = 'It works, but is not registered';

/** Of another node nothing can be registered; what brings it back registers it. */
export function isRegistrable({ status, physicalId }: Pick<Node, 'status' | 'physicalId'>): boolean {
  return physicalId !== null && (status === 'ACTIVE' || status === 'WARNING');
}

/**
 * @param register how.
 * @returns why it is not registered, and tried again; null: it is.
 * @throws what interrupts the action: the node works, and is registered later all the same.
 */
export async function registerOrLater(
  run: RegisteringRun,
  register: () => Promise<unknown> = () => registerNode(run),
): Promise<string | null> {
  try {
    const failure = await failureInWords(register);
    if (failure !== null) await later(run);
    return failure;
  } catch (interruption) {
    await later(run);
    throw interruption;
  }
}

async function later({ context, nodeId, name }: RegisteringRun): Promise<void> {
  await context.transaction(`${name} later`, (tx) => scheduleRegistration(tx, nodeId, 0, context.now()));
}

/**
 * As `registerOrLater`, and says it in the node's status. @throws CoppiceError where it is not registered.
 */
export async function requireRegistered(
  run: RegisteringRun,
  register?: () => Promise<unknown>,
): Promise<void> {
  const { context, nodeId, name } = run;
  const failure = await registerOrLater(run, register);
  if (failure === null) return;
  await context.transaction(`${name} warning`, (tx) =>
    warn(tx, nodeId, `${NOT_REGISTERED}: ${failure}`, run),
  );
  throw new CoppiceError('operation-failed', `${failure}; it is tried again`);
}

/**
 * Of a node that is not seen to be unhealthy: what was deleted behind Coppice is made again. Not while
 * healing is paused, or the node is excluded from it: an operator may have taken it out to work on it.
 * @returns where it was missing, and is registered again.
 * @throws CoppiceError where it is missing, and could not be registered.
 */
export async function restoreRegistration(run: RegisteringRun): Promise<readonly string[]> {
  const { context, services, nodeId, clusterId, name } = run;
  if (clusterId === null || (await registrarsOf(services, clusterId)).length === 0) return [];
  const wanted = await context.transaction(`${name} wanted`, async ({ db }) => {
    const node = await getNode(db, nodeId);
    if (node === undefined || node.clusterId !== clusterId || !isRegistrable(node)) return false;
    const { exclusion } = await healingOfNode(db, nodeId);
    const { pause } = await healingOfCluster(db, clusterId);
    return inForce(exclusion, context.now()) === null && inForce(pause, context.now()) === null;
  });
  if (!wanted) return [];
  let restored: readonly string[] = [];
  await requireRegistered(run, async () => void ({ restored } = await registerMissing(run)));
  return restored;
}

/** @returns null where it did not fail. @throws what interrupts the action. */
export async function failureInWords(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof ActionInterrupted) throw error;
    return toErrorRecord(error).message;
  }
}

async function warn(
  tx: Parameters<typeof updateNode>[0],
  nodeId: string,
  statusReason: string,
  { context }: RegisteringRun,
): Promise<void> {
  if ((await getNode(tx.db, nodeId))?.status !== 'ACTIVE') return;
  await updateNode(tx, nodeId, { status: 'WARNING', statusReason, updatedAt: context.now() });
}
