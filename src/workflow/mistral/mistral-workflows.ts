/**
 * The workflow service of a real Mistral: its REST API behind the interface that recovery uses, in the name
 * of the owner of each execution.
 *
 *     start  -> POST /executions with the id that recovery derived: a repeat finds the first one
 *     end    -> GET /executions/ID, at growing intervals: Mistral sends nothing that can be relied on
 *     cancel -> PUT /executions/ID CANCELLED: actions that run are not interrupted
 */
import { CoppiceError } from '../../domain/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { Session } from '../../domain/session.ts';
import type { WorkflowState } from '../../domain/workflow-records.ts';
import { isStatus, operationError, type CloudError } from '../../openstack/cloud-error.ts';
import type { MistralClient, MistralExecution, MistralWorkflow } from '../../openstack/mistral-client.ts';
import type {
  WorkflowDescription,
  WorkflowExecution,
  WorkflowService,
  WorkflowStartRequest,
} from '../workflow-service.ts';

/** Of the pauses between two questions, in milliseconds: Mistral's own scheduler works once a second. */
const FIRST_PAUSE_MS = 1000;
const LAST_PAUSE_MS = 15_000;
const PAUSE_GROWTH = 1.3;
/** A call that takes longer has failed, and is repeated by recovery. */
const CALL_MS = 60_000;

export class MistralWorkflows implements WorkflowService {
  readonly name = 'mistral';
  readonly #clientOf: (session: Session) => MistralClient;

  /** @param clientOf for the owner of an execution. */
  constructor(clientOf: (session: Session) => MistralClient) {
    this.#clientOf = clientOf;
  }

  async find(name: string, session: Session, namespace = ''): Promise<WorkflowDescription | undefined> {
    return await calling(`the workflow ${name} could not be looked for`, async (context) => {
      const client = this.#clientOf(session);
      const found = await client.findWorkflow(name, namespace, context);
      return found && describe(found, await client.ownProject(context));
    });
  }

  async names(session: Session): Promise<readonly string[]> {
    return await calling('workflows could not be listed', (context) =>
      this.#clientOf(session).workflowNames(context),
    );
  }

  async createDefinition(yaml: string, session: Session, namespace = ''): Promise<WorkflowDescription[]> {
    return await calling('the workflow could not be created', async (context) => {
      const client = this.#clientOf(session);
      const created = await client.createWorkflows(yaml, namespace, context);
      const project = await client.ownProject(context);
      return created.map((workflow) => describe(workflow, project));
    });
  }

  async start(request: WorkflowStartRequest): Promise<WorkflowExecution> {
    const { id, workflowName, namespace = '', input, env, description, session } = request;
    return await calling(`the workflow ${workflowName} could not be started`, async (context) => {
      const client = this.#clientOf(session);
      const workflow = await client.findWorkflow(workflowName, namespace, context);
      if (workflow === undefined)
        throw new CoppiceError('resource-not-found', `Mistral has no workflow ${workflowName}.`);
      const params = Object.keys(env).length === 0 ? {} : { env };
      return toExecution(
        await client.startExecution({ id, workflow_id: workflow.id, input, params, description }, context),
      );
    });
  }

  async get(id: string, session: Session, signal?: AbortSignal): Promise<WorkflowExecution | undefined> {
    return await calling(
      `the execution ${id} could not be read`,
      async (context) => {
        // A read for a page is not repeated: the page is read again.
        const retries = signal === undefined ? undefined : 0;
        const found = await this.#clientOf(session).findExecution(id, context, retries);
        return found && toExecution(found);
      },
      signal,
    );
  }

  async cancel(id: string, reason: string, session: Session): Promise<WorkflowExecution> {
    return await calling(`the execution ${id} could not be cancelled`, async (context) =>
      toExecution(await this.#clientOf(session).cancelExecution(id, reason, context)),
    );
  }

  /** None is sent: an end is found by asking. */
  endSignal(): undefined {
    return undefined;
  }

  pauseMs(turn: number): number {
    return Math.min(FIRST_PAUSE_MS * PAUSE_GROWTH ** (turn - 1), LAST_PAUSE_MS);
  }
}

/** @throws CoppiceError with Mistral's own sentence. */
async function calling<T>(
  doing: string,
  call: (context: { readonly signal: AbortSignal }) => Promise<T>,
  signal: AbortSignal = AbortSignal.timeout(CALL_MS),
): Promise<T> {
  try {
    return await call({ signal });
  } catch (error) {
    if (isStatus(error, 404)) throw asCoppiceError('resource-not-found', doing, error);
    if (isStatus(error, 400)) throw asCoppiceError('bad-request', doing, error);
    if (isStatus(error, 409)) throw asCoppiceError('action-conflict', doing, error);
    throw operationError(error, doing);
  }
}

function asCoppiceError(
  code: 'resource-not-found' | 'bad-request' | 'action-conflict',
  doing: string,
  error: CloudError,
): CoppiceError {
  return new CoppiceError(code, `${doing}: Mistral says: ${error.reason}`, { cause: error });
}

function describe(workflow: MistralWorkflow, ownProject: string | null): WorkflowDescription {
  const { id, name, namespace, scope, project_id: project } = workflow;
  const isOwn = scope !== 'public' || ownProject === null || project === ownProject;
  return { id, name, namespace, inputs: inputsOf(workflow), isOwn };
}

/** An input with a default is a map of its name to it. */
function inputsOf(workflow: MistralWorkflow): WorkflowDescription['inputs'] {
  const { interface: known, input } = workflow;
  const read = typeof known === 'string' ? parse(known) : known;
  const declared = isJsonObject(read) ? read['input'] : undefined;
  if (Array.isArray(declared)) return declared.flatMap(inputOf);
  // Mistral before Stein has no `interface`: names without a value are required.
  const names = input.matchAll(/(?:^|, )([A-Za-z_]\w*)(?==|, |$)/g);
  return [...names].map(([text, name = '']) => ({
    name,
    required: input[input.indexOf(text) + text.length] !== '=',
  }));
}

function inputOf(declared: Json): WorkflowDescription['inputs'] {
  if (typeof declared === 'string') return [{ name: declared, required: true }];
  return isJsonObject(declared) ? Object.keys(declared).map((name) => ({ name, required: false })) : [];
}

function toExecution(execution: MistralExecution): WorkflowExecution {
  const { id, workflow_name: workflowName, state, state_info: stateInfo, input, output } = execution;
  const changedAt = Date.parse(`${(execution.updated_at ?? '').replace(' ', 'T')}Z`);
  return {
    id,
    workflowName,
    state: state as WorkflowState,
    stateInfo,
    ...(Number.isFinite(changedAt) ? { changedAt } : {}),
    input: mapIn(input),
    output: mapIn(output),
  };
}

function mapIn(text: string | null | undefined): JsonObject {
  const value = parse(text ?? '');
  return isJsonObject(value) ? value : {};
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
