/**
 * Which failed nodes of a cluster were stopped by users of their cloud, asked before a round of healing where
 * the policy leaves those alone, and where a user asks what is done about them, in a process that heals or
 * not. What was answered is kept for a while: a round comes every ten seconds as long as a recovery is held,
 * and the answer changes when the node runs again, which a probe sees.
 */
import { loadManagedNode, type ProfileTools } from '../clusters/managed-node.ts';
import type { HealthPolicy } from '../domain/health-policy.ts';
import type { HealthRecord } from '../domain/health-record.ts';
import type { UserStop } from '../domain/user-stop.ts';
import { recoveryRanAt } from '../store/recoveries.ts';
import type { Store } from '../store/store.ts';

export interface UserStopsOptions extends ProfileTools {
  readonly store: Pick<Store, 'db' | 'secrets'>;
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

  /**
   * @param records of the nodes of a cluster, by id; those that have not failed are left out.
   * @param limitMs for the cloud to answer.
   */
  async ask(
    policy: HealthPolicy,
    records: ReadonlyMap<string, HealthRecord>,
    limitMs = ASK_MS,
  ): Promise<ReadonlyMap<string, UserStop>> {
    if (policy.safety.stoppedByUser !== 'HOLD') return new Map();
    this.#forgetOld();
    const found = await Promise.all(
      [...records].map(async ([id, record]) => [id, await this.#answerFor(id, record, limitMs)] as const),
    );
    return new Map(found.flatMap(([id, stop]) => (stop === null ? [] : [[id, stop] as const])));
  }

  #forgetOld(): void {
    const now = this.#options.now();
    for (const [id, { askedAt }] of this.#answers) if (now - askedAt >= KEPT_MS) this.#answers.delete(id);
  }

  async #answerFor(
    nodeId: string,
    { state, failure, failedAt }: HealthRecord,
    limitMs: number,
  ): Promise<UserStop | null> {
    if (state !== 'FAILED' || !stopped.has(failure?.class ?? '')) return null;
    const known = this.#answers.get(nodeId);
    if (known !== undefined && known.failedAt === failedAt) return known.stop;
    try {
      const stop = await this.#askCloud(nodeId, limitMs);
      this.#answers.set(nodeId, { failedAt, askedAt: this.#options.now(), stop });
      return stop;
    } catch (error) {
      // A cloud that does not say who stopped the node is no reason to start it against the will of a user.
      return {
        why: `whether a user has stopped it cannot be seen: ${(error as Error).message}`,
        ends: 'it is asked again at each round of healing',
        at: null,
      };
    }
  }

  async #askCloud(nodeId: string, limitMs: number): Promise<UserStop | null> {
    const { type, facts } = await loadManagedNode(this.#options, nodeId);
    const stop = (await type.stoppedByUser?.(facts, AbortSignal.timeout(limitMs))) ?? null;
    if (stop === null || stop.at === null) return stop;
    // A workflow of the recovery has stopped it, with the rights of the same user.
    const isOwn = await recoveryRanAt(this.#options.store.db, nodeId, stop.at);
    return isOwn ? null : stop;
  }
}
