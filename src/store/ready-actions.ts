/**
 * Actions that can be claimed now, and which of them is next: of the project that runs the fewest, its
 * oldest. A project with many waits for its own; one with a single action gets the next slot that is free.
 */
import { sql, type Selectable } from 'kysely';
import type { ActionRow as ActionTable } from './schema.ts';
import type { Db } from './store.ts';

export type ReadyRow = Selectable<ActionTable>;

/** Asked before a claim, so that a pass that finds nothing writes nothing. */
export async function hasReadyActions(db: Db): Promise<boolean> {
  const one = ready(db).select('seq').limit(1);
  return (await one.executeTakeFirst()) !== undefined;
}

/** By project: how many actions the process runs. */
export async function runningOfProjects(db: Db, owner: string): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('action')
    .select(['project', (eb) => eb.fn.countAll<number>().as('count')])
    .where('status', '=', 'RUNNING')
    .where('owner', '=', owner)
    .groupBy('project')
    .execute();
  return new Map(rows.map(({ project, count }) => [project, count]));
}

/** The oldest of each project. Projects are found one by one in the index, not by reading all actions. */
export async function oldestReadyOfProjects(db: Db): Promise<ReadyRow[]> {
  const isReady = sql`status = 'READY' and blocked_on is null`;
  const { rows } = await sql<ReadyRow>`
    with recursive ready(project) as (
      select min(project) from action where ${isReady}
      union all
      select (select min(project) from action where ${isReady} and project > ready.project)
      from ready where ready.project is not null
    )
    select action.* from ready join action on action.seq =
      (select min(seq) from action where ${isReady} and project = ready.project)`.execute(db);
  return rows;
}

/** The project's oldest after this one. */
export async function nextReadyOf(db: Db, { project, seq }: ReadyRow): Promise<ReadyRow | undefined> {
  const rows = ready(db).selectAll().where('project', '=', project).where('seq', '>', seq);
  return await rows.orderBy('seq').limit(1).executeTakeFirst();
}

function ready(db: Db) {
  return db.selectFrom('action').where('status', '=', 'READY').where('blocked_on', 'is', null);
}

/** @param running by project. The oldest of those whose project runs as few as any. */
export function fairest(
  rows: readonly ReadyRow[],
  running: ReadonlyMap<string, number>,
): ReadyRow | undefined {
  const load = ({ project }: ReadyRow) => running.get(project) ?? 0;
  return [...rows].sort((a, b) => load(a) - load(b) || a.seq - b.seq)[0];
}
