/**
 * Every change of a server, stack or load balancer, with begin and end as the cloud saw them: so that a test
 * can prove that none was changed twice at once, or created twice. The cloud is the witness, not its client.
 */

export interface Mutation {
  /** The id of the server, stack, or part of a load balancer. */
  readonly server_id: string;
  /** `create`, `delete`, `reboot`, ...; `create-member`, ... */
  readonly operation: string;
  /** Milliseconds since 1970. */
  readonly began_at: number;
  /** null: it is under way. */
  ended_at: number | null;
  /** Of the request that began it. */
  readonly request_id: string;
  /** The host on which the server was then; absent: none. */
  readonly host?: string;
  /** The name and the metadata that a `create` gave: who it was created for. */
  readonly name?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The oldest are dropped: a soak test must not fill the memory. */
const KEPT = 200_000;

export class MutationLog {
  readonly #now: () => number;
  #mutations: Mutation[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns ends it. */
  begin(mutation: Omit<Mutation, 'began_at' | 'ended_at'>): () => void {
    const entry: Mutation = { ...mutation, began_at: this.#now(), ended_at: null };
    this.#mutations.push(entry);
    if (this.#mutations.length > 2 * KEPT) this.#mutations = this.#mutations.slice(-KEPT);
    return () => {
      entry.ended_at ??= this.#now();
    };
  }

  get all(): readonly Mutation[] {
    return this.#mutations;
  }

  clear(): void {
    this.#mutations = this.#mutations.filter(({ ended_at }) => ended_at === null);
  }
}

/**
 * Two changes of one server at the same time, in words; empty: there are none. A deletion may break off a
 * creation: that is how one is cancelled.
 * @param isOver whether a change that has not ended could do nothing any more at this time, since its host
 * was down.
 */
export function overlappingMutations(
  mutations: readonly Mutation[],
  isOver: (mutation: Mutation, at: number) => boolean = () => false,
): string[] {
  const byServer = Map.groupBy(mutations, ({ server_id: id }) => id);
  return [...byServer.values()].flatMap((own) =>
    own.flatMap((first, index) =>
      own
        .slice(index + 1)
        .filter((second) => second.began_at < (first.ended_at ?? Infinity))
        .filter((second) => !(first.operation === 'create' && second.operation === 'delete'))
        .filter((second) => !isOver(first, second.began_at))
        .map(
          (second) =>
            `server ${first.server_id} was changed twice at once: ${first.operation} and ${second.operation}`,
        ),
    ),
  );
}
