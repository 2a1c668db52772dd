/**
 * The hosts of a cloud as an operator is told of them: read when they are asked for, at most once in ten
 * seconds for all callers, and never waited for long. Nova shows them to administrators only.
 */
import type { CloudHost } from '../domain/cloud-state.ts';
import type { NovaClient } from './nova/nova-client.ts';

const FRESH_MS = 10_000;
/** While none can be used: what waits for a host goes on soon after one is up. */
const FRESH_WITHOUT_MS = 2000;
const WAIT_MS = 2000;

export class CloudHosts {
  readonly #nova: Pick<NovaClient, 'listComputeServices'>;
  readonly #now: () => number;
  #read: { readonly at: number; readonly hosts: Promise<readonly CloudHost[] | null> } | undefined;
  #freshMs = FRESH_MS;

  constructor(nova: Pick<NovaClient, 'listComputeServices'>, now: () => number = Date.now) {
    this.#nova = nova;
    this.#now = now;
  }

  /** null: they are not shown to the credential, or could not be read in time. */
  async read(): Promise<readonly CloudHost[] | null> {
    const now = this.#now();
    // A clock that was set back makes nothing fresh for longer.
    if (this.#read === undefined || Math.abs(now - this.#read.at) > this.#freshMs)
      this.#read = { at: now, hosts: this.#list() };
    const hosts = await this.#read.hosts;
    this.#freshMs = hosts?.some(isUsed) === false ? FRESH_WITHOUT_MS : FRESH_MS;
    return hosts;
  }

  async #list(): Promise<readonly CloudHost[] | null> {
    try {
      const services = await this.#nova.listComputeServices({ signal: AbortSignal.timeout(WAIT_MS) }, 0);
      return services.map(({ host, zone, state, forced_down: isForcedDown, status }) => ({
        name: host,
        zone,
        isUp: state === 'up',
        isForcedDown,
        isDisabled: status === 'disabled',
      }));
    } catch {
      return null;
    }
  }
}

function isUsed({ isUp, isForcedDown, isDisabled }: CloudHost): boolean {
  return isUp && !isForcedDown && !isDisabled;
}
