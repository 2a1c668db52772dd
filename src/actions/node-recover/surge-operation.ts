/**
 * Carrying out a RECREATE with surge: two are there for a while, and the row of the node names one of them.
 *
 *     clear    what an earlier attempt left is removed                      the node has the old one
 *     create   a new one beside the old one                                 what it made is in the record
 *     replace  what the planner has decided to give up is removed           the row names what is kept
 *
 * No part removes what the row names, so that a crash at any place leaves one; and each removes everything of
 * the node but what is to stay, so that it never leaves a third. What cannot be removed now, NODE_TIDY does.
 */
import { CoppiceError, describeIssue } from '../../domain/errors.ts';
import type { Node } from '../../domain/model.ts';
import type { ActionContext } from '../../engine/action-context.ts';
import { loadManagedNode } from '../../clusters/managed-node.ts';
import type { ManagedNode } from '../../clusters/managed-node.ts';
import { scheduleTidy } from '../../clusters/schedule-tidy.ts';
import type { Surge } from '../../profiles/profile-type.ts';
import type { Act, ChainEvent, PhysicalObject } from '../../recovery/chain.ts';
import type { Tx } from '../../store/store.ts';
import type { ActionServices } from '../services.ts';
import { attempt } from './attempt-step.ts';
import type { Attempt } from './attempt-step.ts';
import type { Ran, StepRun } from './step-run.ts';

type Timed<T> = Attempt<T> & { readonly at: number; readonly tookMs: number };

/** What a part of it records. */
type Cleared = { readonly old: PhysicalObject | null };

export async function makeBeside(run: StepRun): Promise<Ran> {
  const { timeoutMs, replace } = run.step;
  const limit = Math.min(replace?.deleteTimeoutMs || timeoutMs, timeoutMs);
  const cleared = await part<Cleared>(run, 'clear', limit, async (node, request) => {
    const old = physicalOf(node.node);
    await surgeOf(node).removeExcept(node.facts, old === null ? [] : [old], request);
    return { old };
  });
  if (!cleared.ok) {
    const reason = `what an earlier attempt made could not be removed: ${cleared.reason}`;
    return { kind: 'ran', at: cleared.at, result: { ok: false, reason, retryable: cleared.retryable } };
  }
  const made = await part<PhysicalObject>(
    run,
    'create',
    timeoutMs - cleared.tookMs,
    async (node, request) => {
      const asked = replace?.elsewhere === undefined ? request : { ...request, elsewhere: replace.elsewhere };
      const { physicalId, data } = await surgeOf(node).create(node.facts, asked);
      return { physicalId, data };
    },
  );
  const { at } = made;
  if (!made.ok)
    return { kind: 'ran', at, result: { ok: false, reason: made.reason, retryable: made.retryable } };
  const beside = { made: made.made, old: cleared.made.old };
  return { kind: 'ran', at, result: { ok: true, output: {}, beside } };
}

async function part<T extends Cleared | PhysicalObject>(
  { context, services, nodeId, name, key }: StepRun,
  what: 'clear' | 'create',
  timeoutMs: number,
  work: (node: ManagedNode, request: { key: string; signal: AbortSignal }) => Promise<T>,
): Promise<Timed<T>> {
  return await context.operation(`${name} ${what}`, async ({ signal }): Promise<Timed<T>> => {
    const begunAt = context.now();
    const done = await attempt(
      async (limited) => {
        const node = await loadManagedNode(services.store.db, services.profileTypes, nodeId);
        return await work(node, { key: `${key} ${what}`, signal: limited });
      },
      timeoutMs,
      signal,
    );
    const at = context.now();
    return { ...done, at, tookMs: Math.max(0, at - begunAt) };
  });
}

interface ReplaceRun {
  readonly context: ActionContext;
  readonly services: ActionServices;
  readonly nodeId: string;
  readonly name: string;
}

/** @param record what follows from it for the recovery, in the same transaction. */
export async function giveUpOther(
  { context, services, nodeId, name }: ReplaceRun,
  { keep, beside, step }: Extract<Act, { kind: 'replace' }>,
  record: (tx: Tx, event: ChainEvent) => Promise<void>,
): Promise<ChainEvent> {
  const gone = (keep === 'new' ? beside?.old : beside?.made) ?? null;
  return await context.cleanUp(
    name,
    async (): Promise<ChainEvent> => {
      const done = await attempt(
        async (limited) => {
          const node = await loadManagedNode(services.store.db, services.profileTypes, nodeId);
          await removeOthers(node, gone, { key: `${context.action.id}/${name}`, signal: limited });
          return null;
        },
        step.replace?.deleteTimeoutMs || step.timeoutMs,
        unstoppable,
      );
      return { kind: 'replaced', at: context.now(), left: done.ok ? null : done.reason };
    },
    async (tx, event) => {
      if (event.kind === 'replaced' && event.left !== null)
        await scheduleTidy(tx, { nodeId, gone, tries: 0 }, context.now());
      await record(tx, event);
    },
  );
}

/** What has begun is completed, whatever interrupts the recovery. */
const unstoppable = new AbortController().signal;

/**
 * Removes everything of the node but what its row names.
 * @param gone one that is to go, as its row named it; null: none is known.
 */
export async function removeOthers(
  { type, node, facts }: ManagedNode,
  gone: PhysicalObject | null,
  request: { readonly key: string; readonly signal: AbortSignal },
): Promise<void> {
  const current = physicalOf(node);
  const kept = current === null ? [] : [current];
  await type.surge?.removeExcept({ ...facts, ...gone }, kept, request);
}

function physicalOf({ physicalId, data }: Node): PhysicalObject | null {
  return physicalId === null ? null : { physicalId, data };
}

/** The profile of a node may be another than when the policy was attached. */
function surgeOf({ type, facts }: ManagedNode): Surge {
  const { surge } = type;
  if (surge === undefined)
    throw new CoppiceError(
      'operation-impossible',
      `nodes of ${type.name}-${type.version} cannot be made beside the old one (params.surge)`,
    );
  const obstacles = surge.obstacles(facts.properties);
  if (obstacles.length > 0) {
    const why = obstacles.map(describeIssue).join('; ');
    throw new CoppiceError(
      'operation-impossible',
      `params.surge: the old and the new node would both need what the profile names: ${why}`,
    );
  }
  return surge;
}
