/** Named environments: variables to start executions with. */
import { randomUUID } from 'node:crypto';
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import {
  allEnvironmentsNamed,
  deleteEnvironment,
  environmentNames,
  findEnvironment,
  getEnvironment,
  insertEnvironment,
  updateEnvironment,
  type Environment,
} from '../../store/workflow-environments.ts';
import { listEnvironments, type PageQuery } from '../../store/workflow-listing.ts';
import type { Caller, RequestTools } from '../request-tools.ts';
import { isVisible, notFound, refuseForeign, seesAllProjects, visiblePage } from './workflow-tools.ts';

/** By id, or by name. @throws CoppiceError `resource-not-found` */
export async function requireEnvironment(
  { store }: RequestTools,
  caller: Caller,
  identity: string,
): Promise<Environment> {
  const { db } = store;
  const byId = await getEnvironment(db, identity);
  if (byId !== undefined && isVisible(caller, byId.project, byId.scope)) return byId;
  const named = await findEnvironment(db, identity, caller);
  if (named !== undefined) return named;
  const names = await environmentNames(db, caller);
  const foreign = seesAllProjects(caller) ? await allEnvironmentsNamed(db, identity) : [];
  throw notFound(`Environment not found [name=${identity}]`, identity, names, foreign);
}

export async function listVisibleEnvironments(
  { store }: RequestTools,
  caller: Caller,
  page: PageQuery,
): Promise<Environment[]> {
  return await listEnvironments(store.db, visiblePage(caller, page));
}

export interface EnvironmentFields {
  readonly name: string;
  readonly description: string | undefined;
  readonly variables: JsonObject | undefined;
  readonly scope: string | undefined;
}

/** @throws CoppiceError `action-conflict` */
export async function createEnvironment(
  { store, now }: RequestTools,
  caller: Caller,
  request: EnvironmentFields,
): Promise<Environment> {
  const environment: Environment = {
    id: randomUUID(),
    name: request.name,
    description: request.description ?? '',
    variables: request.variables ?? {},
    scope: request.scope ?? 'private',
    project: caller.project,
    createdAt: now(),
    updatedAt: null,
  };
  if (await store.write((tx) => insertEnvironment(tx, environment))) return environment;
  const sentence = `Duplicate entry for Environment ['name', 'project_id']: ${environment.name}, ${environment.project}`;
  throw new CoppiceError('action-conflict', sentence);
}

/** @throws CoppiceError `resource-not-found`, `forbidden` */
export async function changeEnvironment(
  tools: RequestTools,
  caller: Caller,
  { name, description, variables, scope }: EnvironmentFields,
): Promise<Environment> {
  const { id } = await requireOwn(tools, caller, name);
  const change = {
    ...(description === undefined ? {} : { description }),
    ...(scope === undefined ? {} : { scope }),
    ...(variables === undefined ? {} : { variables }),
  };
  await tools.store.write((tx) => updateEnvironment(tx, id, change, tools.now()));
  return await requireEnvironment(tools, caller, id);
}

/** @throws CoppiceError `resource-not-found`, `forbidden` */
export async function removeEnvironment(tools: RequestTools, caller: Caller, name: string): Promise<void> {
  const { id } = await requireOwn(tools, caller, name);
  await tools.store.write((tx) => deleteEnvironment(tx, id));
}

async function requireOwn(tools: RequestTools, caller: Caller, name: string): Promise<Environment> {
  const found = await requireEnvironment(tools, caller, name);
  refuseForeign(caller, found.project, `environment ${name}`);
  return found;
}
