/**
 * Registers a node that works. Where that fails the node stays as it is: it is no reason to recreate it, and
 * NODE_REGISTER tries again later.
 */
import { scheduleRegistration } from '../../clusters/schedule-registration.ts';
import { CoppiceError, toErrorRecord } from '../../domain/errors.ts';
import type { Node } from '../../domain/model.ts';
import { ActionInterrupted } from '../../engine/action-context.ts';
import { getNode, updateNode } from '../../store/nodes.ts';
import { registerNode, type RegisteringRun } from '../registrations.ts';

/** Begins the reason of the status of a node that is not registered. */
export const NOT_REGISTERED = 'It works, but is not registered';

/** Of another node nothing can be registered; what brings it back registers it. */
export function isRegistrable({ status, physicalId }: Pick<Node, 'status' | 'physicalId'>): boolean {
  return physicalId !== null && (status === 'ACTIVE' || status === 'WARNING');
}

/**
 * @returns why it is not registered, and tried again; null: it is.
 * @throws what interrupts the action: the node works, and is registered later all the same.
 */
export async function registerOrLater(run: RegisteringRun): Promise<string | null> {
  try {
    const failure = await failureInWords(() => registerNode(run));
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
export async function requireRegistered(run: RegisteringRun): Promise<void> {
  const { context, nodeId, name } = run;
  const failure = await registerOrLater(run);
  if (failure === null) return;
  await context.transaction(`${name} warning`, (tx) =>
    warn(tx, nodeId, `${NOT_REGISTERED}: ${failure}`, run),
  );
  throw new CoppiceError('operation-failed', `${failure}; it is tried again`);
}

/** @returns null where it did not fail. @throws what interrupts the action. */
export async function failureInWords(work: () => Promise<void>): Promise<string | null> {
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
