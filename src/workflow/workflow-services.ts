/**
 * The workflow services of this server, and which of them runs the workflows of a cluster: what the cluster's
 * configuration says (`workflow: mistral`), else what the server's does. A recovery keeps the one with which
 * it began.
 */
import { CoppiceError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Session } from '../domain/session.ts';
import {
  isWorkflowServiceName,
  WORKFLOW_KEY,
  type WorkflowServiceName,
} from '../domain/workflow-service-name.ts';
import type { WorkflowExecution, WorkflowService } from './workflow-service.ts';

/** A page that shows an execution does not wait longer, in milliseconds. */
const PAGE_WAIT_MS = 2000;
/**
 * Once a service has not answered, pages wait for it no more: one of them in so many milliseconds has it
 * asked again, and those after its answer show the execution.
 */
const ASK_AGAIN_MS = 5000;

export interface WorkflowServicesOptions {
  readonly embedded: WorkflowService;
  /** Absent: the server knows none. */
  readonly mistral?: WorkflowService;
  /** Where the cluster does not say; absent: embedded. */
  readonly standard?: WorkflowServiceName;
  readonly now?: () => number;
}

/** Null and no problem: there is no such execution. */
interface ShownExecution {
  readonly execution: WorkflowExecution | null;
  readonly problem: string | null;
}

interface Unanswered {
  /** The execution that was asked for. */
  readonly id: string;
  readonly problem: string;
  readonly askAgainAt: number;
}

export class WorkflowServices {
  readonly #options: WorkflowServicesOptions;
  readonly #now: () => number;
  /** By service and owner. */
  readonly #unanswered = new Map<string, Unanswered>();

  constructor(options: WorkflowServicesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** The one of clusters that do not say. */
  get standard(): WorkflowServiceName {
    return this.#options.standard ?? 'embedded';
  }

  /** @param cluster null: of a node without a cluster. */
  nameFor(cluster: { readonly config: JsonObject } | null): WorkflowServiceName {
    const named = cluster?.config[WORKFLOW_KEY];
    return isWorkflowServiceName(named) ? named : this.standard;
  }

  /** undefined: this server knows none. */
  find(name: WorkflowServiceName): WorkflowService | undefined {
    return this.#options[name];
  }

  /** Why the config of a cluster cannot be used here; null: it can. */
  objectionTo(config: JsonObject): string | null {
    const named = config[WORKFLOW_KEY];
    const isUnknown = isWorkflowServiceName(named) && this.#options[named] === undefined;
    return isUnknown ? `config.${WORKFLOW_KEY}: expected embedded, found ${named}: ${noMistral}` : null;
  }

  /**
   * An execution for a page, which does not wait long for it.
   */
  async show(name: WorkflowServiceName, id: string, owner: Session): Promise<ShownExecution> {
    // What it says names what is asked for: each owner gets their own.
    const asked = `${name} ${owner.project} ${owner.user}`;
    const unanswered = this.#unanswered.get(asked);
    if (unanswered === undefined) return await this.#ask(asked, name, id, owner);
    const { askAgainAt } = unanswered;
    // It was said of the execution that was asked for then.
    const problem = unanswered.problem.replaceAll(unanswered.id, id);
    if (this.#now() >= askAgainAt) {
      this.#putOff(asked, id, problem);
      void this.#ask(asked, name, id, owner);
    }
    return { execution: null, problem };
  }

  /** Never rejects. */
  async #ask(asked: string, name: WorkflowServiceName, id: string, owner: Session): Promise<ShownExecution> {
    try {
      const execution = await this.find(name)?.get(id, owner, AbortSignal.timeout(PAGE_WAIT_MS));
      this.#unanswered.delete(asked);
      return { execution: execution ?? null, problem: null };
    } catch (error) {
      const problem = error instanceof CoppiceError ? error.message : `the ${name} service does not answer`;
      this.#putOff(asked, id, problem);
      return { execution: null, problem };
    }
  }

  #putOff(asked: string, id: string, problem: string): void {
    this.#unanswered.set(asked, { id, problem, askAgainAt: this.#now() + ASK_AGAIN_MS });
  }
}

/** What is missing, and what ends it. */
export const noMistral =
  'this server knows no Mistral: its operator starts it with --workflow mistral, or sets workflows.url';
