/**
 * Whether most nodes of one failure domain have failed at once: then it is the zone (the host, the rack), and
 * not its nodes.
 *
 *     nodes by domain --so many failed within a time--> begins --fewer are left--> is over
 *
 * An outage that has begun is kept between rounds (`ZoneOutage`): nodes that failed in it and can no longer
 * be seen do not end it. Refuses to count what is not known: an unknown node never makes an outage.
 */
import { domainInWords, domainNoun, isSameDomain } from '../domain/failure-domain.ts';
import type { HealthPolicy, ZoneOutageRules } from '../domain/health-policy.ts';
import type { ZoneOutage } from '../domain/zone-outage.ts';
import { isExcluded } from './obstacles.ts';
import type { NodeSnapshot, RoundSnapshot } from './plan-round.ts';

/** An outage as it stands now. */
export interface StandingOutage extends ZoneOutage {
  /** Nodes of the domain that have failed, or cannot be seen since they failed. */
  readonly failed: number;
  /** All of its nodes. */
  readonly of: number;
}

type Facts = Pick<RoundSnapshot, 'now' | 'nodes' | 'healthyInDomain' | 'zoneOutages'>;

/** In the order of their names; none where all nodes that have a domain have the same. */
export function standingOutages(facts: Facts, policy: HealthPolicy | null): StandingOutage[] {
  const rules = policy?.safety.zoneOutage ?? null;
  if (rules === null) return [];
  const domains = domainsOf(facts);
  if (domains.size < 2) return [];
  const known = new Map(
    (facts.zoneOutages ?? [])
      .filter((outage) => isSameDomain(outage.domain, rules.domain))
      .map((outage) => [outage.name, outage]),
  );
  return [...domains]
    .flatMap(([name, found]) => {
      const before = known.get(name);
      return (before === undefined ? begun(rules, name, found) : continued(rules, before, found)) ?? [];
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

interface FoundDomain {
  nodes: number;
  /** When its failed nodes failed. */
  readonly failedAt: number[];
  /** Nodes that had failed, and cannot be seen since. */
  unseen: number;
}

/** Excluded nodes are left out: what is wrong with them, the operator knows. */
function domainsOf({ now, nodes, healthyInDomain }: Facts): Map<string, FoundDomain> {
  const domains = new Map<string, FoundDomain>();
  const domainNamed = (name: string): FoundDomain => {
    const found = domains.get(name) ?? { nodes: 0, failedAt: [], unseen: 0 };
    domains.set(name, found);
    return found;
  };
  for (const [name, count] of healthyInDomain ?? []) domainNamed(name).nodes += count;
  for (const node of nodes) {
    if (node.domain == null || isExcluded(node, now)) continue;
    const found = domainNamed(node.domain);
    found.nodes += 1;
    const failedAt = node.health?.failedAt ?? null;
    if (failedAt === null) continue;
    if (isFailing(node)) found.failedAt.push(failedAt);
    else if (node.health?.state === 'UNKNOWN') found.unseen += 1;
  }
  return domains;
}

/** Confirmed, or failed in its last probe; one whose failures do not count yet may still be coming up. */
function isFailing({ health }: NodeSnapshot): boolean {
  return health?.state === 'FAILED' || (health?.state === 'SUSPECTED' && health.failures > 0);
}

function begun(rules: ZoneOutageRules, name: string, found: FoundDomain): StandingOutage | null {
  const since = failedTogetherSince(found.failedAt, rules, found.nodes);
  if (since === null) return null;
  return { domain: rules.domain, name, since, releasedAt: null, ...countsOf(found) };
}

function continued(
  { percent }: ZoneOutageRules,
  before: ZoneOutage,
  found: FoundDomain,
): StandingOutage | null {
  const { failed, of } = countsOf(found);
  const isOver = failed === 0 || failed * 100 < percent * of;
  return isOver ? null : { ...before, failed, of };
}

function countsOf({ nodes, failedAt, unseen }: FoundDomain): Pick<StandingOutage, 'failed' | 'of'> {
  return { failed: failedAt.length + unseen, of: nodes };
}

/** The first of the failures that came together; null: they are too few, or too far apart. */
function failedTogetherSince(
  failedAt: readonly number[],
  { atLeast, withinMs, percent }: ZoneOutageRules,
  nodes: number,
): number | null {
  const least = Math.max(atLeast, Math.ceil((nodes * percent) / 100));
  const times = failedAt.toSorted((one, other) => one - other);
  const first = times.find((time, index) => (times[index + least - 1] ?? Infinity) - time <= withinMs);
  return first ?? null;
}

/** `zone az1 has had an outage since 2026-11-22T18:00:00Z: 3 of its 4 nodes failed` */
export function outageInWords({ domain, name, failed, of, since }: StandingOutage): string {
  const begin = `${new Date(since).toISOString().slice(0, 19)}Z`;
  return `${domainInWords(domain, name)} has had an outage since ${begin}: ${failed} of its ${of} nodes failed`;
}

/** What ends it without an operator. */
export function endOfOutage({ domain }: StandingOutage, { percent }: ZoneOutageRules): string {
  return `it is over when fewer than ${percent} % of the nodes of this ${domainNoun(domain)} are failed`;
}

/**
 * The names of the domains whose nodes are explained by an outage: they are no sign of another cause, and do
 * not count for `max_unhealthy`. Two outages at once are a sign of one outside of both zones: then all nodes
 * count, but for those of an outage that an operator has released, and so knows.
 */
export function explainedDomains(outages: readonly StandingOutage[]): ReadonlySet<string> {
  const released = outages.filter(({ releasedAt }) => releasedAt !== null);
  const others = outages.filter(({ releasedAt }) => releasedAt === null);
  return new Set([...released, ...(others.length === 1 ? others : [])].map(({ name }) => name));
}
