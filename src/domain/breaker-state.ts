/** What is kept of a cluster's breaker between recoveries. Times in milliseconds. */
export type BreakerState =
  | {
      readonly kind: 'closed';
      readonly failedAt: readonly number[];
      /**
       * The recovery that closed it, and the failures before: if that one turns out not to have helped, it
       * opens again.
       */
      readonly trial?: { readonly recoveryId: string; readonly failures: number };
    }
  /** Half-open from `until` on. */
  | { readonly kind: 'open'; readonly since: number; readonly until: number; readonly failures: number };
