/**
 * The embedded workflow service: Coppice's own runner behind the interface that recovery uses. An execution
 * started by recovery sends a durable signal in the transaction that ends it, so recovery does not have to
 * poll.
 */
import { CoppiceError } from '../../domain/errors.ts';
import type { StoredExecution } from '../../store/workflow-executions.ts';
import { definitionNames, type Definition } from '../../store/workflow-definitions.ts';
import { getExecution } from '../../store/workflow-executions.ts';
import { ownerOf, type Session } from '../../domain/session.ts';
import type { Membership } from '../../membership/membership.ts';
import type { Clouds } from '../../openstack/cloud.ts';
import type { Store } from '../../store/store.ts';
import type { ActionType } from '../actions/action-type.ts';
import { cloudActions } from '../actions/cloud-actions.ts';
import { defaultHttpPolicy, type HttpPolicy } from '../actions/http-policy.ts';
import { standardActions, type ActionRegistry } from '../actions/registry.ts';
import type { InputSpec } from '../language/definition/workflow-spec.ts';
import type {
  WorkflowStartRequest,
  WorkflowDescription,
  WorkflowExecution,
  WorkflowService,
} from '../workflow-service.ts';
import { endSignalOf } from './end-signal.ts';
import { type RunnerLog, WorkflowRunner } from './workflow-runner.ts';
import { workflowNotFound } from './new-execution.ts';

export interface EmbeddedWorkflowsOptions {
  readonly store: Store;
  readonly membership: Membership;
  readonly now?: () => number;
  readonly log?: RunnerLog;
  readonly httpPolicy?: HttpPolicy;
  /**
   * Base URL of this server's API, for callbacks of std.mistral_http; may become known after the runner is
   * created.
   */
  readonly apiUrl?: () => string | undefined;
  /** Of the cloud in which actions such as `nova.servers_get` work; absent: there are no such actions. */
  readonly clouds?: Clouds | undefined;
  /** Actions in addition to those. */
  readonly actions?: readonly ActionType[];
  readonly concurrency?: number;
  /** See `WorkflowRunnerOptions`; absent: true. */
  readonly carriesOut?: boolean;
  /** How many days executions are kept after their end; 0 or absent: forever. */
  readonly keepDays?: number;
}

const silent: RunnerLog = { error: () => {} };
/** Only a fallback in case the signal is missed. */
const fallbackPauseMs = 30_000;

export class EmbeddedWorkflows implements WorkflowService {
  /** `start` resumes pending work, nothing runs before it; `stop` aborts running actions. */
  readonly runner: WorkflowRunner;
  readonly registry: ActionRegistry;
  readonly readsMayLag = false;
  readonly #store: Store;

  constructor(options: EmbeddedWorkflowsOptions) {
    const { store, membership, now = Date.now, log = silent, concurrency, carriesOut = true } = options;
    const policy = options.httpPolicy ?? defaultHttpPolicy();
    const apiUrl = options.apiUrl ?? (() => undefined);
    this.#store = store;
    const { clouds, actions = [] } = options;
    const ofCloud = clouds === undefined ? [] : cloudActions(clouds);
    this.registry = standardActions({ policy, apiUrl }, [...ofCloud, ...actions]);
    const limit = concurrency === undefined ? {} : { concurrency };
    const keepMs = (options.keepDays ?? 0) * 24 * 3600 * 1000;
    this.runner = new WorkflowRunner({
      store,
      membership,
      carriesOut,
      registry: this.registry,
      now,
      log,
      keepMs,
      ...limit,
    });
  }

  async find(name: string, session: Session, namespace = ''): Promise<WorkflowDescription | undefined> {
    const found = await this.runner.library.workflowFor(session.project, { name, namespace });
    return found === null ? undefined : description(found.definition, found.spec.inputs, session);
  }

  async names({ project }: Session): Promise<readonly string[]> {
    return await definitionNames(this.#store.db, 'workflow', { project });
  }

  async createDefinition(yaml: string, session: Session, namespace = ''): Promise<WorkflowDescription[]> {
    const scope = { namespace, scope: 'private', project: session.project };
    const definitions = await this.runner.library.create('workflow', yaml, scope);
    const described = definitions.map(async (definition) => {
      const spec = await this.runner.library.specOf(definition.sourceId, definition.name);
      return description(definition, spec.inputs, session);
    });
    return await Promise.all(described);
  }

  async start(request: WorkflowStartRequest): Promise<WorkflowExecution> {
    const { id, workflowName, namespace = '', input, env, description: text, session } = request;
    const workflow = await this.find(workflowName, session, namespace);
    if (workflow === undefined) throw workflowNotFound(workflowName, namespace);
    const params = Object.keys(env).length === 0 ? {} : { env };
    const started = await this.runner.startExecution({
      id,
      workflow: { id: workflow.id },
      input,
      params,
      description: text,
      owner: ownerOf(session),
      signalsEnd: true,
    });
    return toExecution(started);
  }

  async get(id: string, { project }: Session): Promise<WorkflowExecution | undefined> {
    const found = await getExecution(this.#store.db, id);
    return found?.project === project ? toExecution(found) : undefined;
  }

  async cancel(id: string, reason: string, session: Session): Promise<WorkflowExecution> {
    if ((await this.get(id, session)) === undefined) throw notFound(id);
    const refusal = await this.runner.sendEvent(id, { type: 'stop', state: 'CANCELLED', stateInfo: reason });
    const found = await this.get(id, session);
    if (found === undefined) throw notFound(id);
    if (refusal !== undefined) throw new CoppiceError('bad-request', refusal.message);
    return found;
  }

  endSignal(id: string): string {
    return endSignalOf(id);
  }

  pauseMs(): number {
    return fallbackPauseMs;
  }
}

export function embeddedWorkflows(options: EmbeddedWorkflowsOptions): EmbeddedWorkflows {
  return new EmbeddedWorkflows(options);
}

function notFound(id: string): CoppiceError {
  return new CoppiceError('resource-not-found', `WorkflowExecution not found [id=${id}]`);
}

function description(
  { id, name, namespace, project }: Pick<Definition, 'id' | 'name' | 'namespace' | 'project'>,
  inputs: readonly InputSpec[],
  session: Session,
): WorkflowDescription {
  const declared = inputs.map((input) => ({ name: input.name, required: input.default === undefined }));
  return { id, name, namespace, inputs: declared, isOwn: project === session.project };
}

function toExecution({ record }: StoredExecution): WorkflowExecution {
  const { id, workflow, state, stateInfo, updatedAt: changedAt, input, output } = record;
  return { id, workflowName: workflow, state, stateInfo, changedAt, input, output };
}
