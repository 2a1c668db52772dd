/** What runs a node was stopped by a user of its cloud, who did not do it by way of Coppice. */
export interface UserStop {
  /** `server 5d3c was stopped by user 7787 at 2026-11-30 05:08:12 UTC (req-615e)` */
  readonly why: string;
  /** What to do, in a clause: `openstack server start 5d3c lets it run again`. */
  readonly ends: string;
  /** When, by the cloud's clock, in milliseconds since 1970; null: whether it was a user cannot be seen. */
  readonly at: number | null;
}
