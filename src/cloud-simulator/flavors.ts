/** Flavors of the simulated cloud; the id of one is its name. */
export interface Flavor {
  readonly id: string;
  readonly vcpus: number;
  /** MiB */
  readonly ram: number;
  /** GiB */
  readonly disk: number;
}

const first: readonly Flavor[] = [
  { id: 'm1.tiny', vcpus: 1, ram: 512, disk: 1 },
  { id: 'm1.small', vcpus: 1, ram: 2048, disk: 20 },
];

export class Flavors {
  readonly #all = new Map(first.map((flavor) => [flavor.id, flavor]));

  get all(): readonly Flavor[] {
    return [...this.#all.values()];
  }

  has(id: string): boolean {
    return this.#all.has(id);
  }

  /** One that was not added is as small as the smallest. */
  get(id: string): Flavor {
    return this.#all.get(id) ?? { id, vcpus: 1, ram: 512, disk: 1 };
  }

  add(flavor: Flavor): void {
    this.#all.set(flavor.id, flavor);
  }

  remove(id: string): void {
    this.#all.delete(id);
  }
}
