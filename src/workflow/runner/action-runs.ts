/**
 * Runs performed actions in this process, a limited number at a time. Each runs until it ends, is cancelled,
 * or the process stops.
 */
import { raised, type ActionOutcome } from '../actions/action-type.ts';
import type { ActionRegistry } from '../actions/registry.ts';
import { isPure } from '../actions/action-type.ts';
import type { PerformedCall } from './step-batch.ts';

export interface ActionRunsOptions {
  readonly registry: ActionRegistry;
  readonly concurrency: number;
  /** Never rejects; not called for an action that was cancelled, or when the process stops. */
  readonly ended: (performed: PerformedCall, outcome: ActionOutcome) => Promise<void>;
}

export class ActionRuns {
  readonly #options: ActionRunsOptions;
  #waiting: PerformedCall[] = [];
  readonly #running = new Map<string, AbortController>();
  readonly #done = new Set<Promise<void>>();
  #stopping = false;

  constructor(options: ActionRunsOptions) {
    this.#options = options;
  }

  start(performed: PerformedCall): void {
    if (this.#stopping) return;
    this.#waiting.push(performed);
    this.#next();
  }

  cancel(actionId: string): void {
    this.#waiting = this.#waiting.filter(({ call }) => call.id !== actionId);
    this.#running.get(actionId)?.abort(new Error('cancelled'));
  }

  /** Aborts running actions; they run again at the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#waiting = [];
    for (const controller of this.#running.values()) controller.abort(new Error('stopping'));
    await Promise.all(this.#done);
  }

  #next(): void {
    while (this.#running.size < this.#options.concurrency) {
      const performed = this.#waiting.shift();
      if (performed === undefined) return;
      const controller = new AbortController();
      this.#running.set(performed.call.id, controller);
      const done = this.#run(performed, controller.signal).finally(() => {
        this.#running.delete(performed.call.id);
        this.#done.delete(done);
        this.#next();
      });
      this.#done.add(done);
    }
  }

  async #run(performed: PerformedCall, signal: AbortSignal): Promise<void> {
    const outcome = await this.#perform(performed, signal);
    if (!signal.aborted) await this.#options.ended(performed, outcome);
  }

  async #perform({ action: name, call }: PerformedCall, signal: AbortSignal): Promise<ActionOutcome> {
    const action = this.#options.registry.find(name);
    if (action === undefined) return raised(name, call, 'This version of Coppice has no such action.');
    try {
      return isPure(action) ? action.evaluate(call) : await action.perform(call, signal);
    } catch (error) {
      return raised(name, call, error instanceof Error ? error.message : String(error));
    }
  }
}
