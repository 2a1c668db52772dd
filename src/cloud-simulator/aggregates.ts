/** Host aggregates of Nova: sets of hosts with metadata. They decide nothing here. */
import { randomUUID } from 'node:crypto';

export interface Aggregate {
  readonly id: number;
  readonly uuid: string;
  name: string;
  zone: string | null;
  hosts: readonly string[];
  metadata: Readonly<Record<string, string>>;
  readonly createdAt: number;
  updatedAt: number | null;
}

export class Aggregates {
  readonly #all = new Map<number, Aggregate>();
  readonly #now: () => number;
  #last = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get all(): readonly Aggregate[] {
    return [...this.#all.values()];
  }

  find(id: string): Aggregate | undefined {
    return this.#all.get(Number(id));
  }

  add(name: string, zone: string | null): Aggregate {
    this.#last += 1;
    const own = { hosts: [], metadata: zone === null ? {} : { availability_zone: zone } };
    const aggregate: Aggregate = {
      id: this.#last,
      uuid: randomUUID(),
      name,
      zone,
      ...own,
      createdAt: this.#now(),
      updatedAt: null,
    };
    this.#all.set(aggregate.id, aggregate);
    return aggregate;
  }

  change(
    aggregate: Aggregate,
    changes: Partial<Pick<Aggregate, 'name' | 'zone' | 'hosts' | 'metadata'>>,
  ): void {
    Object.assign(aggregate, changes, { updatedAt: this.#now() });
  }

  remove({ id }: Aggregate): void {
    this.#all.delete(id);
  }
}
