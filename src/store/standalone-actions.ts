/**
 * Action executions that belong to no workflow: a user ran a standalone action and wanted the result to be
 * saved. Their execution and task have no id.
 */
import type { JsonObject } from '../domain/json.ts';
import type { ActionRecord } from '../domain/workflow-records.ts';
import { chunks, fromText, toText } from './rows.ts';
import type { Db, Tx } from './store.ts';
import { insertWorkflowActions } from './workflow-actions.ts';

/** What of a workflow's action its execution says; stored in place of the call, which is never run again. */
export interface StandaloneSetting {
  readonly namespace: string;
  readonly project: string;
  readonly description: string;
}

/** Id of the execution and of the task to which such an action belongs. */
export const noExecution = '';

export async function insertStandaloneAction(
  tx: Tx,
  record: ActionRecord,
  setting: StandaloneSetting,
): Promise<void> {
  await insertWorkflowActions(tx, [{ record, call: setting as unknown as JsonObject, owner: null }]);
}

const open = ['RUNNING', 'PAUSED'];

/** Ends, pauses or resumes it. False where it has ended already. */
export async function changeStandaloneAction(
  tx: Tx,
  { id, state, result, updatedAt }: Pick<ActionRecord, 'id' | 'state' | 'result' | 'updatedAt'>,
): Promise<boolean> {
  const update = tx.db
    .updateTable('workflow_action')
    .set({ state, result: toText(result), updated_at: updatedAt })
    .where('id', '=', id)
    .where('state', 'in', open);
  return (await update.executeTakeFirst()).numUpdatedRows === 1n;
}

export async function deleteStandaloneAction(tx: Tx, id: string): Promise<void> {
  const deletion = tx.db.deleteFrom('workflow_action').where('id', '=', id);
  await deletion.where('execution_id', '=', noExecution).execute();
}

/** @returns how many had ended before that time. */
export async function purgeStandaloneActions(tx: Tx, endedBefore: number): Promise<number> {
  const deletion = tx.db
    .deleteFrom('workflow_action')
    .where('execution_id', '=', noExecution)
    .where('state', 'not in', open)
    .where('updated_at', '<', endedBefore);
  return Number((await deletion.executeTakeFirst()).numDeletedRows);
}

/** By id, of those that are standalone actions. */
export async function standaloneSettings(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, StandaloneSetting>> {
  const found = new Map<string, StandaloneSetting>();
  for (const chunk of chunks(ids)) {
    const rows = await db
      .selectFrom('workflow_action')
      .select(['id', 'call'])
      .where('execution_id', '=', noExecution)
      .where('id', 'in', chunk)
      .execute();
    for (const { id, call } of rows) found.set(id, fromText<StandaloneSetting>(call ?? '{}'));
  }
  return found;
}
