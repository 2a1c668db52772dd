/**
 * Carrying out REBOOT, REBUILD, ... and RECREATE: each effect on the outside world is one durable step with a
 * key of its own.
 *
 *     RECREATE              examine -> remove -> create
 *     RECREATE with retain  examine -> clear -> retain (stopped, spared from here on) -> create beside
 *     RECREATE with surge   surge-operation.ts
 */
import { keepStopped, type Stopped } from '../../clusters/keep-failed.ts';
import { loadManagedNode } from '../../clusters/managed-node.ts';
import { CoppiceError } from '../../domain/errors.ts';
import type { Retain } from '../../domain/health-policy.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { regionOf } from '../../domain/placement.ts';
import type { NodeFacts, PhysicalNode } from '../../profiles/profile-type.ts';
import type { StepPlan } from '../../recovery/chain.ts';
import { recordForcedDownHost } from '../../store/forced-down-hosts.ts';
import { getNode, updateNode } from '../../store/nodes.ts';
import type { Tx } from '../../store/store.ts';
import {
  makePhysicalNode,
  hasKept,
  lastingData,
  removeNode,
  removeNodeExcept,
  type Removed,
} from '../node-objects.ts';
import { replacementObjection } from '../replacement-objection.ts';
import { deregisterFailed, registerRecovered, restoreRecovered } from './recovery-registration.ts';
import { createRequest, type Ran, type StepRun } from './step-run.ts';
import { noteOfKept, stopFailed, stopLimit } from './stop-failed.ts';
import { makeBeside } from './surge-operation.ts';
import { failedRun, timedPart, type Timed } from './timed-part.ts';

type Replace = NonNullable<StepPlan['replace']>;

export async function runOperationStep(run: StepRun): Promise<Ran> {
  const { name, replace } = run.step;
  if (name !== 'RECREATE' || replace === null) return await operate(run);
  return replace.surge === true ? await makeBeside(run) : await recreate(run, replace);
}

async function operate(run: StepRun): Promise<Ran> {
  const { name, params, timeoutMs } = run.step;
  const done = await timedPart(
    run,
    '',
    timeoutMs,
    async ({ type, facts }, request) => {
      const operation = type.operations[name.toLowerCase()];
      if (operation === undefined) {
        throw new CoppiceError(
          'operation-impossible',
          `nodes of ${type.name}-${type.version} have no ${name}`,
        );
      }
      const asked = { ...request, hostForcedDown: forcedDown(run, facts) };
      return madeOf(await operation.run(facts, run.services.store.secrets.openIn(params), asked));
    },
    nameMade(run),
  );
  if (!done.ok) return failedRun(done);
  const unregistered = await (mayChangeAddress.has(name) ? registerRecovered(run) : restoreRecovered(run));
  return succeeded(done, noteOf(done.made, unregistered));
}

const mayChangeAddress: ReadonlySet<string> = new Set(['REBUILD', 'EVACUATE']);

function forcedDown(
  { context, services }: StepRun,
  { name: nodeName, data }: Pick<NodeFacts, 'name' | 'data'>,
): (host: string) => Promise<void> {
  const region = regionOf(data);
  return async (host) => {
    const forced = { host, region, nodeName, forcedAt: context.now() };
    await services.store.write((tx) => recordForcedDownHost(tx, forced));
  };
}

async function recreate(run: StepRun, replace: Replace): Promise<Ran> {
  const kept = await keptOld(run);
  if (kept !== undefined) return kept;
  return replace.retain === undefined
    ? await removeAndCreate(run, replace)
    : await retainAndCreate(run, replace, replace.retain);
}

/** @returns why the old node stays; undefined where nothing speaks against a new one. */
async function keptOld(run: StepRun): Promise<Ran | undefined> {
  const { context, services, nodeId } = run;
  const managed = await loadManagedNode(services, nodeId).catch(() => null);
  if (managed === null) return undefined;
  const { at, objection } = await context.step(`${run.name} examine`, async ({ signal }) => {
    const found = await replacementObjection(managed, createRequest(run, { key: run.key, signal }));
    return { at: context.now(), objection: found && { ...found } };
  });
  return objection === null ? undefined : { kind: 'ran', at, result: { ok: false, ...objection } };
}

/**
 * The old node has to be gone before there is a new one, unless the policy says node_force_recreate; fencing
 * means that it has to be gone whatever else the policy says. Where it is fenced, or its zone has an outage,
 * a removal that does not come to its end is no failure of the recovery: it is not confirmed yet.
 */
async function removeAndCreate(run: StepRun, replace: Replace): Promise<Ran> {
  const { timeoutMs } = run.step;
  const { deleteTimeoutMs, force, fence } = replace;
  const { db } = run.services.store;
  await deregisterFailed(run);
  const removed = await timedPart(
    run,
    'remove',
    Math.min(deleteTimeoutMs || timeoutMs, timeoutMs),
    async (node, request) => {
      const hostForcedDown = forcedDown(run, node.facts);
      return { ...(await removeNode(db, node, { ...request, fence, hostForcedDown })) };
    },
    (tx, _made, at) => nameNothing(run, tx, at),
  );
  if (!removed.ok && (fence || !force)) {
    const isUnconfirmed = removed.isLate === true && (fence || replace.elsewhere !== undefined);
    if (!isUnconfirmed) return failedRun(removed, 'the old node could not be removed: ');
    const reason = `it is not confirmed that the old node is gone: ${removed.reason}`;
    const { at, retryable } = removed;
    return { kind: 'ran', at, result: { ok: false, reason, retryable, isUnconfirmed } };
  }
  // An earlier version recorded no more of a removal than a note, and kept nothing.
  const made = removed.ok ? (removed.made as Partial<Removed> | null) : null;
  const spared = removed.ok ? made?.spared === true : await hasKept(db, run.nodeId);
  const created = await create(run, timeoutMs - removed.tookMs, { spared });
  if (!created.ok) return failedRun(created);
  const unregistered = await registerRecovered(run);
  return succeeded(created, noteOf({ note: made?.note }, created.made, unregistered));
}

/**
 * The old one has to be stopped before there is a new one, whatever the policy says: it is not removed later,
 * and might run for as long as it is kept.
 */
async function retainAndCreate(run: StepRun, replace: Replace, retain: Retain): Promise<Ran> {
  const { services, recoveryId, step } = run;
  const { timeoutMs } = step;
  const { db } = services.store;
  const stopLimitMs = stopLimit(replace.deleteTimeoutMs, timeoutMs);
  await deregisterFailed(run);
  const cleared = await timedPart(run, 'clear', stopLimitMs, async (node, request) => {
    const { physicalId, data } = node.facts;
    await removeNodeExcept(db, node, physicalId === null ? [] : [{ physicalId, data }], request);
    return null;
  });
  if (!cleared.ok) return failedRun(cleared, 'what an earlier attempt made could not be removed: ');
  const stopped = await timedPart(
    run,
    'retain',
    Math.min(stopLimitMs, timeoutMs - cleared.tookMs),
    async (node, request): Promise<{ readonly kept: JsonObject | null }> => {
      const kept = await stopFailed(node, recoveryId, request);
      // Where it is gone its ports may still be there.
      if (kept === null && node.facts.physicalId !== null) await removeNodeExcept(db, node, [], request);
      return { kept: kept === null ? null : { ...kept } };
    },
    async (tx, { kept }, at) => {
      await nameNothing(run, tx, at);
      if (kept !== null) await keepStopped(tx, kept as unknown as Stopped, retain, at);
    },
  );
  if (!stopped.ok)
    return failedRun(
      stopped,
      'no new one is made, since it is not certain that the failed one has stopped: ',
    );
  const kept = stopped.made.kept as unknown as Stopped | null;
  const created = await create(run, timeoutMs - cleared.tookMs - stopped.tookMs, { spared: true });
  const unregistered = created.ok ? await registerRecovered(run) : null;
  if (kept === null) return created.ok ? succeeded(created, noteOf(unregistered)) : failedRun(created);
  const note = noteOfKept(kept, stopped.at + retain.forMs, services.profileTypes);
  // It may be what there is no room beside: of the quota, for example.
  if (!created.ok) return failedRun({ ...created, reason: `${created.reason}; ${note}` });
  return succeeded(created, { ...noteOf({ note }, unregistered), retained: kept.id });
}

async function create(
  run: StepRun,
  timeoutMs: number,
  removed: Pick<Removed, 'spared'>,
): Promise<Timed<JsonObject | null>> {
  return await timedPart(
    run,
    'create',
    timeoutMs,
    async (node, request) => madeOf(await makePhysicalNode(node, removed, createRequest(run, request))),
    nameMade(run),
  );
}

function succeeded({ at }: Timed<unknown>, output: JsonObject): Ran {
  return { kind: 'ran', at, result: { ok: true, output } };
}

function madeOf({ physicalId, data, note }: PhysicalNode): JsonObject {
  return { physicalId, data, ...(note === undefined ? {} : { note }) };
}

/**
 * The output of the step: `steps.NAME.output.note` in the expressions of later workflows. What the removal
 * has left for an operator to do belongs to the record as well.
 */
function noteOf(...all: readonly ({ readonly note?: Json | undefined } | null)[]): JsonObject {
  const notes = all.map((each) => each?.note).filter((note) => typeof note === 'string');
  return notes.length === 0 ? {} : { note: notes.join('; ') };
}

/** The row of the node names what exists now. */
function nameMade({ nodeId }: StepRun) {
  return async (tx: Tx, made: JsonObject | null, at: number): Promise<void> => {
    if (made === null) return;
    const { physicalId, data } = made as unknown as PhysicalNode;
    await updateNode(tx, nodeId, { physicalId, data, updatedAt: at });
  };
}

async function nameNothing({ nodeId }: StepRun, tx: Tx, at: number): Promise<void> {
  const data = lastingData((await getNode(tx.db, nodeId))?.data ?? {});
  await updateNode(tx, nodeId, { physicalId: null, data, updatedAt: at });
}
