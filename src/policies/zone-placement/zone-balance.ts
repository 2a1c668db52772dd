/**
 * How nodes are spread over availability zones by weight: each new node goes where the share of the zone is
 * least used, each node that goes is taken from where it is used most. Of zones that are as good, a new node
 * goes where the fewest are, and the one that goes is taken from where the most are: an outage of one zone
 * takes fewer nodes then. Otherwise this gives Senlin's
 * numbers for zones that are balanced; where they are not, Senlin's quotas find "no feasible plan", and this
 * comes as close to balance as it can.
 */

export interface WeightedZone {
  readonly name: string;
  /** Above 0. */
  readonly weight: number;
}

export type ZoneCounts = ReadonlyMap<string, number>;

/** @returns the zone of each new node, in order; none where there are no zones. */
export function zonesForNew(zones: readonly WeightedZone[], current: ZoneCounts, count: number): string[] {
  const counts = new Map(current);
  const chosen: string[] = [];
  while (chosen.length < count) {
    const score = (zone: WeightedZone) => -(countIn(counts, zone) + 1) / zone.weight;
    const next = best(zones, score, (zone) => -countIn(counts, zone));
    if (next === undefined) return chosen;
    counts.set(next.name, countIn(counts, next) + 1);
    chosen.push(next.name);
  }
  return chosen;
}

/**
 * @param current of all zones that nodes are in; those that are not among `zones` are emptied first.
 * @returns how many nodes to take from each zone.
 */
export function zonesToShrink(
  zones: readonly WeightedZone[],
  current: ZoneCounts,
  count: number,
): Map<string, number> {
  const counts = new Map(current);
  const taken = new Map<string, number>();
  const others = [...current.keys()]
    .filter((name) => !zones.some((zone) => zone.name === name))
    .map((name) => ({ name, weight: 0 }));
  for (let left = count; left > 0; left -= 1) {
    const filled = [...others, ...zones].filter((zone) => countIn(counts, zone) > 0);
    const score = (zone: WeightedZone) =>
      zone.weight === 0 ? Infinity : countIn(counts, zone) / zone.weight;
    const next = best(filled, score, (zone) => countIn(counts, zone));
    if (next === undefined) return taken;
    counts.set(next.name, countIn(counts, next) - 1);
    taken.set(next.name, (taken.get(next.name) ?? 0) + 1);
  }
  return taken;
}

function countIn(counts: ZoneCounts, { name }: WeightedZone): number {
  return counts.get(name) ?? 0;
}

/** Of those that are as good that with the larger second score, and else the first. */
function best<T>(
  items: readonly T[],
  score: (item: T) => number,
  second: (item: T) => number = () => 0,
): T | undefined {
  const isBetter = (one: T, other: T): boolean =>
    score(one) === score(other) ? second(one) > second(other) : score(one) > score(other);
  let found: T | undefined;
  for (const item of items) if (found === undefined || isBetter(item, found)) found = item;
  return found;
}
