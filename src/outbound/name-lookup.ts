/**
 * Names of hosts, so that names that no server answers for do not hold up the others. Node looks names up on
 * the four threads of its pool, one name a thread, for ten seconds and longer where the name server is
 * silent. Here few are looked up at once, names that were slow the last time only by one of these places, an
 * answer is kept for a few seconds, and equal lookups are done once.
 */
import { lookup } from 'node:dns';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { performance } from 'node:perf_hooks';

type Callback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;
type Resolve = (
  hostname: string,
  options: { all: true; hints?: number },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** One thread of the pool is left for files and the rest. */
const LOOKUPS = 3;
const SLOW_LOOKUPS = 1;
const SLOW_MS = 500;
/**
 * Long enough to spare most look-ups of a round, short enough that a machine with a new address is found
 * soon.
 */
const KEEP_MS = 5000;
const KEPT_NAMES = 20_000;
/** More names than this waiting are never reached within a probe's time. */
const WAITING_NAMES = 5000;

interface Name {
  readonly name: string;
  addresses: LookupAddress[] | null;
  /** When the addresses were found, on the monotonic clock. */
  at: number;
  slow: boolean;
  callbacks: ((error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void)[];
}

export class NameLookup {
  readonly #resolve: Resolve;
  readonly #now: () => number;
  readonly #names = new Map<string, Name>();
  readonly #waiting = { quick: [] as Name[], slow: [] as Name[] };
  readonly #busy = { quick: 0, slow: 0 };

  constructor(resolve: Resolve = lookup, now: () => number = () => performance.now()) {
    this.#resolve = resolve;
    this.#now = now;
  }

  /** In the shape of `dns.lookup`, for the `lookup` option of a request. */
  lookup(hostname: string, options: LookupOptions, callback: Callback): void {
    this.#find(hostname, (error, addresses) => {
      const fitting =
        options.family === 4 || options.family === 6
          ? addresses.filter((one) => one.family === options.family)
          : addresses;
      const first = fitting[0];
      if (error !== null) return callback(error, []);
      if (first === undefined) return callback(coded('ENOTFOUND'), []);
      if (options.all === true) return callback(null, fitting);
      callback(null, first.address, first.family);
    });
  }

  /**
   * Is the answer for this name still to come? Then a probe that is out of time has not seen its node at all.
   */
  isPending(hostname: string): boolean {
    return (this.#names.get(hostname)?.callbacks.length ?? 0) > 0;
  }

  #find(hostname: string, answer: Name['callbacks'][number]): void {
    const name = this.#name(hostname);
    if (name.addresses !== null && this.#now() - name.at < KEEP_MS) return answer(null, name.addresses);
    name.callbacks.push(answer);
    if (name.callbacks.length > 1) return;
    const queue = this.#waiting[name.slow ? 'slow' : 'quick'];
    if (queue.length >= WAITING_NAMES) return finish(name, nameLookupBusy(), []);
    queue.push(name);
    this.#next();
  }

  #name(hostname: string): Name {
    const known = this.#names.get(hostname);
    if (known !== undefined) return known;
    if (this.#names.size >= KEPT_NAMES) this.#forgetOldest();
    const name: Name = { name: hostname, addresses: null, at: 0, slow: false, callbacks: [] };
    this.#names.set(hostname, name);
    return name;
  }

  #forgetOldest(): void {
    for (const [key, name] of this.#names) {
      if (name.callbacks.length === 0) return void this.#names.delete(key);
    }
  }

  #next(): void {
    while (this.#busy.quick + this.#busy.slow < LOOKUPS) {
      const lane = this.#waiting.slow.length > 0 && this.#busy.slow < SLOW_LOOKUPS ? 'slow' : 'quick';
      const name = this.#waiting[lane].shift();
      if (name === undefined) return;
      this.#startLookup(name, lane);
    }
  }

  #startLookup(name: Name, lane: 'quick' | 'slow'): void {
    const since = this.#now();
    this.#busy[lane] += 1;
    this.#resolve(name.name, { all: true }, (error, addresses) => {
      this.#busy[lane] -= 1;
      name.at = this.#now();
      name.slow = name.at - since > SLOW_MS;
      name.addresses = error === null ? addresses : null;
      finish(name, error, addresses);
      this.#next();
    });
  }
}

function finish(name: Name, error: NodeJS.ErrnoException | null, addresses: LookupAddress[]): void {
  const callbacks = name.callbacks;
  name.callbacks = [];
  for (const answer of callbacks) answer(error, addresses ?? []);
}

function coded(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

/** The error of a look-up that never got to an answer, for lack of places or of a name server. */
export function nameLookupBusy(): NodeJS.ErrnoException {
  return coded('NAME_LOOKUP_BUSY');
}
