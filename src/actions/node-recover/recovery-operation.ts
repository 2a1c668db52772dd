/**
 * Carrying out REBOOT, REBUILD, ... and RECREATE: each effect on the outside world is one durable step with a
 * key of its own.
 */
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { CreateRequest, OperationRequest, PhysicalNode, Removal } from '../../profiles/profile-type.ts';
import { recordForcedDownHost } from '../../store/forced-down-hosts.ts';
import { updateNode } from '../../store/nodes.ts';
import type { Tx } from '../../store/store.ts';
import { replacementObjection } from '../replacement-objection.ts';
import { attempt } from './attempt-step.ts';
import type { Attempt } from './attempt-step.ts';
import { loadManagedNode } from '../../clusters/managed-node.ts';
import type { ManagedNode } from '../../clusters/managed-node.ts';
import type { Ran, StepRun } from './step-run.ts';
import { makeBeside } from './surge-operation.ts';

type Made = Attempt<JsonObject | null> & { readonly at: number; readonly tookMs: number };
type Done = Ran & { readonly tookMs: number; readonly isLate: boolean };

export async function runOperation(run: StepRun): Promise<Ran> {
  if (run.step.replace?.surge === true) return await makeBeside(run);
  const { kind, at, result } = run.step.name === 'RECREATE' ? await recreate(run) : await operate(run);
  return { kind, at, result };
}

async function operate(run: StepRun): Promise<Done> {
  const { name, params, timeoutMs } = run.step;
  return await change(run, '', timeoutMs, async ({ type, facts }, request) => {
    const operation = type.operations[name.toLowerCase()];
    if (operation === undefined) {
      throw new CoppiceError('operation-impossible', `nodes of ${type.name}-${type.version} have no ${name}`);
    }
    return await operation.run(facts, params, { ...request, hostForcedDown: forcedDown(run, facts.name) });
  });
}

function forcedDown({ context, services }: StepRun, nodeName: string): (host: string) => Promise<void> {
  return (host) =>
    services.store.write((tx) => recordForcedDownHost(tx, { host, nodeName, forcedAt: context.now() }));
}

/** @returns why the old node stays; undefined where nothing speaks against a new one. */
async function keptOld(run: StepRun): Promise<Done | undefined> {
  const { context, services, nodeId } = run;
  const managed = await loadManagedNode(services.store.db, services.profileTypes, nodeId).catch(() => null);
  if (managed === null) return undefined;
  const { at, objection } = await context.step(`${run.name} examine`, async ({ signal }) => {
    const found = await replacementObjection(managed, createRequest(run, { key: run.key, signal }));
    return { at: context.now(), objection: found && { ...found } };
  });
  if (objection === null) return undefined;
  return { kind: 'ran', at, result: { ok: false, ...objection }, tookMs: 0, isLate: false };
}

function createRequest({ step }: StepRun, request: OperationRequest): CreateRequest {
  const elsewhere = step.replace?.elsewhere;
  return elsewhere === undefined ? request : { ...request, elsewhere };
}

/**
 * The old node has to be gone before there is a new one, unless the policy says node_force_recreate; fencing
 * means that it has to be gone whatever else the policy says. Where it is fenced, or its zone has an outage,
 * a removal that does not come to its end is no failure of the recovery: it is not confirmed yet.
 */
async function recreate(run: StepRun): Promise<Done> {
  const kept = await keptOld(run);
  if (kept !== undefined) return kept;
  const { replace, timeoutMs } = run.step;
  const { deleteTimeoutMs, force, fence } = replace ?? {
    deleteTimeoutMs: timeoutMs,
    force: false,
    fence: false,
  };
  const removed = await change(
    run,
    'remove',
    Math.min(deleteTimeoutMs || timeoutMs, timeoutMs),
    async ({ type, facts }, request) =>
      await type.remove(facts, { ...request, fence, hostForcedDown: forcedDown(run, facts.name) }),
  );
  if (!removed.result.ok && (fence || !force)) {
    const isUnconfirmed = removed.isLate && (fence || replace?.elsewhere !== undefined);
    const reason = isUnconfirmed
      ? `it is not confirmed that the old node is gone: ${removed.result.reason}`
      : `the old node could not be removed: ${removed.result.reason}`;
    return {
      ...removed,
      result: { ...removed.result, reason, ...(isUnconfirmed ? { isUnconfirmed } : {}) },
    };
  }
  const created = await change(
    run,
    'create',
    timeoutMs - removed.tookMs,
    async ({ type, facts }, request) => await type.create(facts, createRequest(run, request)),
  );
  return withNote(created, removed);
}

/** What the removal has left for an operator to do belongs to the record as well. */
function withNote(created: Done, removed: Done): Done {
  const note = removed.result.ok ? removed.result.output['note'] : undefined;
  if (!created.result.ok || typeof note !== 'string') return created;
  const own = created.result.output['note'];
  const notes = typeof own === 'string' ? `${note}; ${own}` : note;
  return { ...created, result: { ...created.result, output: { ...created.result.output, note: notes } } };
}

/** One durable step: does the work on the node as it is now, and writes what became of it into its row. */
async function change(
  run: StepRun,
  part: string,
  timeoutMs: number,
  work: (node: ManagedNode, request: OperationRequest) => Promise<PhysicalNode | Removal | void>,
): Promise<Done> {
  const { context, services, nodeId } = run;
  const suffix = part === '' ? '' : ` ${part}`;
  const done = await context.operation(
    `${run.name}${suffix}`,
    async ({ signal }): Promise<Made> => {
      const begunAt = context.now();
      const made = await attempt(
        async (limited, waitsFor) => {
          const node = await loadManagedNode(services.store.db, services.profileTypes, nodeId);
          return madeOf(await work(node, { key: `${run.key}${suffix}`, signal: limited, waitsFor }));
        },
        timeoutMs,
        signal,
      );
      const at = context.now();
      return { ...made, at, tookMs: Math.max(0, at - begunAt) };
    },
    (tx, made) => keep(tx, nodeId, made),
  );
  const result = done.ok
    ? { ok: true as const, output: noteOf(done.made) }
    : { ok: false as const, reason: done.reason, retryable: done.retryable };
  return { kind: 'ran', at: done.at, result, tookMs: done.tookMs, isLate: !done.ok && done.isLate === true };
}

/** null: nothing is there, and there is nothing to say about it. */
function madeOf(made: PhysicalNode | Removal | void): JsonObject | null {
  if (made === undefined) return null;
  const note = made.note === undefined ? {} : { note: made.note };
  if ('physicalId' in made) return { physicalId: made.physicalId, data: made.data, ...note };
  return made.note === undefined ? null : note;
}

/** The output of the step: `steps.NAME.output.note` in the expressions of later workflows. */
function noteOf(made: JsonObject | null): JsonObject {
  return made?.['note'] === undefined ? {} : { note: made['note'] };
}

/** What exists now; nothing, after a removal. */
async function keep(tx: Tx, nodeId: string, made: Made): Promise<void> {
  if (!made.ok) return;
  const { physicalId = null, data = {} } = (made.made ?? {}) as Partial<PhysicalNode>;
  await updateNode(tx, nodeId, { physicalId, data, updatedAt: made.at });
}
