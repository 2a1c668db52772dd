/** An execution with the executions below it: how many there are, and how much belongs to them. */
import { chunks } from './rows.ts';
import type { Db } from './store.ts';

/** How many executions have been started below this one, ended or not. */
export async function countSubExecutions(db: Db, rootId: string): Promise<number> {
  const row = await db
    .selectFrom('workflow_execution')
    .select((eb) => eb.fn.countAll().as('executions'))
    .where('root_id', '=', rootId)
    .executeTakeFirst();
  return Number(row?.executions ?? 0);
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
