/**
 * A part of a step of a recovery: one durable step with a key of its own and a limit in time, whose failure
 * is a result.
 */
import { loadManagedNode } from '../../clusters/managed-node.ts';
import type { ManagedNode } from '../../clusters/managed-node.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { OperationRequest } from '../../profiles/profile-type.ts';
import type { Tx } from '../../store/store.ts';
import { keepNodeData } from '../keep-node-data.ts';
import { attempt } from './attempt-step.ts';
import type { Attempt } from './attempt-step.ts';
import type { Ran, StepRun } from './step-run.ts';

export type Timed<T> = Attempt<T> & { readonly at: number; readonly tookMs: number };

/**
 * Does the work on the node as it is now.
 * @param part of the step, for its name and key; '': all of it.
 * @param record writes down what was made, in the transaction that records the part.
 */
export async function timedPart<T extends JsonObject | null>(
  { context, services, nodeId, name, key }: StepRun,
  part: string,
  timeoutMs: number,
  work: (node: ManagedNode, request: OperationRequest) => Promise<T>,
  record?: (tx: Tx, made: T, at: number) => Promise<void>,
): Promise<Timed<T>> {
  const suffix = part === '' ? '' : ` ${part}`;
  return await context.operation(
    `${name}${suffix}`,
    async ({ signal }): Promise<Timed<T>> => {
      const begunAt = context.now();
      const done = await attempt(
        async (limited, waitsFor) => {
          const node = await loadManagedNode(services, nodeId);
          const keepData = keepNodeData(services.store, nodeId);
          return await work(node, { key: `${key}${suffix}`, signal: limited, keepData, waitsFor });
        },
        timeoutMs,
        signal,
      );
      const at = context.now();
      return { ...done, at, tookMs: Math.max(0, at - begunAt) };
    },
    async (tx, done) => {
      if (done.ok) await record?.(tx, done.made, done.at);
    },
  );
}

/** @param prefix of the reason. */
export function failedRun(
  { at, reason, retryable, isUnplaced }: Extract<Timed<unknown>, { ok: false }>,
  prefix = '',
): Ran {
  return {
    kind: 'ran',
    at,
    result: { ok: false, reason: `${prefix}${reason}`, retryable, ...(isUnplaced && { isUnplaced }) },
  };
}
