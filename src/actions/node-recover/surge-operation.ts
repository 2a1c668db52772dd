/**
 * Carrying out a RECREATE with surge: two are there for a while, and the row of the node names one of them.
 *
 *     clear    what an earlier attempt left is removed                      the node has the old one
 *     create   a new one beside the old one                                 what it made is in the record
 *     replace  what the planner has decided to give up is removed, or        the row names what stays
 *              stopped and kept
 *
 * No part removes what the row names, so that a crash at any place leaves one; and each removes everything of
 * the node but what is to stay, so that it never leaves a third. What cannot be removed now, NODE_TIDY does.
 */
import { CoppiceError, describeIssue } from '../../domain/errors.ts';
import type { Node } from '../../domain/model.ts';
import type { ActionContext } from '../../engine/action-context.ts';
import { loadManagedNode } from '../../clusters/managed-node.ts';
import type { ManagedNode } from '../../clusters/managed-node.ts';
import { keepStopped, type Stopped } from '../../clusters/keep-failed.ts';
import { scheduleTidy, type TidyRetain } from '../../clusters/schedule-tidy.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Act, ChainEvent, PhysicalObject } from '../../recovery/chain.ts';
import type { Replaced } from '../../recovery/chain-procedure.ts';
import type { Tx } from '../../store/store.ts';
import type { ActionServices } from '../services.ts';
import { attempt } from './attempt-step.ts';
import { makePhysicalNode, removeNodeExcept, retentionOf } from '../node-objects.ts';
import { createRequest, type Ran, type StepRun } from './step-run.ts';
import { noteOfKept, stopFailed, stopLimit } from './stop-failed.ts';
import { failedRun, timedPart } from './timed-part.ts';

/** What a part of it records. */
type Cleared = { readonly old: PhysicalObject | null };

export async function makeBeside(run: StepRun): Promise<Ran> {
  const { timeoutMs, replace } = run.step;
  const limit = Math.min(replace?.deleteTimeoutMs || timeoutMs, timeoutMs);
  const cleared = await timedPart(run, 'clear', limit, async (node, request): Promise<Cleared> => {
    const old = physicalOf(node.node);
    refuseImpossible(node, replace?.retain !== undefined);
    await removeNodeExcept(run.services.store.db, node, old === null ? [] : [old], request);
    return { old };
  });
  if (!cleared.ok) return failedRun(cleared, 'what an earlier attempt made could not be removed: ');
  const made = await timedPart(
    run,
    'create',
    timeoutMs - cleared.tookMs,
    async (node, request): Promise<PhysicalObject> => {
      refuseImpossible(node, replace?.retain !== undefined);
      const { physicalId, data } = await makePhysicalNode(
        node,
        { spared: true },
        createRequest(run, request),
      );
      return { physicalId, data };
    },
  );
  if (!made.ok) return failedRun(made);
  const beside = { made: made.made, old: cleared.made.old };
  return { kind: 'ran', at: made.at, result: { ok: true, output: {}, beside } };
}

interface ReplaceRun {
  readonly context: ActionContext;
  readonly services: ActionServices;
  readonly recoveryId: string;
  readonly nodeId: string;
  readonly name: string;
}

/** @param record what follows from it for the recovery, in the same transaction. */
export async function giveUpOther(
  { context, services, recoveryId, nodeId, name }: ReplaceRun,
  { keep, beside, step }: Extract<Act, { kind: 'replace' }>,
  record: (tx: Tx, event: ChainEvent) => Promise<void>,
): Promise<ChainEvent> {
  const gone = (keep === 'new' ? beside?.old : beside?.made) ?? null;
  const options = step.replace?.retain;
  const retain = keep === 'new' && options !== undefined ? { ...options, recoveryId } : null;
  const deleteMs = step.replace?.deleteTimeoutMs || step.timeoutMs;
  const limitMs = retain === null ? deleteMs : stopLimit(deleteMs, step.timeoutMs);
  const given: GivenUp | Replaced = await context.cleanUp(
    name,
    async (): Promise<GivenUp> => {
      const done = await attempt(
        async (limited) => {
          const request = { key: `${context.action.id}/${name}`, signal: limited };
          return { stopped: await giveUp(services, nodeId, { gone, retain }, request) };
        },
        limitMs,
        unstoppable,
      );
      const at = context.now();
      if (!done.ok) return { event: { kind: 'replaced', at, left: done.reason }, stopped: null };
      const { stopped } = done.made;
      return {
        event: { kind: 'replaced', at, left: null, ...keptOf(stopped, retain, at, services) },
        stopped,
      };
    },
    async (tx, { event, stopped }) => {
      if (event.left !== null) await scheduleTidy(tx, { nodeId, gone, retain, tries: 0 }, context.now());
      await recordStopped(tx, stopped, retain, event.at);
      await record(tx, event);
    },
  );
  // An earlier version recorded the event alone.
  return 'event' in given ? given.event : given;
}

type GivenUp = { readonly event: Replaced; readonly stopped: JsonObject | null };

function keptOf(
  stopped: JsonObject | null,
  retain: TidyRetain | null,
  at: number,
  { profileTypes }: ActionServices,
): { readonly kept?: string } {
  if (stopped === null || retain === null) return {};
  return { kept: noteOfKept(stopped as unknown as Stopped, at + retain.forMs, profileTypes) };
}

/** What has begun is completed, whatever interrupts the recovery. */
const unstoppable = new AbortController().signal;

interface GivingUp {
  /** One that is to go, as its row named it; null: none is known. */
  readonly gone: PhysicalObject | null;
  /** It is stopped and kept instead; null: it is removed. */
  readonly retain: TidyRetain | null;
}

/**
 * Removes everything of the node but what its row names, and what is kept.
 * @returns what was stopped, and is to be kept from here on; null: nothing.
 */
export async function giveUp(
  services: ActionServices,
  nodeId: string,
  { gone, retain }: GivingUp,
  request: { readonly key: string; readonly signal: AbortSignal },
): Promise<JsonObject | null> {
  const managed = await loadManagedNode(services, nodeId);
  const current = physicalOf(managed.node);
  const facts = { ...managed.facts, ...gone };
  const stopped =
    retain === null || gone === null
      ? null
      : await stopFailed({ ...managed, facts }, retain.recoveryId, request);
  const staying = [current, stopped === null ? null : gone].filter((each) => each !== null);
  await removeNodeExcept(services.store.db, { ...managed, facts }, staying, request);
  return stopped === null ? null : { ...stopped };
}

/** In the transaction that records that it was stopped. */
export async function recordStopped(
  tx: Tx,
  stopped: JsonObject | null,
  retain: TidyRetain | null,
  at: number,
): Promise<void> {
  if (stopped !== null && retain !== null) await keepStopped(tx, stopped as unknown as Stopped, retain, at);
}

function physicalOf({ physicalId, data }: Node): PhysicalObject | null {
  return physicalId === null ? null : { physicalId, data };
}

/** The profile of a node may be another than when the policy was attached. */
function refuseImpossible(managed: ManagedNode, retains: boolean): void {
  const { type, facts } = managed;
  if (retains) retentionOf(managed);
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
}
