/** What is wrong with the cloud of this Coppice: for all clusters whose nodes are in it, once. */
import { hostsIn } from '../clusters/regions-without-host.ts';
import type { ExplainedCloud, HostForcedDown } from '../recovery/explain-cloud.ts';
import { forcedDownHosts, forgetForcedDownHosts } from '../store/forced-down-hosts.ts';
import type { Store } from '../store/store.ts';
import type { CloudView, RequestTools } from './request-tools.ts';

/** What was written down so recently may be on its way to Nova. */
const IN_FLIGHT_MS = 10 * 60_000;

/** null: this Coppice works with no cloud. */
export async function cloudReport({ cloud, store, now }: RequestTools): Promise<ExplainedCloud | null> {
  if (cloud === undefined) return null;
  const { outages, credential, notifications } = cloud;
  const at = now();
  const hosts = await hostsIn(cloud, null);
  const forcedDown = await stillForcedDown(store, cloud, at);
  return { outages, credential, notifications, hosts, now: at, forcedDown };
}

/** Where Nova cannot be asked nothing is said of them: what is away is said already. */
async function stillForcedDown(store: Store, cloud: CloudView, now: number): Promise<HostForcedDown[]> {
  const recorded = await forcedDownHosts(store.db);
  const standing: HostForcedDown[] = [];
  const over: HostForcedDown[] = [];
  for (const [region, ours] of Map.groupBy(recorded, (one) => one.region)) {
    const hosts = await hostsIn(cloud, region === cloud.region ? null : region);
    if (hosts === null) continue;
    const forced = new Set(hosts.filter(({ isForcedDown }) => isForcedDown).map(({ name }) => name));
    standing.push(...ours.filter(({ host }) => forced.has(host)));
    over.push(...ours.filter(({ host, forcedAt }) => !forced.has(host) && now - forcedAt > IN_FLIGHT_MS));
  }
  // Else a later time, when an operator forces it down, would be taken for ours.
  if (over.length > 0 && store.writeFailure === undefined)
    await store.write((tx) => forgetForcedDownHosts(tx, over));
  return standing;
}
