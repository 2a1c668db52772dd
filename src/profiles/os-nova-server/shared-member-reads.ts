/** Reads of members of load balancer pools that many probes share: one request for each pool. */
import type { OctaviaClient, PoolMember } from '../../openstack/octavia-client.ts';
import { SharedCalls, type CallsExpected } from '../shared-calls.ts';

/** The members of a pool, or why they could not be seen. */
type Outcome = { readonly members: readonly PoolMember[] } | { readonly error: unknown };

export class SharedMemberReads {
  readonly #octavia: Pick<OctaviaClient, 'listMembers'>;
  readonly #calls: SharedCalls<string, ReadonlyMap<string, Outcome>>;

  constructor(octavia: Pick<OctaviaClient, 'listMembers'>, moreCalls?: CallsExpected) {
    this.#octavia = octavia;
    this.#calls = new SharedCalls({
      run: (pools, signal) => this.#read(new Set(pools), signal),
      ...(moreCalls === undefined ? {} : { moreCalls }),
    });
  }

  /** As they are after this call. @throws CloudError 404 where there is no such pool; the signal's reason. */
  async get(pool: string, signal: AbortSignal): Promise<readonly PoolMember[]> {
    const outcome = (await this.#calls.call(pool, signal)).get(pool);
    if (outcome === undefined) throw new Error(`pool ${pool} was not asked for`);
    if ('error' in outcome) throw outcome.error;
    return outcome.members;
  }

  async #read(pools: ReadonlySet<string>, signal: AbortSignal): Promise<ReadonlyMap<string, Outcome>> {
    const outcomes = [...pools].map(async (pool): Promise<readonly [string, Outcome]> => {
      try {
        return [pool, { members: await this.#octavia.listMembers(pool, { signal }, 0) }];
      } catch (error) {
        return [pool, { error }];
      }
    });
    return new Map(await Promise.all(outcomes));
  }
}
