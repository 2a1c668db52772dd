/**
 * Reads of servers that many probes share: a listing of the project, page by page, answers for all of them.
 *
 *     ids asked for at the same time ──few──> one request each
 *                                    ──many──> pages ──not listed──> one request each
 *
 * Paging is not atomic: a server that was created or deleted meanwhile may be missed, so that one which is
 * not listed is asked for by itself before it is said not to exist. A listing that breaks off answers for
 * none.
 */
import { isStatus } from '../../openstack/cloud-error.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NovaClient } from '../../openstack/nova/nova-client.ts';
import type { Server } from '../../openstack/nova/server.ts';
import { SharedCalls, type CallsExpected } from '../shared-calls.ts';

/** What probes need to know of a server: little, since there may be 100,000. */
export interface SeenServer extends Pick<Server, 'id' | 'status' | 'updated' | 'fault'> {
  /** null: it is on none. Absent: the credential is no administrator's. */
  readonly host?: string | null;
  readonly hypervisor?: string | null;
  readonly addresses: readonly string[];
}

/** So few are asked for one by one, whatever the project has. */
const FEW = 5;
/**
 * A server in a listing costs Nova and us about so much of a request for it alone: for the verification of 64
 * recoveries a project of 10,000 servers is not listed.
 */
const LISTED_COST = 1 / 40;
/** Requests for single servers that run at once. */
const SINGLE_AT_ONCE = 10;

/** A server, undefined where Nova has none of this id, or why it could not be seen. */
type Outcome = { readonly server: SeenServer | undefined } | { readonly error: unknown };

export class SharedServerReads {
  readonly #nova: NovaClient;
  readonly #calls: SharedCalls<string, ReadonlyMap<string, Outcome>>;
  /** Of the last listing, in requests for a single server; 0: nothing was listed yet. */
  #listingCost = 0;

  constructor(nova: NovaClient, moreCalls?: CallsExpected) {
    this.#nova = nova;
    this.#calls = new SharedCalls({
      run: (ids, signal) => this.#read(new Set(ids), { signal }),
      ...(moreCalls === undefined ? {} : { moreCalls }),
    });
  }

  /**
   * The server as it is after this call; undefined: Nova has none of this id.
   * @throws CloudError where it could not be seen; the signal's reason.
   */
  async get(id: string, signal: AbortSignal): Promise<SeenServer | undefined> {
    const outcome = (await this.#calls.call(id, signal)).get(id);
    if (outcome === undefined) throw new Error(`server ${id} was not asked for`);
    if ('error' in outcome) throw outcome.error;
    return outcome.server;
  }

  async #read(ids: ReadonlySet<string>, context: CallContext): Promise<ReadonlyMap<string, Outcome>> {
    const outcomes = new Map<string, Outcome>();
    if (ids.size > Math.max(FEW, this.#listingCost)) await this.#list(ids, outcomes, context);
    const left = [...ids].filter((id) => !outcomes.has(id)).values();
    // Each takes the next one as soon as it is free.
    const readers = Array.from({ length: SINGLE_AT_ONCE }, async () => {
      for (const id of left) outcomes.set(id, await this.#show(id, context));
    });
    await Promise.all(readers);
    return outcomes;
  }

  async #list(ids: ReadonlySet<string>, outcomes: Map<string, Outcome>, context: CallContext): Promise<void> {
    let marker: string | undefined;
    let cost = 0;
    do {
      const page = await this.#nova.listServers({ marker }, context, 0);
      cost += 1 + LISTED_COST * page.servers.length;
      for (const server of page.servers)
        if (ids.has(server.id)) outcomes.set(server.id, { server: seen(server) });
      marker = page.next ?? undefined;
    } while (marker !== undefined && outcomes.size < ids.size);
    this.#listingCost = cost;
  }

  async #show(id: string, context: CallContext): Promise<Outcome> {
    try {
      return { server: seen(await this.#nova.getServer(id, context, 0)) };
    } catch (error) {
      return isStatus(error, 404) ? { server: undefined } : { error };
    }
  }
}

/** Of a server as Nova answers it. */
export function seen(server: Server): SeenServer {
  const { id, status, updated, fault, addresses } = server;
  const host = server['OS-EXT-SRV-ATTR:host'];
  const hypervisor = server['OS-EXT-SRV-ATTR:hypervisor_hostname'];
  return {
    id,
    status,
    updated,
    addresses: Object.values(addresses)
      .flat()
      .map(({ addr }) => addr),
    ...(fault === undefined ? {} : { fault }),
    ...(host === undefined ? {} : { host }),
    ...(hypervisor === undefined ? {} : { hypervisor }),
  };
}
