/**
 * Keeps the logs of all nodes within their limits. A process can write gigabytes in seconds, and fill the
 * disk that Coppice records on: so the sizes are checked twice a second, a system call each, and much more
 * often while one grows over its limit. What a log can hold beyond its limit is what its process writes from
 * one check to the next.
 */
import { lstatSync } from 'node:fs';
import { yieldToEventLoop } from '../../event-loop.ts';
import type { NodeFacts } from '../profile-type.ts';
import { limitLog } from './log-limit.ts';
import { nodeDirectory } from './node-directory.ts';
import type { NodeDirectory } from './node-directory.ts';
import { specOf } from './spec.ts';

/** 1,000 nodes: about one hundredth of a processor. */
const CHECK_EVERY_MS = 500;
/** After a check that found one over its limit. */
const CHECK_AGAIN_MS = 50;
/** Limits may be changed, nodes go; those that start are followed at once. */
const RELOAD_EVERY_MS = 5000;

interface Followed {
  readonly directory: NodeDirectory;
  readonly limit: number;
}

type LoadNodes = () => Promise<readonly NodeFacts[]>;

export class LogRounds {
  readonly #dataDir: string;
  readonly #everyMs: number;
  /** By the path of the log, until there is none. */
  readonly #followed = new Map<string, Followed>();
  #timer: NodeJS.Timeout | undefined;
  #reloadTimer: NodeJS.Timeout | undefined;
  #checking: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(dataDir: string, everyMs = CHECK_EVERY_MS) {
    this.#dataDir = dataDir;
    this.#everyMs = everyMs;
  }

  /** A process of the node writes to its log from now on. */
  follow(node: NodeFacts): void {
    const directory = nodeDirectory(this.#dataDir, node);
    this.#followed.set(directory.log, { directory, limit: specOf(node.properties).logLimit });
  }

  /** stop() waits for the check that is under way. */
  start(nodes: LoadNodes): { stop(): Promise<void> } {
    this.#isRunning = true;
    this.#reloadTimer = setInterval(() => void this.#reload(nodes), RELOAD_EVERY_MS).unref();
    void this.#reload(nodes);
    this.#checkIn(this.#everyMs);
    return {
      stop: async () => {
        this.#isRunning = false;
        clearInterval(this.#reloadTimer);
        clearTimeout(this.#timer);
        await this.#checking;
      },
    };
  }

  /** While the database does not answer, the nodes are those that were. */
  async #reload(nodes: LoadNodes): Promise<void> {
    for (const node of await nodes().catch(() => [])) this.follow(node);
  }

  #checkIn(milliseconds: number): void {
    this.#timer = setTimeout(() => void (this.#checking = this.#round()), milliseconds).unref();
  }

  async #round(): Promise<void> {
    const isAnyOver = await this.#check();
    if (this.#isRunning) this.#checkIn(isAnyOver ? Math.min(CHECK_AGAIN_MS, this.#everyMs) : this.#everyMs);
  }

  /**
   * A log that cannot be shortened (its node was removed meanwhile, the disk is full) is no reason to leave
   * the others.
   * @returns whether one was over its limit.
   */
  async #check(): Promise<boolean> {
    let isAnyOver = false;
    for (const [path, { directory, limit }] of this.#followed) {
      await yieldToEventLoop();
      const size = sizeOf(path);
      if (size === undefined) this.#followed.delete(path);
      else if (size > limit / 2 && (await limitLog(directory, limit).catch(() => false))) isAnyOver = true;
    }
    return isAnyOver;
  }
}

/** undefined: there is none, or it cannot be seen. */
function sizeOf(path: string): number | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.size;
  } catch {
    return undefined;
  }
}
