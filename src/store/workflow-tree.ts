/** An execution with the executions below it: how many there are, and how much belongs to them. */
import { chunks } from './rows.ts';
import type { Db, Tx } from './store.ts';

/** What the sub-workflows of a root execution come to, all levels together. */
export interface TreeTotals {
  /** How many were started, ended and deleted ones included. */
  readonly executions: number;
  /** The data that they hold, in characters. */
  readonly data: number;
}

export async function treeTotals(db: Db, rootId: string): Promise<TreeTotals> {
  const query = db.selectFrom('workflow_tree').select(['executions', 'data']).where('root_id', '=', rootId);
  return (await query.executeTakeFirst()) ?? { executions: 0, data: 0 };
}

/**
 * One row of numbers by its key, so that a start costs the same however many there are. The row is locked
 * until the transaction ends: writers of one tree count one after the other. @returns the totals with it.
 */
export async function growTree({ db }: Tx, rootId: string, by: TreeTotals): Promise<TreeTotals> {
  return await db
    .insertInto('workflow_tree')
    .values({ root_id: rootId, ...by })
    .onConflict((conflict) =>
      conflict.column('root_id').doUpdateSet((eb) => ({
        executions: eb('workflow_tree.executions', '+', by.executions),
        data: eb('workflow_tree.data', '+', by.data),
      })),
    )
    .returning(['executions', 'data'])
    .executeTakeFirstOrThrow();
}

/** The execution and those below it, down to a depth. */
export async function executionsBelow(db: Db, id: string, depth: number): Promise<string[]> {
  const ids = [id];
  let level = [id];
  for (let below = 0; below < depth && level.length > 0; below += 1) {
    const found: string[] = [];
    for (const chunk of chunks(level)) {
      const query = db.selectFrom('workflow_execution').select('id').where('parent_id', 'in', chunk);
      found.push(...(await query.execute()).map((row) => row.id));
    }
    ids.push(...found);
    level = found;
  }
  return ids;
}

export interface TreeSize {
  readonly tasks: number;
  readonly tasksByState: ReadonlyMap<string, number>;
  readonly actions: number;
}

/** How much belongs to these executions. */
export async function treeSize(db: Db, ids: readonly string[]): Promise<TreeSize> {
  const tasksByState = new Map<string, number>();
  let actions = 0;
  for (const chunk of chunks(ids)) {
    const tasks = db.selectFrom('workflow_task').select(['state', (eb) => eb.fn.countAll().as('count')]);
    const rows = await tasks.where('execution_id', 'in', chunk).groupBy('state').execute();
    for (const { state, count } of rows)
      tasksByState.set(state, (tasksByState.get(state) ?? 0) + Number(count));
    const ran = db.selectFrom('workflow_action').select((eb) => eb.fn.countAll().as('count'));
    actions += Number((await ran.where('execution_id', 'in', chunk).executeTakeFirst())?.count ?? 0);
  }
  const tasks = [...tasksByState.values()].reduce((sum, count) => sum + count, 0);
  return { tasks, tasksByState, actions };
}
