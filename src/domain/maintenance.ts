/** Healing that is paused, of a cluster or of one node. Times in milliseconds since 1970. */
export interface Maintenance {
  /** Absent: it is not kept. */
  readonly since?: number;
  /** null: until an operator ends it. */
  readonly until: number | null;
  readonly reason: string;
  /** The action that makes the cluster smaller, where it is the reason, and not an operator. */
  readonly action?: string;
}
