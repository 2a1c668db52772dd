/**
 * What a name means in the cloud, kept for a few seconds and looked up once for all who need it: a cluster of
 * 200 servers asks for one image, and not 200 times. A name that means nothing, or too much, is not kept.
 */
export interface CachedObject {
  readonly id: string;
}

/** Long enough for the burst of one cluster, too short for a renamed image to be missed. */
const KEPT_MS = 10_000;
const KEPT_NAMES = 1000;

export class NameCache {
  readonly #now: () => number;
  readonly #keptMs: number;
  readonly #known = new Map<
    string,
    { readonly found: Promise<readonly CachedObject[]>; readonly until: number }
  >();

  constructor(now: () => number = Date.now, keptMs: number = KEPT_MS) {
    this.#now = now;
    this.#keptMs = keptMs;
  }

  /** @param kind of the object, as in `image`. @param find looks it up; its error reaches all who wait. */
  find(
    kind: string,
    name: string,
    find: () => Promise<readonly CachedObject[]>,
  ): Promise<readonly CachedObject[]> {
    const key = `${kind} ${name}`;
    const known = this.#known.get(key);
    if (known !== undefined && this.#now() < known.until) return known.found;
    if (this.#known.size >= KEPT_NAMES) this.#known.clear();
    const found = find();
    this.#known.set(key, { found, until: this.#now() + this.#keptMs });
    const forget = (): void => void this.#known.delete(key);
    found.then((objects) => (objects.length === 1 ? undefined : forget()), forget);
    return found;
  }
}
