/**
 * The health of a cluster in sentences: what is wrong, what is being done, what that waits for and until
 * when, and what an operator has to do, with the command. Pure: it knows what the planner and the health
 * record say, and decides nothing.
 */
import { utcSeconds } from '../domain/time-text.ts';
import { duration, withoutDurations } from '../domain/duration.ts';
import { count, namesOf, withoutNumbers } from './describe.ts';
import { answerAlike, sharedAddresses, type SharedAddress } from './answer-alike.ts';
import { explainActions } from './explain-actions.ts';
import type { ExplainedCluster, ExplainedNode } from './explained-cluster.ts';
import type { GateTasks } from './gate-tasks.ts';
import type { Maintenance } from '../domain/maintenance.ts';
import { causeOf } from './node-causes.ts';
import type { OperatorTask } from './operator-task.ts';
import { eachCommandOnce, isUnseen, lostFromPool, operatorTasks, requiredFirst } from './operator-tasks.ts';
import type { Standing } from './standing.ts';
import { isUnrecorded } from './unrecorded.ts';
import { outageInWords, type StandingOutage } from './zone-outage.ts';

export interface ClusterExplanation {
  /** What is wrong; empty: nothing. */
  readonly problems: readonly string[];
  readonly doing: readonly string[];
  readonly waiting: readonly { readonly reason: string; readonly until: number | null }[];
  readonly operator: readonly OperatorTask[];
}

export function explainCluster(cluster: ExplainedCluster, gates?: GateTasks): ClusterExplanation {
  const actions = explainActions(cluster);
  return {
    problems: [...problemsOf(cluster), ...actions.problems],
    doing: doingOf(cluster),
    waiting: [...waitingOf(cluster), ...actions.waiting],
    operator: requiredFirst(eachCommandOnce([...operatorTasks(cluster, gates), ...actions.operator])),
  };
}

function problemsOf(cluster: ExplainedCluster): string[] {
  const { nodes, missing, desired, policy, maintenance } = cluster;
  const broken = nodes.filter((node) => failing.has(node.standing));
  const shared = sharedAddresses(broken).map(sharedInWords);
  const problems = [
    ...cluster.zoneOutages.map(outageProblem),
    // Where that holds the recoveries, what waits says so.
    ...(cluster.cloud?.hasNoHost === true &&
    broken.length > 0 &&
    !cluster.gates.some(({ gate }) => gate === 'no_host')
      ? ['no recovery helps before a compute host of the cloud is up']
      : []),
    ...groupFailures(broken, cluster.now),
    ...shared,
    ...(shared.length === 0 && answerAlike(cluster) ? [alikeInWords(cluster)] : []),
    ...groupUnseen(cluster),
    ...groupOthers(cluster),
  ];
  if (missing > 0)
    problems.push(`${missing} of ${count(desired, 'node')} ${missing === 1 ? 'is' : 'are'} missing`);
  if (policy === null && nodes.length > 0)
    problems.push('no health policy is attached: its nodes are not probed');
  if (policy?.enabled === false)
    problems.push(
      `the health policy ${policy.name} is disabled: its nodes are not probed, and nothing is recovered`,
    );
  // Where nothing is healed, an action pauses nothing.
  if (maintenance !== null && (maintenance.action === undefined || policy?.enabled === true))
    problems.push(`healing is paused ${untilText(maintenance)} (${maintenance.reason})`);
  return problems;
}

function outageProblem(outage: StandingOutage): string {
  const released = outage.releasedAt === null ? '' : '; an operator has released it';
  return `${outageInWords(outage)}${released}`;
}

/** Those whose failure is the problem. */
const failing: ReadonlySet<Standing> = new Set(['FAILED', 'HELD', 'RECOVERING']);

/** `web-1, web-2 failed (PROCESS_EXITED: ...)`: what failed in the same way is written once. */
function groupFailures(nodes: readonly ExplainedNode[], now: number): string[] {
  const groups = groupBy(
    nodes,
    ({ failure, reason }) => `${failure?.class} ${withoutNumbers(failure?.reason ?? reason)}`,
  );
  return groups.map((group) => {
    const { failure, reason } = group[0];
    const cause = exampleOf(group, (node) => node.failure?.reason ?? node.reason);
    const what = failure === null ? reason : `${failure.class}${cause}`;
    return `${namesOf(group)} failed (${what})${lacking(group)}${couldNotCreate(group, now)}${firstFailed(group[0], now)}`;
  });
}

/** A cloud or a network that is away is one problem, however many nodes cannot be probed for it. */
function groupUnseen({ nodes, cloud }: ExplainedCluster): string[] {
  const unseen = nodes.filter(isUnseen);
  const why = cloud?.unseenBecause ?? null;
  if (unseen.length > 0 && why !== null)
    return [
      `${namesOf(unseen)} cannot be probed, and ${unseen.length === 1 ? 'is' : 'are'} left alone: ${why}`,
    ];
  return groupBy(unseen, ({ reason }) => withoutNumbers(reason)).map((group) => {
    const what = isUnrecorded(group[0].reason) ? '' : ' cannot be probed';
    return `${namesOf(group)}${what}${exampleOf(group, ({ reason }) => reason)}`;
  });
}

/**
 * `: it has ended`; where each has its own process, port or server, whose it is: `; web-1: process 17 has
 * ended`.
 */
function exampleOf(group: Group<ExplainedNode>, reasonOf: (node: ExplainedNode) => string): string {
  const [first] = group;
  const isOne = group.every((node) => reasonOf(node) === reasonOf(first));
  return isOne ? `: ${reasonOf(first)}` : `; ${first.name}: ${reasonOf(first)}`;
}

/** What removed the last one could not make a new one: there is nothing that could be repaired. */
function lacking(nodes: readonly ExplainedNode[], isOne = nodes.length === 1): string {
  const [first] = nodes;
  if (first === undefined || nodes.some(({ lacks }) => lacks === null)) return '';
  return `; ${isOne ? 'it has' : 'they have'} no ${first.lacks} now`;
}

/** That none was created says what its creation has failed for, not what the probe says. */
function couldNotCreate(nodes: readonly ExplainedNode[], now: number): string {
  const [first] = nodes.filter(({ notCreated }) => notCreated !== null);
  if (first?.notCreated == null) return '';
  const { at, reason } = first.notCreated;
  const whose = nodes.length === 1 ? 'its creation' : `the creation of ${first.name}`;
  return `; ${whose} failed ${duration(now - at)} ago: ${reason}`;
}

/** A node whose replacement could not be made has lost what it failed with. */
function firstFailed({ firstFailure }: ExplainedNode, now: number): string {
  if (firstFailure === null) return '';
  const { failure, failedAt } = firstFailure;
  return `; it first failed ${duration(now - failedAt)} ago (${failure.class}: ${failure.reason})`;
}

/** Of a node whose recoveries helped, and not for long, the reason of the quarantine says only that. */
function whatFailed(node: ExplainedNode, now: number): string {
  const { firstFailure, failure, quarantine, lacks } = node;
  if (firstFailure !== null) return firstFailed(node, now);
  const isSaid = lacks !== null || failure === null || quarantine?.reason.includes(failure.reason) === true;
  return isSaid ? '' : `; it failed (${failure.class}: ${failure.reason})`;
}

/** What is wrong with a node of which no recovery runs or waits: `was quarantined`, ` 5 min ago (...)`. */
interface NodeProblem {
  readonly name: string;
  readonly one: string;
  /** Of several nodes: `were quarantined`. */
  readonly many: string;
  readonly detail: (isOne: boolean) => string;
}

/** What is wrong with several nodes in the same way is written once. */
function groupOthers(cluster: ExplainedCluster): string[] {
  const found = cluster.nodes.flatMap((node) => problemOf(node, cluster) ?? []);
  return groupBy(found, ({ one, detail }) => `${one} ${withoutNumbers(detail(true))}`).map((group) => {
    const [{ name, one, many, detail }] = group;
    if (group.length === 1) return `${name} ${one}${detail(true)}`;
    const isSame = group.every(
      (each) => withoutDurations(each.detail(true)) === withoutDurations(detail(true)),
    );
    return isSame
      ? `${namesOf(group)} ${many}${detail(false)}`
      : `${namesOf(group)} ${many}; ${name}: ${detail(true).replace(/^[: ]+/, '')}`;
  });
}

function problemOf(node: ExplainedNode, cluster: ExplainedCluster): NodeProblem | null {
  const { now } = cluster;
  const { name, standing, reason, quarantine, excluded, failure, warning } = node;
  switch (standing) {
    case 'QUARANTINED': {
      const since = duration(now - (quarantine?.since ?? now));
      // The reason of the quarantine counts recoveries before it comes to what they failed for.
      const cause = causeOf(node, cluster);
      const why = cause === null ? '' : `: ${cause.what}`;
      const detail = (isOne: boolean): string => {
        const healthy = `; ${isOne ? 'it is' : 'they are'} healthy now: ${reason}`;
        const found = node.isHealthy ? healthy : `${lacking([node], isOne)}${whatFailed(node, now)}`;
        return ` ${since} ago${why} (${quarantine?.reason})${found}`;
      };
      return { name, one: 'was quarantined', many: 'were quarantined', detail };
    }
    case 'SUSPECTED':
      return {
        name,
        one: 'failed its last probe',
        many: 'failed their last probe',
        detail: () => `: ${reason}`,
      };
    case 'WARNING':
      return { name, one: 'is healthy, but', many: 'are healthy, but', detail: () => ` ${warning?.reason}` };
    case 'EXCLUDED': {
      const failed = failure === null ? '' : `, and failed (${failure.class}: ${failure.reason})`;
      const until = excluded === null ? '' : ` ${untilText(excluded)} (${excluded.reason})`;
      const one = 'is excluded from healing';
      return { name, one, many: 'are excluded from healing', detail: () => `${until}${failed}` };
    }
    case 'NOT_PROBED':
      return { name, one: 'is', many: 'are', detail: () => ` ${reason}` };
    case 'UNKNOWN':
    case 'FAILED':
    case 'HELD':
    case 'RECOVERING':
    case 'INCOMPLETE':
    case 'UNWATCHED':
    case 'HEALTHY':
      return null;
  }
}

/** Which nodes do so, what they answer, and what of the policy asks them. */
function alikeInWords({ nodes, policy }: ExplainedCluster): string {
  const alike = nodes.filter(({ failure }) => failure !== null);
  const [first] = alike;
  const answer = first === undefined ? '' : `; ${first.name}: ${first.failure?.reason}`;
  return `all nodes whose health is known fail alike (${namesOf(alike)}${answer}): probably poll_url, or what is expected of its answer (poll_url_healthy_response, poll_url_timeout, poll_url_ssl_verify), is wrong in the policy ${policy?.name}, and not the nodes`;
}

function sharedInWords({ address, nodes }: SharedAddress): string {
  return `${namesOf(nodes)} all fail at the same address ${address}: check that address first; a poll_url that is the same for every node says nothing about one of them`;
}

const waits: ReadonlySet<Standing> = new Set(['HELD', 'FAILED', 'SUSPECTED']);

function doingOf({ nodes }: ExplainedCluster): string[] {
  // What is held still, and is not any more as soon as the round has planned: it waits for nothing.
  const running = nodes.filter(
    ({ standing, next }) => standing === 'RECOVERING' || (waits.has(standing) && next.what === 'RECOVER'),
  );
  const groups = groupBy(running, ({ recovery, next }) => withoutNumbers(recovery?.doing ?? next.reason));
  return groups.map((group) => {
    const [{ recovery, next }] = group;
    const observed = recovery?.mode === 'OBSERVE' ? ' (observed: nothing is touched)' : '';
    return `${namesOf(group)}: ${recovery?.doing ?? next.reason}${observed}`;
  });
}

/** What is held or left alone for now, and when it is probed or added again. */
function waitingOf(cluster: ExplainedCluster): ClusterExplanation['waiting'] {
  return [...lostMembersOf(cluster), ...leftAlone(cluster)];
}

function lostMembersOf({ nodes, now }: ExplainedCluster): ClusterExplanation['waiting'] {
  const lost = lostFromPool(nodes);
  const keyOf = ({ lostMember }: ExplainedNode): string =>
    `${lostMember?.pool} ${lostMember?.addedAgainAt === null}`;
  return groupBy(lost, keyOf).map((group) => {
    const isOne = group.length === 1;
    const until = earliest(group.map(({ lostMember }) => lostMember?.addedAgainAt ?? null));
    const from = `${isOne ? 'its member was' : 'their members were'} deleted from the pool ${group[0].lostMember?.pool}`;
    const added = `${isOne ? 'is' : 'are'} added again ${addedWhen(until, now)}`;
    return { reason: `${namesOf(group)}: ${from}, and ${added}`, until };
  });
}

function addedWhen(until: number | null, now: number): string {
  if (until === null) return 'once healing is not paused, and nothing else works on the node';
  return until <= now ? 'now' : `in ${duration(until - now)} (at most once in 5 min)`;
}

function leftAlone({ nodes }: ExplainedCluster): ClusterExplanation['waiting'] {
  const waiting = nodes.filter(({ standing, next }) => waits.has(standing) && next.what !== 'RECOVER');
  return groupBy(waiting, ({ next }) => withoutNumbers(next.reason)).map((group) => ({
    reason: `${namesOf(group)}: ${group[0].next.reason}`,
    until: earliest(group.map(({ next }) => next.at)),
  }));
}

function earliest(times: readonly (number | null)[]): number | null {
  const known = times.flatMap((time) => time ?? []);
  return known.length === 0 ? null : Math.min(...known);
}

function untilText({ until, action }: Maintenance): string {
  if (action !== undefined) return `until ${action} has ended`;
  return until === null ? 'until an operator ends it' : `until ${utcSeconds(until)}`;
}

type Group<T> = readonly [T, ...T[]];

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Group<T>[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
