/**
 * Which failed nodes of a cluster were stopped by users of their cloud, asked before a round of healing where
 * the policy leaves those alone. What was answered is kept for a while: a round comes every ten seconds as
 * long as a recovery is held, and the answer changes when the node runs again, which a probe sees.
 */
import { loadManagedNode, type ProfileTools } from '../clusters/managed-node.ts';
import type { HealthPolicy } from '../domain/health-policy.ts';
import type { HealthRecord } from '../domain/health-record.ts';
import type { UserStop } from '../domain/user-stop.ts';
import type { Store } from '../store/store.ts';

export interface UserStopsOptions extends ProfileTools {
  readonly store: Pick<Store, 'db' | 'secrets'>;
  readonly recordOf: (nodeId: string) => HealthRecord | undefined;
  readonly now: () => number;
}

interface Answer {
  /** Of the failure that it is about. */
  readonly failedAt: number | null;
  readonly askedAt: number;
  readonly stop: UserStop | null;
}

const KEPT_MS = 60_000;
const ASK_MS = 10_000;
/** Of a node that was deleted or is in ERROR it makes no difference who did what. */
const stopped: ReadonlySet<string> = new Set(['SERVER_STOPPED', 'SERVER_PAUSED']);

export class UserStops {
  readonly #options: UserStopsOptions;
  readonly #answers = new Map<string, Answer>();

  constructor(options: UserStopsOptions) {
    this.#options = options;
  }

  /** As last answered. */
  get known(): ReadonlyMap<string, UserStop> {
    return new Map(
      [...this.#answers].flatMap(([id, { stop }]) => (stop === null ? [] : [[id, stop] as const])),
    );
  }

  /** @param nodeIds of the nodes of a cluster that have failed. */
  async ask(policy: HealthPolicy, nodeIds: readonly string[]): Promise<ReadonlyMap<string, UserStop>> {
    if (policy.safety.stoppedByUser !== 'HOLD') return new Map();
    const found = await Promise.all(nodeIds.map(async (id) => [id, await this.#answerFor(id)] as const));
    return new Map(found.flatMap(([id, stop]) => (stop === null ? [] : [[id, stop] as const])));
  }

  /** Of all others nothing is kept. */
  retain(isFailed: (nodeId: string) => boolean): void {
    for (const id of this.#answers.keys()) if (!isFailed(id)) this.#answers.delete(id);
  }

  async #answerFor(nodeId: string): Promise<UserStop | null> {
    const { recordOf, now } = this.#options;
    const record = recordOf(nodeId);
    if (record === undefined || !stopped.has(record.failure?.class ?? '')) return null;
    const { failedAt } = record;
    const known = this.#answers.get(nodeId);
    if (known !== undefined && known.failedAt === failedAt && now() - known.askedAt < KEPT_MS)
      return known.stop;
    const stop = await this.#askCloud(nodeId);
    this.#answers.set(nodeId, { failedAt, askedAt: now(), stop });
    return stop;
  }

  /** A cloud that does not say who stopped the node is no reason to start it against the will of a user. */
  async #askCloud(nodeId: string): Promise<UserStop | null> {
    try {
      const { type, facts } = await loadManagedNode(this.#options, nodeId);
      return (await type.stoppedByUser?.(facts, AbortSignal.timeout(ASK_MS))) ?? null;
    } catch (error) {
      return {
        why: `whether a user has stopped it cannot be seen: ${(error as Error).message}`,
        ends: 'it is asked again every minute',
      };
    }
  }
}
