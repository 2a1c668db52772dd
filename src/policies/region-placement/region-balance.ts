/**
 * How nodes are spread over regions by weight and cap. Each region has a quota, its share of all nodes, and
 * the quotas are filled or emptied in the order of the weights, as Senlin does. Where caps leave nodes over,
 * Senlin finds "no feasible plan"; here they go to the regions that have room.
 */

export interface WeightedRegion {
  readonly name: string;
  /** Above 0. */
  readonly weight: number;
  /** Most nodes that it may have; null: any number. */
  readonly cap: number | null;
}

export type RegionCounts = ReadonlyMap<string, number>;

/**
 * @param current of nodes, by region; others than `regions` do not count.
 * @returns how many new nodes each region gets, in the order in which they were chosen; fewer than `count` in
 * all where the caps leave no room.
 */
export function regionsForNew(
  regions: readonly WeightedRegion[],
  current: RegionCounts,
  count: number,
): Map<string, number> {
  const placed = new Map<string, number>();
  const has = ({ name }: WeightedRegion): number => (current.get(name) ?? 0) + (placed.get(name) ?? 0);
  const room = (region: WeightedRegion): number => (region.cap ?? Infinity) - has(region);
  const total = count + sumOf(regions, has);
  const weights = sumOf(regions, ({ weight }) => weight);
  let left = count;
  const place = (region: WeightedRegion, nodes: number): void => {
    if (nodes <= 0) return;
    placed.set(region.name, (placed.get(region.name) ?? 0) + nodes);
    left -= nodes;
  };
  const heaviestFirst = regions.toSorted((one, other) => other.weight - one.weight);
  for (const region of heaviestFirst) {
    const quota = Math.ceil((total * region.weight) / weights);
    place(region, Math.min(left, quota - has(region), room(region)));
  }
  while (left > 0) {
    const [next] = heaviestFirst
      .filter((region) => room(region) > 0)
      .toSorted((one, other) => (has(one) + 1) / one.weight - (has(other) + 1) / other.weight);
    if (next === undefined) break;
    place(next, 1);
  }
  return placed;
}

/**
 * @param current of nodes, by region; regions that are not among `regions` are emptied first.
 * @returns how many nodes go from each region; `count` in all, if there are so many.
 */
export function regionsToShrink(
  regions: readonly WeightedRegion[],
  current: RegionCounts,
  count: number,
): Map<string, number> {
  const taken = new Map<string, number>();
  let left = count;
  const take = (name: string, nodes: number): void => {
    if (nodes <= 0) return;
    taken.set(name, nodes);
    left -= nodes;
  };
  const isListed = (name: string): boolean => regions.some((region) => region.name === name);
  for (const [name, nodes] of current) if (!isListed(name)) take(name, Math.min(left, nodes));
  const has = ({ name }: WeightedRegion): number => current.get(name) ?? 0;
  const total = Math.max(0, sumOf(regions, has) - left);
  const weights = sumOf(regions, ({ weight }) => weight);
  for (const region of regions.toSorted((one, other) => one.weight - other.weight)) {
    const quota = Math.floor((total * region.weight) / weights);
    take(region.name, Math.min(left, has(region) - quota));
  }
  return taken;
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
