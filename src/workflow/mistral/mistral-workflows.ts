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
import { CloudError, isStatus, operationError } from '../../openstack/cloud-error.ts';
import type { MistralClient, MistralExecution, MistralWorkflow } from '../../openstack/mistral-client.ts';
import {
  WorkflowServiceNotReached,
  type WorkflowDescription,
  type WorkflowExecution,
  type WorkflowService,
  type WorkflowStartRequest,
} from '../workflow-service.ts';

/** Of the pauses between two questions, in milliseconds: Mistral's own scheduler works once a second. */
const FIRST_PAUSE_MS = 1000;
const LAST_PAUSE_MS = 15_000;
const PAUSE_GROWTH = 1.3;
/**
 * A call that takes longer has failed, and is repeated by recovery: meanwhile it holds a place of the engine.
 */
const READ_MS = 5000;
const CHANGE_MS = 15_000;
/** After Mistral has not answered, one call tries it in so long; the others fail at once. */
const REST_MS = 5000;

interface Silence {
  readonly reason: string;
  until: number;
}

interface MistralCall {
  /** `the workflow drain could not be started` */
  readonly doing: string;
  /** The longest that it may take, in milliseconds. */
  readonly ms: number;
  /** Ends it sooner. */
  readonly signal?: AbortSignal | undefined;
  /** Also while Mistral does not answer; absent: false. */
  readonly always?: boolean;
}

export class MistralWorkflows implements WorkflowService {
  readonly readsMayLag = true;
  readonly #clientOf: (session: Session) => MistralClient;
  readonly #now: () => number;
  #silence: Silence | undefined;

  /** @param clientOf for the owner of an execution. */
  constructor(clientOf: (session: Session) => MistralClient, now: () => number = Date.now) {
    this.#clientOf = clientOf;
    this.#now = now;
  }

  async find(
    name: string,
    session: Session,
    namespace = '',
    signal?: AbortSignal,
  ): Promise<WorkflowDescription | undefined> {
    const call = { doing: `the workflow ${name} could not be looked for`, ms: READ_MS, signal };
    return await this.#call(call, async (context) => {
      const client = this.#clientOf(session);
      const found = await client.findWorkflow(name, namespace, context);
      return found && describe(found, await client.ownProject(context));
    });
  }

  async names(session: Session, signal?: AbortSignal): Promise<readonly string[]> {
    const call = { doing: 'workflows could not be listed', ms: READ_MS, signal };
    return await this.#call(call, (context) => this.#clientOf(session).workflowNames(context));
  }

  async createDefinition(yaml: string, session: Session, namespace = ''): Promise<WorkflowDescription[]> {
    const call = { doing: 'the workflow could not be created', ms: CHANGE_MS };
    return await this.#call(call, async (context) => {
      const client = this.#clientOf(session);
      const created = await client.createWorkflows(yaml, namespace, context);
      const project = await client.ownProject(context);
      return created.map((workflow) => describe(workflow, project));
    });
  }

  async start(request: WorkflowStartRequest): Promise<WorkflowExecution> {
    const { id, workflowName, namespace = '', input, env, description, session } = request;
    const call = { doing: `the workflow ${workflowName} could not be started`, ms: CHANGE_MS };
    return await this.#call(call, async (context) => {
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
    const call = { doing: `the execution ${id} could not be read`, ms: READ_MS, signal };
    return await this.#call(call, async (context) => {
      const found = await this.#clientOf(session).findExecution(id, context);
      return found && toExecution(found);
    });
  }

  async cancel(id: string, reason: string, session: Session): Promise<WorkflowExecution> {
    // Reads may fail where this does not, and what runs is to end.
    const call = { doing: `the execution ${id} could not be cancelled`, ms: READ_MS, always: true };
    return await this.#call(call, async (context) =>
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

  /** @throws CoppiceError with Mistral's own sentence, or why there is none. */
  async #call<T>(
    { doing, ms, signal, always = false }: MistralCall,
    call: (context: { readonly signal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const silence = this.#silence;
    if (silence !== undefined && !always && this.#now() < silence.until)
      throw new WorkflowServiceNotReached('operation-failed', `${doing}: ${silence.reason}`);
    if (silence !== undefined) silence.until = this.#now() + REST_MS;
    const timeout = AbortSignal.timeout(ms);
    const until = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    try {
      const answer = await call({ signal: until });
      this.#silence = undefined;
      return answer;
    } catch (error) {
      // A caller that waits less says nothing of Mistral.
      if (timeout.aborted || signal?.aborted !== true) {
        const why = timeout.aborted ? NO_ANSWER : isNotReached(error) ? error.reason : undefined;
        this.#silence = why === undefined ? undefined : { reason: why, until: this.#now() + REST_MS };
      }
      if (until.aborted)
        throw new CoppiceError('operation-failed', `${doing}: ${NO_ANSWER}`, { cause: error });
      throw refused(doing, error);
    }
  }
}

const NO_ANSWER = 'Mistral does not answer';

function isNotReached(error: unknown): error is CloudError {
  return error instanceof CloudError && error.status === null && !error.mayHaveHappened;
}

function refused(doing: string, error: unknown): unknown {
  if (isStatus(error, 404)) return asCoppiceError('resource-not-found', doing, error);
  if (isStatus(error, 400)) return asCoppiceError('bad-request', doing, error);
  if (isStatus(error, 409)) return asCoppiceError('action-conflict', doing, error);
  if (isNotReached(error))
    return new WorkflowServiceNotReached('operation-failed', `${doing}: ${error.reason}`, { cause: error });
  return operationError(error, doing);
}

function asCoppiceError(
  code: 'resource-not-found' | 'bad-request' | 'action-conflict',
  doing: string,
  error: CloudError,
): CoppiceError {
  return new CoppiceError(code, `${doing}: Mistral says: ${error.reason}`, { cause: error });
}

function describe(workflow: MistralWorkflow, ownProject: string | null): WorkflowDescription {
  const { id, name, namespace = '', scope, project_id: project } = workflow;
  const isOwn = scope !== 'public' || ownProject === null || project === ownProject;
  return { id, name, namespace, inputs: inputsOf(workflow), isOwn };
}

/** An input with a default is a map of its name to it. */
function inputsOf(workflow: MistralWorkflow): WorkflowDescription['inputs'] {
  const { interface: known } = workflow;
  const input = workflow.input ?? '';
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
  const { id, workflow_name: workflowName = '', state, state_info: stateInfo = null } = execution;
  const { input, output } = execution;
  const changedAt = Date.parse(`${(execution.updated_at ?? '').replace(' ', 'T')}Z`);
  return {
    id,
    workflowName,
    state,
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
