/** Named environments: variables to start executions with. */
import { randomUUID } from 'node:crypto';
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import {
  deleteEnvironment,
  environmentNames,
  environmentsNamed,
  getEnvironment,
  insertEnvironment,
  updateEnvironment,
  type Environment,
} from '../../store/workflow-environments.ts';
import { listEnvironments, type PageQuery } from '../../store/workflow-listing.ts';
import type { Caller, RequestTools } from '../request-tools.ts';
import { isVisible, notFound, refuseForeign, theOneNamed, viewerOf, visiblePage } from './workflow-tools.ts';

/** By name, or by id. @throws CoppiceError `resource-not-found`, `multiple-choices` */
export async function requireEnvironment(
  { store }: RequestTools,
  caller: Caller,
  identity: string,
): Promise<Environment> {
  const named = await environmentsNamed(store.db, identity, viewerOf(caller));
  const found =
    theOneNamed(caller, `environment ${identity}`, named) ?? (await getEnvironment(store.db, identity));
  if (found !== undefined && isVisible(caller, found.project, found.scope)) return found;
  const names = await environmentNames(store.db, viewerOf(caller));
  throw notFound(`Environment not found [name=${identity}]`, identity, names);
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

/** @throws CoppiceError `resource-not-found`, `forbidden`, `multiple-choices` */
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

/** @throws CoppiceError `resource-not-found`, `forbidden`, `multiple-choices` */
export async function removeEnvironment(tools: RequestTools, caller: Caller, name: string): Promise<void> {
  const { id } = await requireOwn(tools, caller, name);
  await tools.store.write((tx) => deleteEnvironment(tx, id));
}

async function requireOwn(tools: RequestTools, caller: Caller, name: string): Promise<Environment> {
  const found = await requireEnvironment(tools, caller, name);
  refuseForeign(caller, found.project, `environment ${name}`);
  return found;
}
