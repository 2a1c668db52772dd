/**
 * The cloud in sentences, as `explain-cluster.ts` does it for a cluster: what is wrong with all that is in
 * it, and what an operator has to do. One line for the cloud, not one for each cluster or node. Pure.
 */
import type { CloudHost, CloudOutage, CloudState } from '../domain/cloud-state.ts';
import { duration } from '../domain/duration.ts';
import { hasNoHost, hostsInWords, whyNotUsed } from './cloud-hosts.ts';
import type { ClusterExplanation } from './explain-cluster.ts';
import type { CloudTrouble } from './explained-cluster.ts';
import { explainNotifications } from './explain-notifications.ts';
import { longOutageMs, mostNodes, taskOfSteps, type OperatorTask } from './operator-task.ts';
import { requiredFirst } from './operator-tasks.ts';
import { usableAgain } from './unused-hosts.ts';

/** A host that EVACUATE has forced down, and that is so still. */
export interface HostForcedDown {
  readonly host: string;
  /** null: that in which Coppice works. */
  readonly region: string | null;
  readonly nodeName: string;
  readonly forcedAt: number;
}

export interface ExplainedCloud extends CloudState {
  readonly now: number;
  readonly forcedDown: readonly HostForcedDown[];
}

/** Of what Coppice asks how nodes are; an image service that is away hides none. */
const asked: ReadonlySet<string> = new Set(['identity', 'compute', 'orchestration', 'load-balancer']);

/** The outage for which nodes cannot be probed; null: there is none. */
function blindingOutage({ outages }: Pick<CloudState, 'outages'>): CloudOutage | null {
  return outages.find(({ service }) => asked.has(service)) ?? null;
}

/** A service that is away in a region hides the nodes of that region alone. */
function concerns({ service, region }: CloudOutage, regions: ReadonlySet<string | null>): boolean {
  return service === 'identity' || regions.has(region);
}

/**
 * For a cluster whose nodes are in it; null: nothing of it matters to them.
 * @param regions of the nodes; null: that in which Coppice works where a node has none, with the hosts.
 */
export function cloudTrouble(
  { outages, hosts }: Pick<CloudState, 'outages' | 'hosts'>,
  regions: ReadonlySet<string | null>,
): CloudTrouble | null {
  const outage = blindingOutage({ outages: outages.filter((one) => concerns(one, regions)) });
  const noHost = outage === null && regions.has(null) && hasNoHost(hosts);
  return outage === null && !noHost
    ? null
    : { unseenBecause: outage && outageInBrief(outage), hasNoHost: noHost };
}

function outageInBrief(outage: CloudOutage): string {
  if (outage.kind === 'REFUSED') return "Keystone refuses Coppice's credential";
  return `the cloud is away (${serviceInWords(outage)})`;
}

function serviceInWords({ service, region }: CloudOutage): string {
  if (service === 'identity') return 'Keystone';
  return region === null ? service : `${service} in ${region}`;
}

export function explainCloud(cloud: ExplainedCloud): ClusterExplanation {
  const { outages, notifications, forcedDown, now } = cloud;
  const bus = notifications && explainNotifications(notifications, now);
  const blind = blindingOutage({ outages: outages.filter(({ region }) => region === null) });
  const noHost = blind === null && hasNoHost(cloud.hosts);
  const problems = [
    ...outages.map((outage) => outageProblem(outage, now)),
    ...(bus?.problems ?? []),
    ...(noHost ? [`no compute host is up: ${hostsInWords(cloud.hosts ?? [])}`] : []),
    ...forcedDown.map(
      ({ host, region, nodeName, forcedAt }) =>
        `host ${host}${region === null ? '' : ` in ${region}`} is forced down in Nova: Coppice did so ${duration(now - forcedAt)} ago, for the recovery of ${nodeName}, and Nova places nothing on it`,
    ),
  ];
  const away = outages.filter(({ kind }) => kind === 'AWAY');
  const waiting = [...new Set([...away.map(whatFollows), ...(bus?.waiting ?? [])])].map((reason) => ({
    reason,
    until: null,
  }));
  const operator = [
    ...outages.map((outage) => outageTask(outage, cloud)),
    ...(bus?.operator ?? []),
    ...(noHost ? noHostTasks(cloud.hosts ?? []) : []),
    // Where no host is up, those of this region are among its steps.
    ...forcedDown.flatMap((forced) => (noHost && forced.region === null ? [] : upTask(forced, cloud))),
  ];
  return {
    problems,
    doing: [],
    waiting,
    operator: requiredFirst(operator),
  };
}

/** No node is seen by way of Mistral. */
function whatFollows({ service }: CloudOutage): string {
  const meanwhile =
    service === 'workflow'
      ? 'executions go on there, and recoveries wait for them as long as their steps may take'
      : 'no node that cannot be seen is touched';
  return `${meanwhile}; it is asked every 30 s, and healing goes on by itself when it answers`;
}

function outageProblem(outage: CloudOutage, now: number): string {
  const { kind, url, since, answers } = outage;
  const lasting = `for ${duration(now - since)}`;
  if (kind === 'REFUSED')
    return `Keystone at ${url} has refused the credential of Coppice ${lasting} (${answers}): nothing in the cloud can be probed or recovered`;
  return `${serviceInWords(outage)} at ${url} has been away ${lasting}: ${answers}`;
}

function outageTask({ kind, url, since }: CloudOutage, { now, credential }: ExplainedCloud): OperatorTask {
  if (kind === 'REFUSED') {
    const reason =
      `correct ${credential.where}, then restart Coppice, which reads it when it starts; ` +
      'where it is put right in Keystone instead, no restart is needed; this command tries it';
    return { reason, command: credential.test, required: true };
  }
  const isLong = now - since >= longOutageMs;
  const reason = isLong
    ? `it is away for more than ${duration(longOutageMs)}: see what it answers, and repair it`
    : `what it answers; it needs an operator when it is away for ${duration(longOutageMs)}`;
  return { reason, command: `curl -si ${url}`, required: isLong };
}

function noHostTasks(hosts: readonly CloudHost[]): OperatorTask[] {
  const reason =
    'bring a compute host up: no server can be created, moved or started until then, and a recovery that an operator asks for fails as well';
  const unused = hosts.flatMap((host) => {
    const why = whyNotUsed(host);
    return why === null ? [] : usableAgain({ name: host.name, zone: host.zone, region: null, why });
  });
  const see = {
    command: 'openstack compute service list --service nova-compute',
    text: 'shows all of them; nodes are recovered without a command once one is up',
  };
  return taskOfSteps(reason, [...unused.slice(0, mostNodes), see], true);
}

function upTask({ host, region }: HostForcedDown, { hosts }: ExplainedCloud): OperatorTask {
  const zone = region === null ? (hosts?.find(({ name }) => name === host)?.zone ?? null) : null;
  const { command, text } = usableAgain({ name: host, zone, region, why: 'forced down' });
  return { command, reason: text, required: false };
}
