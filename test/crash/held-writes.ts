/**
 * Stops actions at a write to the database: of each action that is named, the n-th write that it asks for in
 * this life is never begun, and nothing comes after it, until the test kills the process. So one kill ends
 * many recoveries, each at a write of its own.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ActionContext, ActionDefinition } from '../../src/engine/action-context.ts';
import type { Store } from '../../src/store/store.ts';

/** By action id: which of its writes, from 1. */
export type WritesToHold = Readonly<Record<string, number>>;

export class HeldWrites {
  readonly #toHold: WritesToHold;
  /** `held <action>` for each that stands still, `wrote <action> <count>` for each that ended. */
  readonly #report: (line: string) => void;
  /** The action for which the running code runs. */
  readonly #action = new AsyncLocalStorage<string>();
  readonly #writes = new Map<string, number>();

  constructor(toHold: WritesToHold, report: (line: string) => void) {
    this.#toHold = toHold;
    this.#report = report;
  }

  definition(definition: ActionDefinition): ActionDefinition {
    const run: ActionDefinition['run'] = (context) =>
      this.#action.run(context.action.id, () => this.#whole(definition, context));
    return { action: definition.action, run };
  }

  /**
   * The write that ends an action is the engine's: it is held here, where the action has said what it ended
   * with.
   */
  async #whole(definition: ActionDefinition, context: ActionContext): Promise<JsonObject | void> {
    try {
      return await definition.run(context);
    } finally {
      await this.#pass();
      this.#report(`wrote ${context.action.id} ${this.#writes.get(context.action.id)}`);
    }
  }

  /** What gets a notice of an action's write is not the action. */
  store(store: Store): Store {
    return {
      db: store.db,
      location: store.location,
      writeFailure: undefined,
      dataVersion: () => undefined,
      isExclusive: true,
      secrets: store.secrets,
      write: async (work) => {
        await this.#pass();
        return await store.write(work);
      },
      listen: (topic, listener) => store.listen(topic, () => this.#action.exit(listener)),
      onCommitted: (listener) => store.onCommitted((notices) => this.#action.exit(() => listener(notices))),
      isFailure: (error) => store.isFailure(error),
      close: () => store.close(),
    };
  }

  async #pass(): Promise<void> {
    const action = this.#action.getStore();
    if (action === undefined) return;
    const count = (this.#writes.get(action) ?? 0) + 1;
    this.#writes.set(action, count);
    if (this.#toHold[action] !== count) return;
    this.#report(`held ${action}`);
    await new Promise(() => {});
  }
}
