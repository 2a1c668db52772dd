/**
 * A health policy as everything behind its check sees it: one shape for all versions, defaults filled in,
 * times in milliseconds. `policies/health/` makes it from a spec; `health/` reads `detection`, `recovery/`
 * the rest. What the keys mean is in docs/health-policy.md.
 */
import type { FailureDomain } from './failure-domain.ts';
import type { JsonObject } from './json.ts';

export const detectionModeTypes = [
  'NODE_STATUS_POLLING',
  'NODE_STATUS_POLL_URL',
  'HYPERVISOR_STATUS_POLLING',
  'LB_STATUS_POLLING',
  'LIFECYCLE_EVENTS',
] as const;
export type DetectionModeType = (typeof detectionModeTypes)[number];

/** Seconds and names as in the policy: they are handed to the detector as they are. */
export interface PollUrlOptions {
  readonly poll_url: string;
  readonly poll_url_ssl_verify: boolean;
  readonly poll_url_healthy_response: string;
  readonly poll_url_retry_limit: number;
  readonly poll_url_retry_interval: number;
  readonly poll_url_conn_error_as_unhealthy: boolean;
  /** Seconds for one try; absent: a tenth of the retry interval, at least 1. */
  readonly poll_url_timeout?: number;
}

/** Of LB_STATUS_POLLING, under the names of the policy. */
export interface LbStatusOptions {
  /** The id of an Octavia pool. */
  readonly pool?: string;
}

export type DetectionMode =
  | { readonly type: 'NODE_STATUS_POLL_URL'; readonly options: PollUrlOptions }
  | { readonly type: 'LB_STATUS_POLLING'; readonly options: LbStatusOptions }
  | { readonly type: Exclude<DetectionModeType, 'NODE_STATUS_POLL_URL' | 'LB_STATUS_POLLING'> };

export interface Detection {
  readonly intervalMs: number;
  /** Grace after a node was created or updated. */
  readonly nodeUpdateTimeoutMs: number;
  readonly recoveryConditional: 'ANY_FAILED' | 'ALL_FAILED';
  readonly failureThreshold: number;
  readonly successThreshold: number;
  readonly modes: readonly DetectionMode[];
}

/**
 * The recovery actions that are an operation of the profile type, of the same name. Senlin has the first two.
 */
export const operationActions = [
  'REBOOT',
  'REBUILD',
  'EVACUATE',
  'MIGRATE',
  'START',
  'RESUME',
  'UNPAUSE',
] as const;

export interface Backoff {
  readonly delayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
}

/** What RECREATE does with the one that has failed, instead of removing it. */
export interface Retain {
  /** It is removed so long after it was stopped. */
  readonly forMs: number;
  /** Of one cluster at most so many are kept; the oldest goes first. */
  readonly max: number;
}

/** How RECREATE replaces a node. */
export interface RecreateOptions {
  /** The new one is made and verified first, then the old one goes. */
  readonly surge: boolean;
  /** Absent also in what an earlier version recorded: it is removed. */
  readonly retain?: Retain;
}

/** What both an item of the chain and a hook are: something to run, with a place and a limit. */
export interface Runnable {
  /** `actions[0]`, `actions[0].before[1]`, `on_success[0]`, or the id that the user gave. */
  readonly id: string;
  /** One of `operationActions`, RECREATE, WORKFLOW. */
  readonly name: string;
  readonly params: JsonObject;
  /**
   * Whether the user gave the timeout; without one, verification has the grace of a changed node and not the
   * whole default.
   */
  readonly timeoutGiven: boolean;
  /** For each attempt: the action and its verification. */
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly backoff: Backoff;
  /** RECREATE only; absent also in what an earlier version recorded: the old one goes first. */
  readonly recreate?: RecreateOptions;
}

export type Hook = Runnable;

export type OnFailure =
  | { readonly kind: 'STOP' }
  | { readonly kind: 'NEXT' }
  | { readonly kind: 'GOTO'; readonly id: string };

export interface ChainItem extends Runnable {
  readonly before: readonly Hook[];
  readonly after: readonly Hook[];
  /** Classes of failure that it is for; null: all. */
  readonly when: readonly string[] | null;
  readonly onFailure: OnFailure;
}

/** After `episodes` that failed within the window the node is quarantined. */
export interface Retry {
  readonly episodes: number;
  readonly windowMs: number;
  readonly delayMs: number;
}

export type VerifyBy = 'DETECTION' | 'STATUS' | 'NONE';

export interface RecoveryRules {
  readonly strategy: 'CHAIN' | 'ESCALATE';
  readonly items: readonly ChainItem[];
  readonly onSuccess: readonly Hook[];
  readonly onExhausted: readonly Hook[];
  /** null: no limit, the next confirmed failure opens the next recovery. */
  readonly retry: Retry | null;
  /** A failure this soon after RECOVERED means that the recovery did not help; 0: never. */
  readonly relapseMs: number;
  readonly verify: VerifyBy;
  readonly stabilizeMs: number;
  readonly fencing: readonly 'COMPUTE'[];
  /** How RECREATE waits for the old node's removal, and whether it continues if that failed. */
  readonly nodeDeleteTimeoutMs: number;
  readonly nodeForceRecreate: boolean;
}

/** A part of the desired capacity, rounded down, but never less than `atLeast`. */
export interface Share {
  readonly percent: number;
  readonly atLeast: number;
}

export interface Rate {
  readonly count: number;
  readonly periodMs: number;
}

export interface BreakerLimits {
  readonly failures: number;
  readonly windowMs: number;
  readonly openMs: number;
}

export const zoneOutageActions = ['HOLD', 'REPLACE_ELSEWHERE'] as const;

/** When so many nodes of one failure domain fail within the time, it is not the nodes, but the domain. */
export interface ZoneOutageRules {
  readonly action: (typeof zoneOutageActions)[number];
  readonly domain: FailureDomain;
  /** Of the nodes of the domain. */
  readonly percent: number;
  /** Fewer failed nodes are no outage. */
  readonly atLeast: number;
  readonly withinMs: number;
}

/** null: no limit. */
export interface Safety {
  readonly maxUnhealthy: Share | null;
  readonly maxInFlight: Share | null;
  readonly rateLimit: { readonly node: Rate | null; readonly cluster: Rate | null };
  readonly breaker: BreakerLimits | null;
  readonly zoneOutage: ZoneOutageRules | null;
  /** What a user of the cloud has stopped is left alone; absent: it is recovered like any other. */
  readonly stoppedByUser?: 'HOLD';
}

export interface HealthPolicy {
  readonly version: string;
  readonly mode: 'ENFORCE' | 'OBSERVE';
  readonly detection: Detection;
  readonly recovery: RecoveryRules;
  readonly safety: Safety;
}
