/**
 * Probes of nodes: detectors, and the rounds that run them.
 *
 *   rounds ──due──> probeNode ──slot──> detector.probe ──> Verdict
 *       ──> onResult (thresholds, recoveries: not here)
 *
 * A detector returns the verdict of one probe of one node. This folder runs probes on time, a bounded number
 * at once, each with a timeout, and passes the verdicts on. It decides nothing about a failure:
 * thresholds and grace are in `recovery/`, what is watched comes from the store's reader, and nothing here
 * writes.
 *
 * What could not be probed is `unknown`, never healthy: a detector that throws, a URL that cannot be
 * filled in, a socket that this machine could not open.
 */
import type { DetectionModeType } from '../domain/health-policy.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { NodeFacts, ProfileType } from '../profiles/profile-type.ts';

/** A node as a detector sees it. */
export interface ProbeTarget {
  readonly node: NodeFacts;
  readonly profile: Pick<ProfileType, 'probe' | 'endpoint' | 'sharedProbes'>;
}

/**
 * One detection mode with its options, shared by all nodes that it probes, and stateless. Retries are not
 * the detector's: the limiter's place is released between two attempts.
 */
export interface Detector {
  readonly mode: DetectionModeType;
  /**
   * The mode, with its place in the list where a policy has several of a kind: distinguishes the detectors
   * of a node.
   */
  readonly name: string;
  /**
   * The number of attempts before an unhealthy verdict counts, at least 1; and the milliseconds between two
   * attempts.
   */
  readonly attempts: number;
  readonly retryIntervalMs: number;
  /** Milliseconds for one attempt, from the name lookup to the last byte; then the signal is aborted. */
  readonly timeoutMs: number;
  /** One attempt. The signal's reason says why it was aborted; what is thrown becomes `unknown`. */
  probe(target: ProbeTarget, signal: AbortSignal): Promise<Verdict>;
  /**
   * The node is probed by requests that answer for many nodes: it takes no place of the limiter, which counts
   * requests. Absent: by requests of its own.
   */
  readonly sharesRequests?: true;
  /** How a round probes this node by shared requests; null: by `probe`. */
  shared?(target: ProbeTarget): SharedAttempt | null;
}

/** What a detector does differently where it shares requests. */
export type SharedAttempt = Pick<Detector, 'probe' | 'timeoutMs'> & { readonly sharesRequests: true };

/**
 * For requests that answer for many nodes: a listing of 100,000 servers has a hundred pages, and each may
 * take a busy cloud a second. A node whose probe still runs misses its rounds, and no more.
 */
export const SHARED_TIMEOUT_MS = 120_000;

/** Whether a detector probes nodes of a profile type by shared requests in the rounds. */
export function sharesInRounds(detector: Detector, profile: ProbeTarget['profile']): boolean {
  const { sharedProbes } = profile;
  if (sharedProbes === undefined) return false;
  return detector.sharesRequests === true || detector.shared !== undefined;
}

/**
 * The same detectors with one try: for a caller that probes repeatedly anyway, as a verification does.
 */
export function withoutRetries(detectors: readonly Detector[]): readonly Detector[] {
  return detectors.map((detector) => ({ ...detector, attempts: 1 }));
}

/**
 * The reason that a signal carries when an attempt has timed out; any other reason means that the answer is
 * not needed any more.
 */
export class OutOfTime extends Error {
  readonly afterMs: number;

  constructor(afterMs: number) {
    super(`no answer within ${secondsText(afterMs)}`);
    this.name = 'OutOfTime';
    this.afterMs = afterMs;
  }
}

/** `1 s`, `0.25 s` */
export function secondsText(ms: number): string {
  return `${Math.round(ms) / 1000} s`;
}
