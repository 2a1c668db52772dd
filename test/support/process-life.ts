/**
 * One life of the process that heals: engine and healer over a store, with a cloud and workflows that outlive
 * it. It may be killed.
 */
import { actionEnded, actionStarted } from '../../src/clusters/action-events.ts';
import { http, probe } from './probe.ts';
import { closeAbandonedRecovery } from '../../src/recovery-record/recovery-record.ts';
import { actionDefinitions } from '../../src/actions/registry.ts';
import { Engine } from '../../src/engine/engine.ts';
import { Healer } from '../../src/healing/healer.ts';
import { registryOf } from '../../src/profiles/registry.ts';
import type { Store, Tx } from '../../src/store/store.ts';
import type { NodeHome } from './node-home.ts';
import type { SimulatedWorkflows } from './simulated-workflows.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { testMembership } from './membership.ts';
import type { Membership } from '../../src/membership/membership.ts';
import { WorkflowServices } from '../../src/workflow/workflow-services.ts';

export interface Surroundings {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly cloud: NodeHome;
  readonly workflows: SimulatedWorkflows;
  /** What the process logs as unforeseen. */
  readonly complain: (error: unknown) => void;
}

export class ProcessLife {
  readonly #around: Surroundings;
  readonly #membership: Membership;
  readonly #engine: Engine;
  readonly #healer: Healer;
  readonly #unlisten: (() => void)[] = [];
  /** The write at which it dies, counted from now on; 0: none. */
  #lastWrite = 0;
  #dieBefore = true;
  #isAlive = true;

  constructor(around: Surroundings) {
    this.#around = around;
    const store = this.#mortalStore(around.store);
    const isAlive = (): boolean => this.#isAlive;
    const profileTypes = registryOf([around.cloud.profileType(isAlive)]);
    const workflows = around.workflows.service(isAlive);
    const complain = (error: unknown): void => around.complain(error);
    this.#membership = testMembership(store);
    this.#engine = new Engine({
      store,
      definitions: actionDefinitions({
        store,
        profileTypes,
        workflows: new WorkflowServices({ embedded: workflows }),
        probe,
        clouds: around.cloud.clouds?.(isAlive),
      }),
      membership: this.#membership,
      observer: {
        started: (tx, action) => actionStarted(tx, action, Date.now()),
        async ended(tx, action, ending) {
          await closeAbandonedRecovery(tx, action, ending.reason, Date.now());
          await actionEnded(tx, action, ending, Date.now());
        },
        failed: complain,
      },
    });
    const log = { error: (details: object) => complain(details), info: () => {} };
    const cloud = around.cloud.cloudView;
    this.#healer = new Healer({ store, membership: this.#membership, http, profileTypes, cloud, log });
  }

  async #join(): Promise<void> {
    await this.#membership.join();
    await this.#engine.start();
    await this.#healer.start();
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  async start(): Promise<void> {
    const started = this.#join();
    await this.#around.clock.settle();
    if (this.#isAlive) await started;
  }

  /** SIGKILL: no timer of it fires, no write of it arrives, it asks the outside world for nothing more. */
  kill(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    for (const unlisten of this.#unlisten) unlisten();
    this.#around.clock.dropTimersOfProcess();
  }

  /** The `count`-th of its writes from now on is its last. */
  killAtWrite(count: number, when: 'before' | 'after'): void {
    this.#lastWrite = count;
    this.#dieBefore = when === 'before';
  }

  #mortalStore(store: Store): Store {
    return {
      db: store.db,
      write: (work) => this.#write(store, work),
      listen: (topic, listener) => this.#listening(store.listen(topic, () => this.#isAlive && listener())),
      onCommitted: (listener) => this.#listening(store.onCommitted(listener)),
      location: store.location,
      writeFailure: undefined,
      dataVersion: () => undefined,
      isExclusive: true,
      secrets: store.secrets,
      isFailure: (error) => store.isFailure(error),
      close: () => Promise.resolve(),
    };
  }

  #listening(unlisten: () => void): () => void {
    this.#unlisten.push(unlisten);
    return unlisten;
  }

  async #write<T>(store: Store, work: (tx: Tx) => Promise<T>): Promise<T> {
    const isLast = this.#isAlive && this.#lastWrite > 0 && (this.#lastWrite -= 1) === 0;
    if (isLast && this.#dieBefore) this.kill();
    if (!this.#isAlive) return await new Promise<never>(() => {});
    if (isLast) this.kill();
    const value = await store.write(work);
    return this.#isAlive ? value : await new Promise<never>(() => {});
  }
}
