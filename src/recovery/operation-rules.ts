/**
 * The rules of a recovery for which an operator names the operation: that one item, verified as the policy
 * says, and no hooks.
 */
import type { Detection, HealthPolicy, RecoveryRules, RecreateOptions } from '../domain/health-policy.ts';
import type { JsonObject } from '../domain/json.ts';

/** Senlin's default_action_timeout. */
const timeoutMs = 3_600_000;

/**
 * Where there is no policy: how long a changed node may take to be well, and how often it is probed
 * meanwhile.
 */
export const detectionWithoutPolicy: Pick<Detection, 'intervalMs' | 'nodeUpdateTimeoutMs'> = {
  intervalMs: 5000,
  nodeUpdateTimeoutMs: 60_000,
};

/** Those that a request can name. */
export const requestedOperations: readonly string[] = ['REBOOT', 'REBUILD', 'RECREATE'];

/** @param operation `REBOOT`, `REBUILD`, `RECREATE`; as in Senlin, a REBOOT without a type is a hard one. */
export function operationRules(
  operation: string,
  params: JsonObject,
  policy: HealthPolicy | null,
): RecoveryRules {
  const { verify, stabilizeMs, fencing, nodeDeleteTimeoutMs, nodeForceRecreate } =
    policy?.recovery ?? withoutPolicy;
  const recreate = operation === 'RECREATE' ? recreateOptions(params, policy) : null;
  return {
    strategy: 'CHAIN',
    items: [
      {
        id: 'operation',
        name: operation,
        params: operation === 'REBOOT' ? { type: 'HARD', ...params } : params,
        timeoutGiven: false,
        timeoutMs,
        attempts: 1,
        backoff: { delayMs: 0, factor: 1, maxDelayMs: 0 },
        before: [],
        after: [],
        when: null,
        onFailure: { kind: 'STOP' },
        ...(recreate === null ? {} : { recreate }),
      },
    ],
    onSuccess: [],
    onExhausted: [],
    retry: null,
    relapseMs: 0,
    verify,
    stabilizeMs,
    fencing,
    nodeDeleteTimeoutMs,
    nodeForceRecreate,
  };
}

/**
 * What failed is kept as the policy says, also where an operator starts the recovery; `surge` is a parameter
 * of the request. null: neither.
 */
function recreateOptions(params: JsonObject, policy: HealthPolicy | null): RecreateOptions | null {
  const surge = params['surge'] === true;
  const retain = policy?.recovery.items.find(({ recreate }) => recreate?.retain !== undefined)?.recreate
    ?.retain;
  return surge || retain !== undefined ? { surge, ...(retain === undefined ? {} : { retain }) } : null;
}

/**
 * The rules of a recovery that recreates its node in another failure domain: the RECREATE of the policy with
 * its hooks, or one with the defaults, and none of the actions that work on the node where it is.
 */
export function recreateRules(rules: RecoveryRules): RecoveryRules {
  const own = rules.items.find(({ name }) => name === 'RECREATE');
  const [usual] = operationRules('RECREATE', {}, null).items;
  const item = own ?? (usual && { ...usual, id: 'elsewhere' });
  if (item === undefined) return rules;
  // What failed is the domain: the node shows nothing of the cause, and its host cannot say that it has
  // stopped.
  const { recreate, ...rest } = item;
  const options = recreate === undefined ? {} : { recreate: { surge: recreate.surge } };
  const only = { ...rest, ...options, when: null, onFailure: { kind: 'STOP' as const } };
  return { ...rules, strategy: 'CHAIN', items: [only] };
}

const withoutPolicy = {
  verify: 'STATUS',
  stabilizeMs: 0,
  fencing: [],
  nodeDeleteTimeoutMs: 20_000,
  nodeForceRecreate: false,
} as const satisfies Partial<RecoveryRules>;
