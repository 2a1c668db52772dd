/** What a request to start a workflow makes: the execution before its first event. Nothing is stored yet. */
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Session } from '../../domain/session.ts';
import type { Db, Tx } from '../../store/store.ts';
import { findEnvironment } from '../../store/workflow-environments.ts';
import { createExecution } from '../language/conductor.ts';
import { RefusedRequest } from '../language/conductor/fault.ts';
import { ExecutionState } from '../language/state/execution-state.ts';
import type { DefinitionLibrary, FoundWorkflow } from './definition-library.ts';
import type { LoadedExecution } from './step-batch.ts';

export interface ExecutionRequest {
  /** A second start with the same id returns the existing execution. */
  readonly id?: string;
  /** Id of a definition, or name and namespace. */
  readonly workflow: { readonly id: string } | { readonly name: string; readonly namespace: string };
  readonly input: JsonObject;
  /** `env` may be the name of a stored environment. */
  readonly params: JsonObject;
  readonly description: string;
  /** For whom its actions work; its project is the execution's. */
  readonly owner: Session;
  /** Whether the end sends the durable signal. */
  readonly signalsEnd: boolean;
  /**
   * Called in the transaction that inserts the execution, after the insert. What it throws refuses the
   * execution: nothing is written.
   */
  readonly admit?: (tx: Tx) => Promise<void>;
}

/** @throws CoppiceError `resource-not-found` (workflow), `bad-request` (environment, input, params). */
export async function newExecution(
  { db, library, now }: { readonly db: Db; readonly library: DefinitionLibrary; readonly now: () => number },
  id: string,
  request: ExecutionRequest,
): Promise<LoadedExecution> {
  const { definition, spec } = await workflowOf(library, request);
  const { description, input, owner, signalsEnd } = request;
  const params = await withEnvironment(db, request);
  const start = { id, namespace: definition.namespace, description, input, params };
  const record = orBadRequest(() => createExecution(spec, start, now()));
  const { id: workflowId, sourceId, project: definitionProject } = definition;
  return {
    workflow: spec,
    state: new ExecutionState(record),
    keeping: { workflowId, sourceId, definitionProject, project: owner.project, owner, signalsEnd, depth: 0 },
    version: 0,
    isNew: true,
    admit: request.admit,
  };
}

async function workflowOf(
  library: DefinitionLibrary,
  { workflow: reference, owner: { project } }: Pick<ExecutionRequest, 'workflow' | 'owner'>,
): Promise<FoundWorkflow> {
  const found =
    'id' in reference
      ? await library.workflowById(reference.id)
      : await library.workflowFor(project, reference);
  if (found !== null) return found;
  const identifier = 'id' in reference ? reference.id : reference.name;
  const namespace = 'id' in reference ? '' : reference.namespace;
  throw workflowNotFound(identifier, namespace);
}

async function withEnvironment(
  db: Db,
  { params, owner: { project } }: Pick<ExecutionRequest, 'params' | 'owner'>,
): Promise<JsonObject> {
  const { env } = params;
  if (typeof env !== 'string') return params;
  const environment = await findEnvironment(db, env, { project });
  if (environment === undefined) throw new CoppiceError('bad-request', `Environment is not found: ${env}`);
  return { ...params, env: environment.variables };
}

function orBadRequest<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RefusedRequest)
      throw new CoppiceError('bad-request', error.message, { cause: error });
    throw error;
  }
}

export function workflowNotFound(identifier: string, namespace: string): CoppiceError {
  return new CoppiceError(
    'resource-not-found',
    `Workflow not found [workflow_identifier=${identifier}, namespace=${namespace}]`,
  );
}
