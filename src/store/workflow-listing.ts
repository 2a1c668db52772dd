/** Lists of executions, tasks and actions of workflows: for the API, and for `executions()` in expressions. */
import type { Json, JsonObject } from '../domain/json.ts';
import { fromText } from './rows.ts';
import type { Db } from './store.ts';

/** More than an expression could sensibly look through. */
const mostForExpressions = 1000;

export interface ExpressionFilter {
  readonly id?: Json;
  readonly root_execution_id?: Json;
  readonly state?: Json;
  readonly from_time?: Json;
  readonly to_time?: Json;
}

/** Newest first, as Mistral's function shows them. */
export async function executionsForExpressions(db: Db, filter: ExpressionFilter): Promise<JsonObject[]> {
  let query = db.selectFrom('workflow_execution').selectAll();
  if (typeof filter.id === 'string') query = query.where('id', '=', filter.id);
  if (typeof filter.root_execution_id === 'string')
    query = query.where('root_id', '=', filter.root_execution_id);
  if (typeof filter.state === 'string') query = query.where('state', '=', filter.state);
  const [from, to] = [timeOf(filter.from_time), timeOf(filter.to_time)];
  if (from !== undefined) query = query.where('created_at', '>=', from);
  if (to !== undefined) query = query.where('created_at', '<', to);
  const rows = await query.orderBy('seq', 'desc').limit(mostForExpressions).execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.workflow,
    workflow_name: row.workflow,
    workflow_namespace: row.namespace,
    state: row.state,
    state_info: row.state_info,
    input: fromText(row.input),
    output: fromText(row.output),
    root_execution_id: row.root_id,
    task_execution_id: row.parent_task_id,
    created_at: timeText(row.created_at),
    updated_at: timeText(row.updated_at),
  }));
}

function timeOf(value: Json | undefined): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value.replace(' ', 'T').replace(/Z?$/, 'Z')) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
}
