/**
 * Removes executions with all that belongs to them: one that a user deletes, and those that ended long ago.
 */
import { sql } from 'kysely';
import { chunks } from './rows.ts';
import type { Db, Tx } from './store.ts';

const ended = ['SUCCESS', 'ERROR', 'CANCELLED'];

/**
 * Deletes up to `most` root executions that ended before a time, with their sub-executions; one of which a
 * sub-execution still runs stays. @returns how many roots.
 */
export async function purgeExecutions(tx: Tx, endedBefore: number, most: number): Promise<number> {
  const rows = await tx.db
    .selectFrom('workflow_execution as root')
    .select('root.id')
    .where('root.state', 'in', ended)
    .where('root.updated_at', '<', endedBefore)
    .where('root.parent_id', 'is', null)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('workflow_execution as sub')
            .select(sql<number>`1`.as('one'))
            .whereRef('sub.root_id', '=', 'root.id')
            .where('sub.state', 'not in', ended),
        ),
      ),
    )
    .limit(most)
    .execute();
  for (const { id } of rows) await deleteExecutionTree(tx, id);
  return rows.length;
}

export interface DeletedTree {
  readonly executions: readonly string[];
  /** Actions that a process still ran. */
  readonly runningActions: readonly string[];
}

/** An execution and everything below it. */
export async function deleteExecutionTree(tx: Tx, id: string): Promise<DeletedTree> {
  const executions = await treeOf(tx.db, id);
  const runningActions: string[] = [];
  for (const chunk of chunks(executions)) {
    const running = tx.db.selectFrom('workflow_action').select('id').where('owner', 'is not', null);
    const rows = await running.where('execution_id', 'in', chunk).execute();
    runningActions.push(...rows.map((row) => row.id));
    for (const table of ['workflow_task', 'workflow_action', 'workflow_timer', 'workflow_message'] as const) {
      await tx.db.deleteFrom(table).where('execution_id', 'in', chunk).execute();
    }
    await tx.db.deleteFrom('workflow_execution').where('id', 'in', chunk).execute();
    await tx.db.deleteFrom('workflow_tree').where('root_id', 'in', chunk).execute();
  }
  return { executions, runningActions };
}

async function treeOf(db: Db, id: string): Promise<string[]> {
  const ids = [id];
  for (let level = [id]; level.length > 0;) {
    const found: string[] = [];
    for (const chunk of chunks(level)) {
      const rows = await db
        .selectFrom('workflow_execution')
        .select('id')
        .where('parent_id', 'in', chunk)
        .execute();
      found.push(...rows.map((row) => row.id));
    }
    ids.push(...found);
    level = found;
  }
  return ids;
}
