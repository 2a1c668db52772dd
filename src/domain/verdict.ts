/**
 * What one probe of a node says. `unknown` means that the node could not be seen: it starts no recovery and
 * never counts as healthy. A healer that cannot see must not act. That there is no node to probe is not
 * unknown, but known: NOT_CREATED.
 */
export type Verdict =
  | { readonly health: 'healthy'; readonly reason: string }
  | {
      readonly health: 'unhealthy';
      readonly failure: FailureClass;
      readonly reason: string;
      /**
       * It cannot become healthy without an action: a verification need not wait for it. Absent: it may still
       * come up, or that is not known.
       */
      readonly definite?: true;
    }
  | {
      readonly health: 'unknown';
      readonly reason: string;
      /** The pool that has no member for the node: says nothing of the node, and can be put right. */
      readonly notInPool?: string;
    };

export const failureClasses = [
  'NOT_CREATED',
  'SERVER_ERROR',
  'SERVER_STOPPED',
  'SERVER_PAUSED',
  'SERVER_DELETED',
  'HOST_DOWN',
  'URL_UNREACHABLE',
  'URL_UNHEALTHY',
  'LB_OFFLINE',
  'PROCESS_EXITED',
  'PROCESS_STOPPED',
] as const;

/**
 * Failures that end only when something is done: there is nothing that could still come up, or that there
 * would be to wait for.
 */
const definiteFailures: ReadonlySet<FailureClass> = new Set<FailureClass>([
  'NOT_CREATED',
  'SERVER_ERROR',
  'SERVER_DELETED',
  'PROCESS_EXITED',
]);

/** @param causes what the detection modes said; one that is definite makes the whole definite. */
export function markDefinite(verdict: Verdict, causes: readonly Verdict[] = [verdict]): Verdict {
  const isDefinite = causes.some(
    (cause) => cause.health === 'unhealthy' && definiteFailures.has(cause.failure),
  );
  return verdict.health === 'unhealthy' && isDefinite ? { ...verdict, definite: true } : verdict;
}

/** What is known of a failure. A profile type may add its own. */
export type FailureClass = (typeof failureClasses)[number];

export function isFailureClass(name: string): name is FailureClass {
  return (failureClasses as readonly string[]).includes(name);
}

/** Whether probing again soon cannot find the node healthy, unless something is done to it. */
export function isDefinite(verdict: Verdict): boolean {
  return verdict.health === 'unhealthy' && definiteFailures.has(verdict.failure);
}
