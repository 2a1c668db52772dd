/**
 * LIFECYCLE_EVENTS of processes: one has ended, or was stopped or continued by a signal. The system reports
 * only the end, and only to the parent: what this run of Coppice started is noticed at once, all else by a
 * check at its entry every second, which costs no more than a read of /proc. It follows what the operations
 * started and what was probed, so that the nodes need not be read for it.
 */
import { yieldToEventLoop } from '../../event-loop.ts';
import type { EventListener } from '../node-events.ts';
import { findProcess } from './identity.ts';
import type { ProcessIdentity } from './identity.ts';
import type { ProcessEntry, ProcessTable } from './process-table.ts';

type State = ProcessEntry['state'];

interface Followed {
  readonly identity: ProcessIdentity;
  state: State;
}

export class LifeEvents {
  readonly #table: ProcessTable;
  readonly #everyMs: number;
  readonly #listeners = new Set<EventListener>();
  /** By node. */
  readonly #followed = new Map<string, Followed>();
  #timer: NodeJS.Timeout | undefined;
  #checking = false;

  constructor(table: ProcessTable, everyMs: number) {
    this.#table = table;
    this.#everyMs = everyMs;
  }

  listen(listener: EventListener): { stop(): void } {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => void this.#checkProcesses(), this.#everyMs).unref();
    return { stop: () => this.#forget(listener) };
  }

  /** From now on this is the node's process. */
  follow(nodeId: string, identity: ProcessIdentity): void {
    if (this.#listeners.size === 0) return;
    const state = this.#stateOf(identity, 'running');
    if (state === 'ended') this.#followed.delete(nodeId);
    else this.#followed.set(nodeId, { identity, state });
  }

  /** For a child of ours, whose end the system reports. */
  ended(nodeId: string, pid: number): void {
    if (this.#followed.get(nodeId)?.identity.pid !== pid) return;
    this.#followed.delete(nodeId);
    this.#emit(nodeId);
  }

  async #checkProcesses(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    for (const [nodeId, followed] of this.#followed) {
      await yieldToEventLoop();
      this.#checkProcess(nodeId, followed);
    }
    this.#checking = false;
  }

  #checkProcess(nodeId: string, followed: Followed): void {
    // It may have been replaced while others were read.
    if (this.#followed.get(nodeId) !== followed) return;
    const before = followed.state;
    followed.state = this.#stateOf(followed.identity, before);
    if (followed.state === before) return;
    if (followed.state === 'ended') this.#followed.delete(nodeId);
    this.#emit(nodeId);
  }

  /** Where it cannot be seen nothing is known to have changed: the next round says what cannot be seen. */
  #stateOf(identity: ProcessIdentity, before: State): State {
    try {
      return findProcess(this.#table, identity)?.state ?? 'ended';
    } catch {
      return before;
    }
  }

  #emit(nodeId: string): void {
    for (const listener of this.#listeners) void listener.changed({ nodeId });
  }

  #forget(listener: EventListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#followed.clear();
  }
}
