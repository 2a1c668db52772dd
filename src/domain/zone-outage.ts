import type { FailureDomain } from './failure-domain.ts';

/**
 * An outage of a zone that has begun and is not over, as it is kept between rounds: most nodes of one failure
 * domain failed at once. Times in milliseconds.
 */
export interface ZoneOutage {
  readonly domain: FailureDomain;
  /** The name of the zone or host, or the value of the label. */
  readonly name: string;
  /** The first of the failures that made it one. */
  readonly since: number;
  /** Ids of the nodes whose recovery was begun elsewhere. */
  readonly replaced: readonly string[];
  /** When an operator released it: it holds nothing from then on. null: it is not released. */
  readonly releasedAt: number | null;
}
