/**
 * A workflow engine beside the process, in virtual time: executions end when a test says so, and notify it
 * with a durable signal that may be lost. As Mistral does, it knows an execution by the id that its starter
 * chose.
 */
import { CoppiceError } from '../../src/domain/errors.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { WorkflowState } from '../../src/domain/workflow-records.ts';
import { sendSignal } from '../../src/store/action-wakes.ts';
import type { Store } from '../../src/store/store.ts';
import { hasEnded } from '../../src/workflow/workflow-service.ts';
import type {
  WorkflowStartRequest,
  WorkflowDescription,
  WorkflowExecution,
  WorkflowService,
} from '../../src/workflow/workflow-service.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface SimulatedWorkflow {
  readonly ends: 'SUCCESS' | 'ERROR' | 'CANCELLED' | 'hangs';
  readonly takesMs: number;
  readonly inputs?: WorkflowDescription['inputs'];
  readonly output?: JsonObject;
  /** How long it still runs after it was cancelled. */
  readonly cancelTakesMs?: number;
}

type Method = 'find' | 'start' | 'get' | 'cancel';

export class SimulatedWorkflows {
  readonly known = new Map<string, SimulatedWorkflow>();
  readonly executions = new Map<string, WorkflowExecution>();
  readonly calls: { readonly at: number; readonly text: string }[] = [];
  /** Whether a call is not answered: before it arrived, or after. */
  trouble: (method: Method) => 'none' | 'lost' | 'unanswered' = () => 'none';
  losesSignals: () => boolean = () => false;
  readonly #clock: VirtualClock;
  readonly #store: Store;

  constructor(clock: VirtualClock, store: Store) {
    this.#clock = clock;
    this.#store = store;
  }

  get running(): number {
    return [...this.executions.values()].filter(({ state }) => !hasEnded(state)).length;
  }

  /** As one process sees it. */
  service(isAlive: () => boolean): WorkflowService {
    const call = <T>(method: Method, work: () => T): Promise<T> =>
      isAlive() ? this.#call(method, work) : new Promise<never>(() => {});
    return {
      readsMayLag: false,
      pauseMs: () => 5000,
      endSignal: (id) => `end of ${id}`,
      find: (name) => call('find', () => this.#describe(name)),
      createDefinition: () => Promise.reject(new CoppiceError('bad-request', 'not in this simulation')),
      start: (request) => call('start', () => this.#start(request)),
      get: (id) => call('get', () => this.executions.get(id)),
      cancel: (id, reason) => call('cancel', () => this.#cancel(id, reason)),
    };
  }

  #describe(name: string): WorkflowDescription | undefined {
    const workflow = this.known.get(name);
    return workflow && { id: name, name, namespace: '', inputs: workflow.inputs ?? [], isOwn: true };
  }

  async #call<T>(method: Method, work: () => T): Promise<T> {
    const trouble = this.trouble(method);
    if (trouble === 'lost') throw new CoppiceError('operation-failed', 'the workflow engine is away');
    const answer = work();
    if (trouble === 'unanswered')
      throw new CoppiceError('operation-failed', 'the workflow engine does not answer');
    return answer;
  }

  #start({ id, workflowName, input }: WorkflowStartRequest): WorkflowExecution {
    const there = this.executions.get(id);
    if (there !== undefined) return there;
    const workflow = this.known.get(workflowName);
    if (workflow === undefined)
      throw new CoppiceError('resource-not-found', `there is no workflow ${workflowName}`);
    this.calls.push({ at: this.#clock.now, text: `start ${workflowName}` });
    const execution = { id, workflowName, state: 'RUNNING', stateInfo: null, input, output: {} } as const;
    this.executions.set(id, execution);
    const { ends, takesMs, output = {} } = workflow;
    if (ends !== 'hangs') this.#clock.outside(takesMs, () => this.#end(id, ends, null, output));
    return execution;
  }

  #cancel(id: string, reason: string): WorkflowExecution {
    const execution = this.executions.get(id);
    if (execution === undefined) throw new CoppiceError('resource-not-found', `there is no execution ${id}`);
    if (hasEnded(execution.state)) return execution;
    this.calls.push({ at: this.#clock.now, text: `cancel ${execution.workflowName}` });
    const { cancelTakesMs = 0 } = this.known.get(execution.workflowName) ?? {};
    if (cancelTakesMs === 0) this.#end(id, 'CANCELLED', reason, {});
    else this.#clock.outside(cancelTakesMs, () => this.#end(id, 'CANCELLED', reason, {}));
    return this.executions.get(id) ?? execution;
  }

  #end(id: string, state: WorkflowState, stateInfo: string | null, output: JsonObject): void {
    const execution = this.executions.get(id);
    if (execution === undefined || hasEnded(execution.state)) return;
    const info = state === 'ERROR' ? 'a task failed' : stateInfo;
    this.executions.set(id, { ...execution, state, stateInfo: info, output });
    if (this.losesSignals()) return;
    void this.#store.write((tx) => sendSignal(tx, `end of ${id}`, {}, this.#clock.wall));
  }
}
