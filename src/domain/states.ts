/**
 * The states of what Coppice keeps, one table each; what is terminal, what can be cancelled and what counts
 * as settled derive from the table and are written nowhere else. The names are Senlin's (api-ref and
 * senlin/common/consts).
 */

export const actionStates = {
  INIT: { ended: false, cancellable: true },
  READY: { ended: false, cancellable: true },
  RUNNING: { ended: false, cancellable: true },
  WAITING: { ended: false, cancellable: true },
  WAITING_LIFECYCLE_COMPLETION: { ended: false, cancellable: true },
  SUSPENDED: { ended: false, cancellable: false },
  SUCCEEDED: { ended: true, cancellable: false },
  FAILED: { ended: true, cancellable: false },
  CANCELLED: { ended: true, cancellable: false },
} as const satisfies Record<string, { ended: boolean; cancellable: boolean }>;

export type ActionStatus = keyof typeof actionStates;
/** Of an action that holds no worker, and goes on when it is woken. */
export const waitingStatuses = ['WAITING', 'WAITING_LIFECYCLE_COMPLETION'] as const;
export type WaitingStatus = (typeof waitingStatuses)[number];
export type EndedActionStatus = 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

export const nodeStatuses = [
  'INIT',
  'CREATING',
  'ACTIVE',
  'UPDATING',
  'DELETING',
  'RECOVERING',
  'OPERATING',
  'ERROR',
  'WARNING',
] as const;
export type NodeStatus = (typeof nodeStatuses)[number];

export const clusterStatuses = [...nodeStatuses, 'RESIZING', 'CHECKING', 'CRITICAL'] as const;
export type ClusterStatus = (typeof clusterStatuses)[number];

/** The state of a recovery: OPEN, or how it was closed (design: the health policy, "Words"). */
export const recoveryStates = {
  OPEN: { closed: false },
  RECOVERED: { closed: true },
  SELF_HEALED: { closed: true },
  EXHAUSTED: { closed: true },
  CANCELLED: { closed: true },
} as const satisfies Record<string, { closed: boolean }>;
export type RecoveryState = keyof typeof recoveryStates;

/** Whether a recovery touches its node, or only says what it would do (`mode` of the policy). */
export const recoveryModes = ['ENFORCE', 'OBSERVE'] as const;
export type RecoveryMode = (typeof recoveryModes)[number];

/**
 * Who started a recovery. What an operator requests is not counted against automation: not by a limit, a
 * retry, the breaker.
 */
export const recoveryOrigins = ['AUTOMATIC', 'OPERATOR'] as const;
export type RecoveryOrigin = (typeof recoveryOrigins)[number];

export const recoveryStepStates = {
  PENDING: { ended: false },
  RUNNING: { ended: false },
  SUCCEEDED: { ended: true },
  FAILED: { ended: true },
  SKIPPED: { ended: true },
  CANCELLED: { ended: true },
} as const satisfies Record<string, { ended: boolean }>;
export type RecoveryStepState = keyof typeof recoveryStepStates;

/**
 * What a step of a recovery is for: an action of the chain, or a hook of one, or a hook of the chain's end.
 */
export const stepPurposes = ['action', 'before', 'after', 'on_success', 'on_exhausted'] as const;
export type StepPurpose = (typeof stepPurposes)[number];

/** What a row of a recovery's steps is for: a step, or the verification that follows one. */
export const rowPurposes = [...stepPurposes, 'verification'] as const;
export type RowPurpose = (typeof rowPurposes)[number];

export function statusesWhere<S extends string, P>(
  table: Readonly<Record<S, P>>,
  holds: (properties: P) => boolean,
): S[] {
  return (Object.keys(table) as S[]).filter((name) => holds(table[name]));
}

export const unfinishedActionStatuses = statusesWhere(actionStates, (state) => !state.ended);
export const cancellableActionStatuses = statusesWhere(actionStates, (state) => state.cancellable);
