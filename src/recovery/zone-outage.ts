/**
 * Whether most nodes of one failure domain have failed at once: then it is the zone (the host, the rack), and
 * not its nodes.
 *
 *     nodes by domain --so many failed within a time--> begins --fewer are left--> is over
 *
 * An outage that has begun is kept between rounds (`ZoneOutage`): nodes that failed in it and can no longer
 * be seen do not end it. Refuses to count what is not known: an unknown node never makes an outage.
 */
import { utcSeconds } from '../domain/time-text.ts';
import { domainInWords, domainNoun, isSameDomain, type Elsewhere } from '../domain/failure-domain.ts';
import type { HealthPolicy, ZoneOutageRules } from '../domain/health-policy.ts';
import type { ZoneOutage } from '../domain/zone-outage.ts';
import { isExcluded } from './obstacles.ts';
import type { NodeSnapshot, RoundSnapshot } from './round-snapshot.ts';

/** An outage as it stands now. */
export interface StandingOutage extends ZoneOutage {
  /** Nodes of the domain that have failed, cannot be seen since they failed, or were replaced elsewhere. */
  readonly failed: number;
  /** All of its nodes, and those that were replaced elsewhere. */
  readonly of: number;
  /** Whether the share is reached by nodes that are confirmed failed, or were replaced since. */
  readonly isConfirmed: boolean;
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
  /** Of those, how many are confirmed failed. */
  confirmed: number;
  readonly ids: Set<string>;
  /** When its failed nodes failed. */
  readonly failedAt: number[];
  /** Nodes that had failed, and cannot be seen since. */
  unseen: number;
}

/** Excluded nodes are left out: what is wrong with them, the operator knows. */
function domainsOf({ now, nodes, healthyInDomain, zoneOutages = [] }: Facts): Map<string, FoundDomain> {
  const replaced = new Set(zoneOutages.flatMap((outage) => outage.replaced));
  const domains = new Map<string, FoundDomain>();
  const domainNamed = (name: string): FoundDomain => {
    const found = domains.get(name) ?? { nodes: 0, confirmed: 0, ids: new Set(), failedAt: [], unseen: 0 };
    domains.set(name, found);
    return found;
  };
  for (const [name, count] of healthyInDomain ?? []) domainNamed(name).nodes += count;
  for (const node of nodes) {
    if (node.domain == null || isExcluded(node, now)) continue;
    const found = domainNamed(node.domain);
    found.nodes += 1;
    found.ids.add(node.id);
    if (node.health?.state === 'FAILED') found.confirmed += 1;
    const failedAt = node.health?.failedAt ?? null;
    // Its old server is removed, and there is no new one yet.
    const isBetween = node.health === null && replaced.has(node.id);
    if (isBetween) {
      found.confirmed += 1;
      found.unseen += 1;
    }
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
  return { domain: rules.domain, name, since, replaced: [], releasedAt: null, ...countsOf(rules, found, []) };
}

function continued(rules: ZoneOutageRules, before: ZoneOutage, found: FoundDomain): StandingOutage | null {
  const counts = countsOf(rules, found, before.replaced);
  const isOver = found.failedAt.length + found.unseen === 0 || !reaches(rules, counts.failed, counts.of);
  return isOver ? null : { ...before, ...counts };
}

/** Nodes that were replaced elsewhere had failed here: that there are fewer left does not end the outage. */
function countsOf(
  rules: ZoneOutageRules,
  { nodes, confirmed, failedAt, unseen, ids }: FoundDomain,
  replaced: readonly string[],
): Pick<StandingOutage, 'failed' | 'of' | 'isConfirmed'> {
  const gone = replaced.filter((id) => !ids.has(id)).length;
  const of = nodes + gone;
  return { failed: failedAt.length + unseen + gone, of, isConfirmed: reaches(rules, confirmed + gone, of) };
}

function reaches({ percent }: ZoneOutageRules, failed: number, of: number): boolean {
  return failed * 100 >= percent * of;
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
  return `${domainInWords(domain, name)} has had an outage since ${utcSeconds(since)}: ${failed} of its ${of} nodes failed`;
}

/** Domains in which nodes of the cluster may be created again. */
export interface Destinations {
  readonly names: ReadonlySet<string>;
  /** Whether no others may be taken, because policies of the cluster allow only these. */
  readonly areAll: boolean;
}

/** Those that policies of the cluster allow; where none says so, those of its nodes, and any others. */
export function destinations({
  policy,
  nodes,
  healthyInDomain,
  allowedZones,
}: Pick<RoundSnapshot, 'policy' | 'nodes' | 'healthyInDomain' | 'allowedZones'>): Destinations {
  if (allowedZones !== undefined && policy?.safety.zoneOutage?.domain.kind === 'ZONE')
    return { names: new Set(allowedZones), areAll: true };
  const ofOthers = healthyInDomain?.keys() ?? [];
  return { names: new Set([...ofOthers, ...nodes.flatMap(({ domain }) => domain ?? [])]), areAll: false };
}

/**
 * Where the nodes of the outage are created again; null: nowhere for now, because every other domain has one
 * as well.
 */
export function elsewhereThan(
  outage: StandingOutage,
  outages: readonly StandingOutage[],
  { names, areAll }: Destinations,
): Elsewhere | null {
  const others = outages.flatMap(({ name }) => (name === outage.name ? [] : [name]));
  const avoid = [outage.name, ...others];
  const left = [...names].filter((name) => !avoid.includes(name));
  if (left.length === 0) return null;
  return { domain: outage.domain, avoid, ...(areAll ? { allowed: left } : {}) };
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
