/**
 * A workflow engine in memory: workflows end as a test says, when it says so. A fake, not a mock.
 */
import { CoppiceError } from '../../src/domain/errors.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type {
  WorkflowStartRequest,
  WorkflowDescription,
  WorkflowExecution,
  WorkflowService,
} from '../../src/workflow/workflow-service.ts';

/** How a workflow's executions go: `hangs` until they are cancelled, the others after so many reads. */
export interface FakeWorkflow {
  readonly inputs?: readonly { readonly name: string; readonly required: boolean }[];
  readonly ends?: 'SUCCESS' | 'ERROR' | 'CANCELLED' | 'hangs';
  readonly output?: JsonObject;
  readonly afterReads?: number;
  /** false: another project shares it. */
  readonly isOwn?: boolean;
}

export class FakeWorkflows implements WorkflowService {
  readonly readsMayLag = false;
  readonly known = new Map<string, FakeWorkflow>();
  readonly executions = new Map<string, WorkflowExecution & { reads: number; env: JsonObject }>();
  /** `start drain`, `cancel drain`: what really happened, without repeats. */
  readonly calls: string[] = [];
  /** How often the next calls of a method fail as if the engine could not be reached. */
  readonly unreachable = new Map<'find' | 'start' | 'get' | 'cancel', number>();
  /** How often each was called, whether it was reached or not. */
  readonly asked = { find: 0, start: 0, get: 0, cancel: 0 };

  find(name: string): Promise<WorkflowDescription | undefined> {
    this.#reach('find');
    const workflow = this.known.get(name);
    const { inputs = [], isOwn = true } = workflow ?? {};
    return Promise.resolve(workflow && { id: name, name, namespace: '', inputs, isOwn });
  }

  names(): Promise<string[]> {
    return Promise.resolve([...this.known.keys()]);
  }

  /** What another caller defines just before our own request for it arrives. */
  definedMeanwhile: string | null = null;

  createDefinition(yaml: string): Promise<WorkflowDescription[]> {
    if (this.definedMeanwhile !== null) this.known.set(this.definedMeanwhile, {});
    const name = /^(\w+):/m.exec(yaml.replace(/^version:.*\n/, ''))?.[1];
    if (name === undefined) throw new CoppiceError('bad-request', 'no workflow in this document');
    if (this.known.get(name)?.isOwn !== false && this.known.has(name))
      throw new CoppiceError('action-conflict', `Duplicate entry: ${name}`);
    this.calls.push(`define ${name}`);
    this.known.set(name, {});
    return Promise.resolve([{ id: name, name, namespace: '', inputs: [], isOwn: true }]);
  }

  start({ id, workflowName, input, env }: WorkflowStartRequest): Promise<WorkflowExecution> {
    const there = this.executions.get(id);
    if (there === undefined) {
      this.calls.push(`start ${workflowName}`);
      const running = {
        id,
        workflowName,
        state: 'RUNNING',
        stateInfo: null,
        input,
        output: {},
        env,
        reads: 0,
      } as const;
      this.executions.set(id, { ...running });
    }
    // After it arrived: the answer is what gets lost.
    this.#reach('start');
    return Promise.resolve(this.executions.get(id) as WorkflowExecution);
  }

  get(id: string): Promise<WorkflowExecution | undefined> {
    this.#reach('get');
    const execution = this.executions.get(id);
    if (execution === undefined) return Promise.resolve(undefined);
    execution.reads += 1;
    const { ends = 'SUCCESS', afterReads = 1, output = {} } = this.known.get(execution.workflowName) ?? {};
    if (execution.state === 'RUNNING' && ends !== 'hangs' && execution.reads >= afterReads) {
      Object.assign(execution, {
        state: ends,
        output,
        stateInfo: ends === 'ERROR' ? 'task boom failed' : null,
      });
    }
    return Promise.resolve(execution);
  }

  cancel(id: string, reason: string): Promise<WorkflowExecution> {
    this.#reach('cancel');
    const execution = this.executions.get(id);
    if (execution === undefined) throw new CoppiceError('resource-not-found', `There is no execution ${id}.`);
    if (execution.state === 'RUNNING') {
      this.calls.push(`cancel ${execution.workflowName}`);
      Object.assign(execution, { state: 'CANCELLED', stateInfo: reason });
    }
    return Promise.resolve(execution);
  }

  endSignal(): string | undefined {
    return undefined;
  }

  pauseMs(): number {
    return 20;
  }

  #reach(method: 'find' | 'start' | 'get' | 'cancel'): void {
    this.asked[method] += 1;
    const left = this.unreachable.get(method) ?? 0;
    this.unreachable.set(method, Math.max(0, left - 1));
    if (left > 0) throw new CoppiceError('operation-failed', 'the workflow engine does not answer');
  }
}
