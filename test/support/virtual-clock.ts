/**
 * The time of this process, in a test's hand: `setTimeout` (also of node:timers/promises), `Date.now`,
 * `performance.now`, `AbortSignal.timeout` and `randomUUID` of everything that runs, so that the real engine
 * and the real healer live through an hour in a second, and twice the same.
 *
 * Between two timers everything that can continue continues: all that runs is promises and a database that
 * answers at once. What belongs to the outside world (a reboot under way) is not the process's: it continues
 * when the process is killed.
 */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { performance } from 'node:perf_hooks';
import timersPromises from 'node:timers/promises';

interface Timer {
  at: number;
  readonly order: number;
  readonly every: number | null;
  readonly isOutside: boolean;
  readonly run: () => void;
}

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  pause: timersPromises.setTimeout,
  now: Date.now,
  timeout: Object.getOwnPropertyDescriptor(AbortSignal, 'timeout')?.value as unknown,
  randomUUID: Object.getOwnPropertyDescriptor(crypto, 'randomUUID')?.value as unknown,
};
const turn = globalThis.setImmediate;

/** More says that something turns for ever, and needs no time for it. */
const mostTurns = 100_000;

/** As long as it is installed, nothing else of this process may need the time. */
export class VirtualClock {
  readonly epoch: number;
  #now = 0;
  /** By how much the wall clock was set forward. */
  #shift = 0;
  #timers = new Set<Timer>();
  #orders = 0;
  #ids = 0;
  #turnsAsked = 0;

  constructor(epoch = Date.UTC(2026, 0, 1)) {
    this.epoch = epoch;
  }

  /** Milliseconds since the test began; never set. */
  get now(): number {
    return this.#now;
  }

  get wall(): number {
    return this.epoch + this.#now + this.#shift;
  }

  install(): void {
    const start = (every: boolean) => (run: () => void, ms?: number) => this.#add(run, ms ?? 0, every, false);
    const stop = (timer: unknown) => void this.#timers.delete(timer as Timer);
    Object.assign(globalThis, {
      setTimeout: start(false),
      setInterval: start(true),
      clearTimeout: stop,
      clearInterval: stop,
      setImmediate: (...args: Parameters<typeof turn>) => {
        this.#turnsAsked += 1;
        return turn(...args);
      },
    });
    Object.assign(timersPromises, { setTimeout: this.#pause });
    Object.assign(Date, { now: () => this.wall });
    Object.assign(performance, { now: () => this.#now });
    Object.assign(AbortSignal, { timeout: (ms: number) => this.#timeout(ms) });
    Object.assign(crypto, { randomUUID: () => this.#uuid() });
    syncBuiltinESMExports();
  }

  uninstall(): void {
    const { setTimeout, setInterval, clearTimeout, clearInterval } = real;
    const setImmediate = turn;
    Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval, setImmediate });
    Object.assign(timersPromises, { setTimeout: real.pause });
    Object.assign(Date, { now: real.now });
    Reflect.deleteProperty(performance, 'now');
    Object.assign(AbortSignal, { timeout: real.timeout });
    Object.assign(crypto, { randomUUID: real.randomUUID });
    syncBuiltinESMExports();
  }

  /** Runs `then` after a time in which the process may die. */
  outside(ms: number, then: () => void): void {
    this.#add(then, ms, false, true);
  }

  /** What a killed process leaves of its timers: nothing. */
  dropTimersOfProcess(): void {
    for (const timer of this.#timers) if (!timer.isOutside) this.#timers.delete(timer);
  }

  /** The wall clock jumps; timers keep their distance. */
  setWall(changeMs: number): void {
    this.#shift += changeMs;
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      this.#now = Math.max(this.#now, timer.at);
      if (timer.every === null) this.#timers.delete(timer);
      else timer.at += timer.every;
      timer.run();
      await this.settle();
    }
    this.#now = end;
  }

  /**
   * Until nothing more can happen without time passing: what runs may ask for turns of the event loop (each
   * commit does), and continues in them.
   */
  async settle(): Promise<void> {
    for (let calm = 0, turns = 0; calm < 3 && turns < mostTurns; turns += 1) {
      const asked = this.#turnsAsked;
      await new Promise<void>((resolve) => void turn(resolve));
      calm = this.#turnsAsked === asked ? calm + 1 : 0;
    }
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at > end) continue;
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order))
        next = timer;
    }
    return next;
  }

  #add(run: () => void, ms: number, isRepeated: boolean, isOutside: boolean): Timer {
    const wait = Math.max(isOutside ? 0 : 1, ms);
    this.#orders += 1;
    const timer = {
      at: this.#now + wait,
      order: this.#orders,
      every: isRepeated ? wait : null,
      isOutside,
      run,
      unref: () => timer,
      ref: () => timer,
    };
    this.#timers.add(timer);
    return timer;
  }

  readonly #pause = (ms?: number, value?: unknown, options?: { signal?: AbortSignal }): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const signal = options?.signal;
      const onAbort = (): void => {
        this.#timers.delete(timer);
        reject(new DOMException('The operation was aborted', 'AbortError'));
      };
      const run = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve(value);
      };
      const timer = this.#add(run, ms ?? 0, false, false);
      if (signal?.aborted === true) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    });

  #timeout(ms: number): AbortSignal {
    const controller = new AbortController();
    const error = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    this.#add(() => controller.abort(error), ms, false, false);
    return controller.signal;
  }

  #uuid(): string {
    this.#ids += 1;
    const digest = crypto.createHash('sha1').update(String(this.#ids)).digest('hex');
    return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
  }
}
