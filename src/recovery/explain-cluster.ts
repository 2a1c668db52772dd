/**
 * The health of a cluster in sentences: what is wrong, what is being done, what that waits for and until
 * when, and what an operator has to do, with the command. Pure: it knows what the planner and the health
 * record say, and decides nothing.
 */
import type { RecoveryMode } from '../domain/states.ts';
import type { Failure } from '../domain/health-record.ts';
import { duration } from '../domain/duration.ts';
import { count } from './describe.ts';
import type { ClosedGate, Maintenance } from './gates.ts';
import type { NextUp } from './next-up.ts';
import { operatorTasks, type OperatorTask } from './operator-tasks.ts';
import type { Standing } from './standing.ts';
import { outageInWords, type StandingOutage } from './zone-outage.ts';

export interface ExplainedNode {
  readonly name: string;
  readonly standing: Standing;
  /** What the last probe said, or why there is none. */
  readonly reason: string;
  readonly failure: Failure | null;
  readonly excluded: Maintenance | null;
  readonly quarantine: { readonly since: number; readonly reason: string } | null;
  readonly recovery: ExplainedRecovery | null;
  readonly next: NextUp;
  /** A hook after its last recovery failed: the node is healthy, and what the hook was for is not done. */
  readonly warning: HookFailure | null;
}

export interface ExplainedRecovery {
  readonly id: string;
  readonly mode: RecoveryMode;
  readonly startedAt: number | null;
  /** The step that runs, and what follows it; null: none runs. */
  readonly doing: string | null;
  /** The execution of the running step, where it is paused. */
  readonly pausedExecution: string | null;
}

export interface HookFailure {
  readonly recoveryId: string;
  /** `after WORKFLOW attach: ...` */
  readonly reason: string;
  readonly executionId: string | null;
}

export interface ExplainedCluster {
  readonly name: string;
  readonly now: number;
  readonly desired: number;
  /** Nodes that there are fewer than desired, with no action under way. */
  readonly missing: number;
  readonly policy: { readonly name: string; readonly enabled: boolean; readonly mode: RecoveryMode } | null;
  readonly maintenance: Maintenance | null;
  /** All that would hold a recovery now. */
  readonly gates: readonly ClosedGate[];
  readonly zoneOutages: readonly StandingOutage[];
  readonly nodes: readonly ExplainedNode[];
}

export interface ClusterExplanation {
  /** What is wrong; empty: nothing. */
  readonly problems: readonly string[];
  readonly doing: readonly string[];
  readonly waiting: readonly { readonly reason: string; readonly until: number | null }[];
  readonly operator: readonly OperatorTask[];
}

export function explainCluster(cluster: ExplainedCluster): ClusterExplanation {
  return {
    problems: problemsOf(cluster),
    doing: doingOf(cluster),
    waiting: waitingOf(cluster),
    operator: operatorTasks(cluster),
  };
}

function problemsOf(cluster: ExplainedCluster): string[] {
  const { nodes, missing, desired, policy, maintenance } = cluster;
  const broken = nodes.filter((node) => failing.has(node.standing));
  const others = nodes.flatMap((node) => problemOf(node, cluster.now) ?? []);
  const problems = [
    ...cluster.zoneOutages.map(outageProblem),
    ...groupFailures(broken),
    ...sharedAddresses(broken),
    ...sharedFailure(cluster, broken),
    ...groupUnseen(nodes),
    ...others,
  ];
  if (missing > 0)
    problems.push(`${missing} of ${count(desired, 'node')} ${missing === 1 ? 'is' : 'are'} missing`);
  if (policy === null && nodes.length > 0)
    problems.push('no health policy is attached: its nodes are not probed');
  if (policy?.enabled === false)
    problems.push(
      `the health policy ${policy.name} is disabled: its nodes are not probed, and nothing is recovered`,
    );
  if (maintenance !== null)
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
function groupFailures(nodes: readonly ExplainedNode[]): string[] {
  const groups = groupBy(
    nodes,
    ({ failure, reason }) => `${failure?.class} ${withoutNumbers(failure?.reason ?? reason)}`,
  );
  return groups.map((group) => {
    const { failure, reason } = group[0];
    const cause = failure === null ? reason : `${failure.class}: ${failure.reason}`;
    return `${namesOf(group)} failed (${cause})`;
  });
}

/** A cloud or a network that is away is one problem, however many nodes cannot be probed for it. */
function groupUnseen(nodes: readonly ExplainedNode[]): string[] {
  const unseen = nodes.filter(({ standing }) => standing === 'UNKNOWN');
  return groupBy(unseen, ({ reason }) => withoutNumbers(reason)).map(
    (group) => `${namesOf(group)} cannot be probed: ${group[0].reason}`,
  );
}

function problemOf(node: ExplainedNode, now: number): string | null {
  const { name, standing, reason, quarantine, excluded, failure, warning } = node;
  switch (standing) {
    case 'QUARANTINED':
      return `${name} was quarantined ${duration(now - (quarantine?.since ?? now))} ago (${quarantine?.reason})`;
    case 'SUSPECTED':
      return `${name} failed its last probe: ${reason}`;
    case 'WARNING':
      return `${name} is healthy, but ${warning?.reason}`;
    case 'EXCLUDED': {
      const failed = failure === null ? '' : `, and failed (${failure.class}: ${failure.reason})`;
      return `${name} is excluded from healing ${excluded === null ? '' : `${untilText(excluded)} (${excluded.reason})`}${failed}`;
    }
    case 'NOT_PROBED':
      return `${name} is ${reason}`;
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

/**
 * Nodes that all fail at one address have that address in common, and not their failures: a load balancer in
 * front of them, or a `poll_url` without a placeholder. Then a recovery of each of them helps none.
 */
function sharedAddresses(nodes: readonly ExplainedNode[]): string[] {
  const withAddress = nodes.filter((node) => addressIn(node) !== null);
  return groupBy(withAddress, (node) => addressIn(node) ?? '').flatMap((group) =>
    group.length < 2
      ? []
      : `${namesOf(group)} all fail at the same address ${addressIn(group[0])}: check that address first; a poll_url that is the same for every node says nothing about one of them`,
  );
}

/**
 * All nodes of a cluster that answer in the same wrong way, or not at all, are rarely all broken: what is
 * asked of them, the URL or what is expected of its answer, is wrong for all.
 */
function sharedFailure({ desired, policy }: ExplainedCluster, nodes: readonly ExplainedNode[]): string[] {
  if (policy === null || nodes.length < 2 || nodes.length < desired) return [];
  const ways = new Set(
    nodes.map(({ failure }) => `${failure?.class} ${withoutHosts(failure?.reason ?? '')}`),
  );
  const [way] = ways;
  if (ways.size > 1 || way?.startsWith('URL_UNHEALTHY ') !== true) return [];
  return [`every node fails in this way: check poll_url in the policy ${policy.name} before the nodes`];
}

function withoutHosts(text: string): string {
  return withoutNumbers(text.replace(/(https?:\/\/)[^/\s'"]+/g, '$1'));
}

/** `http://10.0.0.5:8080` */
function addressIn({ failure }: ExplainedNode): string | null {
  if (failure === null || !failure.class.startsWith('URL_')) return null;
  return /https?:\/\/[^/\s'"]+/.exec(failure.reason)?.[0].replace(/[:,;.]$/, '') ?? null;
}

function doingOf({ nodes }: ExplainedCluster): string[] {
  const running = nodes.filter((node) => node.standing === 'RECOVERING');
  const groups = groupBy(running, ({ recovery, next }) => withoutNumbers(recovery?.doing ?? next.reason));
  return groups.map((group) => {
    const [{ recovery, next }] = group;
    const observed = recovery?.mode === 'OBSERVE' ? ' (observed: nothing is touched)' : '';
    return `${namesOf(group)}: ${recovery?.doing ?? next.reason}${observed}`;
  });
}

/** What is held or left alone for now, and when it is probed again. */
function waitingOf({ nodes }: ExplainedCluster): ClusterExplanation['waiting'] {
  const waiting = nodes.filter(
    ({ standing }) => standing === 'HELD' || standing === 'FAILED' || standing === 'SUSPECTED',
  );
  return groupBy(waiting, ({ next }) => withoutNumbers(next.reason)).map((group) => ({
    reason: `${namesOf(group)}: ${group[0].next.reason}`,
    until: earliest(group.map(({ next }) => next.at)),
  }));
}

function earliest(times: readonly (number | null)[]): number | null {
  const known = times.flatMap((time) => time ?? []);
  return known.length === 0 ? null : Math.min(...known);
}

function untilText({ until }: Maintenance): string {
  return until === null
    ? 'until an operator ends it'
    : `until ${new Date(until).toISOString().slice(0, 19)}Z`;
}

/** More than these are counted. */
const mostNames = 5;

/** `web-1, web-2 and 7 more` */
export function namesOf(nodes: readonly { readonly name: string }[]): string {
  const named = nodes.slice(0, mostNames).map(({ name }) => name);
  const rest = nodes.length - named.length;
  return rest === 0 ? named.join(', ') : `${named.join(', ')} and ${rest} more`;
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

/** Process ids, ports and durations differ where the cause is one. */
function withoutNumbers(text: string): string {
  return text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+(\.\d+)?/g, '');
}
