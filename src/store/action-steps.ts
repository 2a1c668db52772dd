/**
 * The record of what an action has done: one row a step, read once when the action is claimed, written once
 * when the step is done.
 */
import type { Json, JsonObject } from '../domain/json.ts';
import { selectByIds } from './by-ids.ts';
import { fromText, toText } from './rows.ts';
import type { Db, Tx } from './store.ts';

export type StepKind = 'step' | 'sleep' | 'children' | 'wait' | 'turn';

export interface StepRecord {
  readonly name: string;
  readonly kind: StepKind;
  /**
   * WAITING: begun, its end is not yet recorded (sleeps, children, waits, turns). FAILED: `result` is
   * an ErrorRecord.
   */
  readonly state: 'WAITING' | 'DONE' | 'FAILED';
  readonly result: Json;
}

export async function loadSteps(db: Db, actionId: string): Promise<Map<string, StepRecord>> {
  const rows = await db
    .selectFrom('action_step')
    .select(['name', 'kind', 'state', 'result'])
    .where('action_id', '=', actionId)
    .execute();
  return new Map(rows.map((row) => [row.name, toRecord(row)]));
}

function toRecord(row: { name: string; kind: string; state: string; result: string | null }): StepRecord {
  return {
    name: row.name,
    kind: row.kind as StepKind,
    state: row.state as StepRecord['state'],
    result: row.result === null ? null : fromText<Json>(row.result),
  };
}

/** Writes a record, over one that was WAITING; the caller has fenced the transaction. */
export async function saveStep(
  tx: Tx,
  claim: { readonly actionId: string; readonly epoch: number },
  record: StepRecord,
  now: number,
): Promise<void> {
  const values = {
    kind: record.kind,
    state: record.state,
    result: toText(record.result),
    epoch: claim.epoch,
    at: now,
  };
  await tx.db
    .insertInto('action_step')
    .values({ action_id: claim.actionId, name: record.name, ...values })
    .onConflict((conflict) => conflict.columns(['action_id', 'name']).doUpdateSet(values))
    .execute();
}

/**
 * The result of the last step that the action has done since then.
 * @param name as SQL's LIKE takes it. @returns undefined: there is none.
 */
export async function lastStepLike(
  db: Db,
  actionId: string,
  name: string,
  since: number,
): Promise<Json | undefined> {
  const row = await db
    .selectFrom('action_step')
    .select('result')
    .where('action_id', '=', actionId)
    .where('kind', '=', 'step')
    .where('state', '=', 'DONE')
    .where('name', 'like', name)
    .where('at', '>=', since)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return row.result === null ? null : fromText<Json>(row.result);
}

const selectProbes = selectByIds((db, actionIds) =>
  db
    .selectFrom('action_step')
    .select(['action_id', 'result'])
    .where('action_id', 'in', actionIds)
    .where('state', '=', 'DONE')
    .where('result', 'like', '{"kind":"probed"%')
    .orderBy('at'),
);

/**
 * By action that carries out a recovery: its last probe, as its planner received it; an action that has not
 * probed yet has none.
 */
export async function lastProbesOf<T extends JsonObject>(
  db: Db,
  actionIds: readonly string[],
): Promise<ReadonlyMap<string, T>> {
  const rows = await selectProbes(db, actionIds);
  const last = new Map(rows.map(({ action_id: id, result }) => [id, result]));
  return new Map([...last].flatMap(([id, result]) => (result === null ? [] : [[id, fromText<T>(result)]])));
}
