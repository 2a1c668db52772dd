/** Named environments: variables that executions are started with. */
import type { Selectable } from 'kysely';
import type { JsonObject } from '../domain/json.ts';
import { MOST_FOREIGN, ownFirst, visibleTo, type ForeignObject, type Viewer } from './named-objects.ts';
import { fromText, toText } from './rows.ts';
import type { WorkflowEnvironmentRow } from './schema-workflows.ts';
import type { Db, Tx } from './store.ts';

export interface Environment {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly variables: JsonObject;
  readonly scope: string;
  readonly project: string;
  readonly createdAt: number;
  readonly updatedAt: number | null;
}

/** False where the name is taken in its project. */
export async function insertEnvironment(tx: Tx, environment: Environment): Promise<boolean> {
  const { variables, createdAt, updatedAt, ...same } = environment;
  const row = { ...same, variables: toText(variables), created_at: createdAt, updated_at: updatedAt };
  const insert = tx.db.insertInto('workflow_environment').values(row);
  const result = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) === 1n;
}

export type EnvironmentChange = Partial<Pick<Environment, 'description' | 'variables' | 'scope'>>;

export async function updateEnvironment(
  tx: Tx,
  id: string,
  { variables, ...same }: EnvironmentChange,
  now: number,
): Promise<Environment | undefined> {
  const changes = { ...same, ...(variables === undefined ? {} : { variables: toText(variables) }) };
  const update = tx.db.updateTable('workflow_environment').set({ ...changes, updated_at: now });
  await update.where('id', '=', id).execute();
  return await getEnvironment(tx.db, id);
}

export async function deleteEnvironment(tx: Tx, id: string): Promise<void> {
  await tx.db.deleteFrom('workflow_environment').where('id', '=', id).execute();
}

export async function findEnvironment(
  db: Db,
  name: string,
  viewer: Viewer,
): Promise<Environment | undefined> {
  const query = db.selectFrom('workflow_environment').selectAll().where('name', '=', name);
  const found = query.where(visibleTo(viewer)).orderBy(ownFirst(viewer)).orderBy('seq').limit(1);
  const row = await found.executeTakeFirst();
  return row === undefined ? undefined : toEnvironment(row);
}

/** Of any project. */
export async function allEnvironmentsNamed(db: Db, name: string): Promise<ForeignObject[]> {
  const named = db.selectFrom('workflow_environment').select(['id', 'project']).where('name', '=', name);
  return await named.orderBy('seq').limit(MOST_FOREIGN).execute();
}

export async function getEnvironment(db: Db, id: string): Promise<Environment | undefined> {
  const query = db.selectFrom('workflow_environment').selectAll().where('id', '=', id);
  const row = await query.executeTakeFirst();
  return row === undefined ? undefined : toEnvironment(row);
}

/** More than these do not help a user who searches for a name. */
const MOST_NAMES = 2000;

/** Those that a viewer finds, each once. */
export async function environmentNames(db: Db, viewer: Viewer): Promise<string[]> {
  const query = db.selectFrom('workflow_environment').select('name').distinct().where(visibleTo(viewer));
  return (await query.limit(MOST_NAMES).execute()).map((row) => row.name);
}

export function toEnvironment(row: Selectable<WorkflowEnvironmentRow>): Environment {
  const { id, name, description, scope, project } = row;
  return {
    id,
    name,
    description,
    scope,
    project,
    variables: fromText(row.variables),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
