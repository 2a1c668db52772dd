/** What is wrong with the cloud of this Coppice: for all clusters whose nodes are in it, once. */
import type { CloudHost } from '../domain/cloud-state.ts';
import type { ExplainedCloud, HostForcedDown } from '../recovery/explain-cloud.ts';
import { forcedDownHosts, forgetForcedDownHosts } from '../store/forced-down-hosts.ts';
import type { Store } from '../store/store.ts';
import type { RequestTools } from './request-tools.ts';

/** What was written down so recently may be on its way to Nova. */
const IN_FLIGHT_MS = 10 * 60_000;

/** null: this Coppice works with no cloud. */
export async function cloudReport({ cloud, store, now }: RequestTools): Promise<ExplainedCloud | null> {
  if (cloud === undefined) return null;
  const { outages, credential } = cloud;
  const at = now();
  const isReadable = !outages.some(
    ({ service, region }) => region === null && (service === 'identity' || service === 'compute'),
  );
  const hosts = isReadable ? await cloud.hosts() : null;
  return { outages, credential, hosts, now: at, forcedDown: await stillForcedDown(store, hosts, at) };
}

/** Where Nova cannot be asked nothing is said of them: what is away is said already. */
async function stillForcedDown(
  store: Store,
  hosts: readonly CloudHost[] | null,
  now: number,
): Promise<HostForcedDown[]> {
  if (hosts === null) return [];
  const recorded = await forcedDownHosts(store.db);
  const forced = new Set(hosts.filter(({ isForcedDown }) => isForcedDown).map(({ name }) => name));
  const over = recorded.filter(({ host, forcedAt }) => !forced.has(host) && now - forcedAt > IN_FLIGHT_MS);
  // Else a later time, when an operator forces it down, would be taken for ours.
  if (over.length > 0 && store.writeFailure === undefined)
    await store.write((tx) =>
      forgetForcedDownHosts(
        tx,
        over.map(({ host }) => host),
      ),
    );
  return recorded.filter(({ host }) => forced.has(host));
}
