/**
 * Events as probes: an event names what may have changed, and the nodes it is about are probed at once.
 *
 *     event ──ids of servers, gathered for a moment──> nodes (one query) ──wanted──> probe ──> recorded
 *
 * A cloud has servers of many projects, of which few are nodes, and reports each change several times: what
 * is gathered costs one query and one probe of each node. An event is done with when what the probe found is
 * recorded; a database that takes nothing is tried again for as long as that lasts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { yieldToEventLoop } from '../event-loop.ts';

export interface EventProbesOptions {
  /** The nodes that stand for these, by what they stand for; what stands for no node is left out. */
  readonly nodesOf: (physicalIds: readonly string[]) => Promise<ReadonlyMap<string, readonly string[]>>;
  /** Whether events of a node lead to a probe. */
  readonly isWanted: (nodeId: string) => boolean;
  /** Begins a probe. @returns false: what it found could not be recorded. */
  readonly probe: (nodeId: string) => Promise<boolean>;
  /** Probes that share requests are about to begin; what it returns is called when they have. */
  readonly expectProbes: () => () => void;
  readonly log: { error(details: object, message: string): void };
  /** Milliseconds. */
  readonly gatherMs?: number;
  readonly tryAgainMs?: number;
}

/**
 * Nova reports the end of an action in two formats, and the change of the state before it: all within some
 * ten milliseconds.
 */
const GATHER_MS = 200;
const TRY_AGAIN_MS = 5000;
/** Between so many begins of probes the event loop attends to other work. */
const BEGUN_AT_ONCE = 500;

interface Gathering {
  readonly physicalIds: Set<string>;
  /** Of each of the ids that stands for nodes: done when all of them are. */
  readonly done: Promise<ReadonlyMap<string, Promise<void>>>;
}

export class EventProbes {
  readonly #options: EventProbesOptions;
  readonly #stop = new AbortController();
  #gathering: Gathering | undefined;

  constructor(options: EventProbesOptions) {
    this.#options = options;
  }

  /** What stands for a node has changed. Resolves as `EventListener.changed`. */
  async changedPhysical(physicalId: string): Promise<void> {
    const gathering = (this.#gathering ??= this.#gather());
    gathering.physicalIds.add(physicalId);
    await (await gathering.done).get(physicalId);
  }

  /** Each of them that is wanted is probed. Resolves as `EventListener.changed`. */
  async probe(nodeIds: Iterable<string>): Promise<void> {
    const begun = this.#options.expectProbes();
    const probes: Promise<void>[] = [];
    try {
      for (const nodeId of nodeIds) {
        if (probes.length % BEGUN_AT_ONCE === BEGUN_AT_ONCE - 1) await yieldToEventLoop();
        if (this.#options.isWanted(nodeId)) probes.push(this.#probeUntilRecorded(nodeId));
      }
    } finally {
      begun();
    }
    await Promise.all(probes);
  }

  stop(): void {
    this.#stop.abort();
  }

  #gather(): Gathering {
    const physicalIds = new Set<string>();
    const { gatherMs = GATHER_MS } = this.#options;
    const done = delay(gatherMs).then(async () => {
      this.#gathering = undefined;
      return await this.#probePhysical([...physicalIds]);
    });
    return { physicalIds, done };
  }

  async #probePhysical(physicalIds: readonly string[]): Promise<ReadonlyMap<string, Promise<void>>> {
    const nodes = await this.#nodesOf(physicalIds);
    const begun = this.#options.expectProbes();
    const probes = new Map([...nodes].map(([id, nodeIds]) => [id, this.probe(nodeIds)] as const));
    begun();
    return probes;
  }

  /** None after a stop: then the database is not read any more. */
  async #nodesOf(physicalIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const { signal } = this.#stop;
    const { nodesOf, log, tryAgainMs = TRY_AGAIN_MS } = this.#options;
    while (!signal.aborted) {
      try {
        return await nodesOf(physicalIds);
      } catch (error) {
        log.error({ err: error }, 'which nodes events are about could not be read; it is tried again');
        await delay(tryAgainMs, undefined, { signal }).catch(() => undefined);
      }
    }
    return new Map();
  }

  async #probeUntilRecorded(nodeId: string): Promise<void> {
    const { signal } = this.#stop;
    const { probe, isWanted, tryAgainMs = TRY_AGAIN_MS } = this.#options;
    while (!signal.aborted && isWanted(nodeId) && !(await probe(nodeId)))
      await delay(tryAgainMs, undefined, { signal }).catch(() => undefined);
  }
}
