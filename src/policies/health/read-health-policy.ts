/**
 * From the checked properties of a spec, defaults filled in, to the one shape that everything else reads.
 * Nothing is refused here.
 */
import type {
  Backoff,
  BreakerLimits,
  ChainItem,
  Detection,
  DetectionMode,
  HealthPolicy,
  Hook,
  LbStatusOptions,
  OnFailure,
  PollUrlOptions,
  Rate,
  RecoveryRules,
  RecreateOptions,
  Retry,
  Runnable,
  Safety,
  Share,
  VerifyBy,
  ZoneOutageRules,
} from '../../domain/health-policy.ts';
import type { FailureDomain } from '../../domain/failure-domain.ts';
import { checkFields } from '../../domain/check-fields.ts';
import type { JsonObject } from '../../domain/json.ts';
import { isInVersion } from '../../domain/spec-schema.ts';
import { recreateParams } from './recovery-fields.ts';

/** Senlin's default_action_timeout: what an action may take of whom nothing else is said. */
export const defaultTimeoutSeconds = 3600;

/** The properties as `checkFields` leaves them: every key of its type. */
interface Properties {
  readonly mode?: HealthPolicy['mode'];
  readonly detection: {
    readonly interval: number;
    readonly node_update_timeout: number;
    readonly recovery_conditional: Detection['recoveryConditional'];
    readonly failure_threshold?: number;
    readonly success_threshold?: number;
    readonly detection_modes?: readonly {
      readonly type: DetectionMode['type'];
      readonly options: PollUrlOptions & LbStatusOptions;
    }[];
  };
  readonly recovery: {
    readonly strategy?: RecoveryRules['strategy'];
    readonly actions?: readonly RawItem[];
    readonly on_success?: readonly RawRunnable[];
    readonly on_exhausted?: readonly RawRunnable[];
    readonly retry?: { readonly episodes: number; readonly window: number; readonly delay: number };
    readonly relapse?: number;
    readonly verify?: VerifyBy;
    readonly stabilize?: number;
    readonly fencing?: readonly 'COMPUTE'[];
    readonly node_delete_timeout: number;
    readonly node_force_recreate: boolean;
  };
  readonly safety?: {
    readonly max_unhealthy?: RawShare;
    readonly max_in_flight?: RawShare;
    readonly rate_limit?: { readonly node?: string; readonly cluster?: string };
    readonly breaker?: { readonly failures: number; readonly window: number; readonly open: number };
    readonly zone_outage?: RawZoneOutage;
    readonly stopped_by_user?: 'RECOVER' | 'HOLD';
  };
}

interface RawZoneOutage {
  readonly action: ZoneOutageRules['action'];
  readonly domain: FailureDomain['kind'];
  readonly label?: string;
  readonly percent: number;
  readonly at_least: number;
  readonly within?: number;
}

interface RawShare {
  readonly percent: number;
  readonly at_least: number;
}

interface RawRunnable {
  readonly name: string;
  readonly id?: string;
  readonly params?: JsonObject;
  readonly timeout?: number;
  readonly attempts?: number;
  readonly backoff?: { readonly delay: number; readonly factor: number; readonly max_delay: number };
}

interface RawRetain {
  readonly for: number;
  readonly max: number;
}

interface RawItem extends RawRunnable {
  readonly before?: readonly RawRunnable[];
  readonly after?: readonly RawRunnable[];
  readonly when?: { readonly failure: readonly string[] };
  readonly on_failure?: string;
}

export function readHealthPolicy(checked: JsonObject, version: string): HealthPolicy {
  const properties = checked as unknown as Properties;
  const detection = readDetection(properties.detection);
  return {
    version,
    mode: properties.mode ?? 'ENFORCE',
    detection,
    recovery: readRecovery(properties.recovery, detection, version),
    safety: readSafety(properties.safety, detection),
  };
}

function readDetection(raw: Properties['detection']): Detection {
  return {
    intervalMs: ms(raw.interval),
    nodeUpdateTimeoutMs: ms(raw.node_update_timeout),
    recoveryConditional: raw.recovery_conditional,
    failureThreshold: raw.failure_threshold ?? 1,
    successThreshold: raw.success_threshold ?? 1,
    modes: (raw.detection_modes ?? []).map(readMode),
  };
}

type RawMode = NonNullable<Properties['detection']['detection_modes']>[number];

/** Every mode is checked to have the options of all. */
function readMode({ type, options: { pool, ...url } }: RawMode): DetectionMode {
  if (type === 'NODE_STATUS_POLL_URL') return { type, options: url };
  if (type === 'LB_STATUS_POLLING') return { type, options: pool === undefined ? {} : { pool } };
  return { type };
}

function readRecovery(raw: Properties['recovery'], detection: Detection, version: string): RecoveryRules {
  // Senlin's documentation promised that several actions "can be tried one by one" until one helped.
  const strategy = raw.strategy ?? (isInVersion(version, '1.3') ? 'CHAIN' : 'ESCALATE');
  // "Default Recovery Action" of Senlin's documentation.
  const actions =
    raw.actions === undefined || raw.actions.length === 0 ? [{ name: 'RECREATE' }] : raw.actions;
  return {
    strategy,
    items: actions.map((item, index) => readItem(item, `actions[${index}]`, strategy, version)),
    onSuccess: readHooks(raw.on_success, 'on_success'),
    onExhausted: readHooks(raw.on_exhausted, 'on_exhausted'),
    retry: raw.retry === undefined ? null : readRetry(raw.retry),
    relapseMs: raw.relapse === undefined ? defaultRelapseMs(detection) : ms(raw.relapse),
    verify: raw.verify ?? (detection.modes.length > 0 ? 'DETECTION' : 'STATUS'),
    stabilizeMs: ms(raw.stabilize ?? 0),
    fencing: raw.fencing ?? [],
    nodeDeleteTimeoutMs: ms(raw.node_delete_timeout),
    nodeForceRecreate: raw.node_force_recreate,
  };
}

/** Long enough that a program which dies in its first minutes is seen to, whatever the interval. */
function defaultRelapseMs({ intervalMs }: Detection): number {
  return Math.max(10 * intervalMs, 300_000);
}

function readItem(
  raw: RawItem,
  place: string,
  strategy: RecoveryRules['strategy'],
  version: string,
): ChainItem {
  const hasOptions = raw.name === 'RECREATE' && isInVersion(version, '1.3');
  return {
    ...readRunnable(raw, place),
    ...(hasOptions ? { recreate: readRecreateOptions(raw.params ?? {}) } : {}),
    before: readHooks(raw.before, `${place}.before`),
    after: readHooks(raw.after, `${place}.after`),
    when: raw.when?.failure ?? null,
    onFailure: readOnFailure(raw.on_failure ?? (strategy === 'CHAIN' ? 'STOP' : 'NEXT')),
  };
}

/** @param params of any shape: what is wrong with them is said by `check-operation-params.ts`. */
function readRecreateOptions(params: JsonObject): RecreateOptions {
  const read = checkFields(recreateParams, params, '1.3');
  if (!read.ok) return { surge: false };
  const { surge, retain } = read.value as unknown as { readonly surge: boolean; readonly retain?: RawRetain };
  return {
    surge,
    ...(retain === undefined ? {} : { retain: { forMs: ms(retain.for), max: retain.max } }),
  };
}

function readHooks(raw: readonly RawRunnable[] | undefined, place: string): Hook[] {
  return (raw ?? []).map((hook, index) => readRunnable(hook, `${place}[${index}]`));
}

function readRunnable(raw: RawRunnable, place: string): Runnable {
  return {
    id: raw.id ?? place,
    name: raw.name,
    params: readParams(raw.name, raw.params ?? {}),
    timeoutGiven: raw.timeout !== undefined,
    timeoutMs: ms(raw.timeout ?? defaultTimeoutSeconds),
    attempts: raw.attempts ?? 1,
    backoff: readBackoff(raw.backoff),
  };
}

/**
 * Senlin reboots hard unless the type says otherwise, and its documentation writes the type in lower case.
 */
function readParams(name: string, params: JsonObject): JsonObject {
  if (name !== 'REBOOT') return params;
  const type = params['type'] ?? 'HARD';
  return { ...params, type: typeof type === 'string' ? type.toUpperCase() : type };
}

function readBackoff(raw: RawRunnable['backoff']): Backoff {
  const { delay, factor, max_delay } = raw ?? { delay: 1, factor: 2, max_delay: 60 };
  return { delayMs: ms(delay), factor, maxDelayMs: ms(max_delay) };
}

function readOnFailure(text: string): OnFailure {
  if (text.startsWith('GOTO ')) return { kind: 'GOTO', id: text.slice('GOTO '.length) };
  return { kind: text === 'NEXT' ? 'NEXT' : 'STOP' };
}

function readRetry(raw: NonNullable<Properties['recovery']['retry']>): Retry {
  return { episodes: raw.episodes, windowMs: ms(raw.window), delayMs: ms(raw.delay) };
}

function readSafety(raw: Properties['safety'], detection: Detection): Safety {
  return {
    maxUnhealthy: readShare(raw?.max_unhealthy),
    maxInFlight: readShare(raw?.max_in_flight),
    rateLimit: { node: readRate(raw?.rate_limit?.node), cluster: readRate(raw?.rate_limit?.cluster) },
    breaker: readBreaker(raw?.breaker),
    zoneOutage: raw?.zone_outage === undefined ? null : readZoneOutage(raw.zone_outage, detection),
    ...(raw?.stopped_by_user === 'HOLD' ? { stoppedByUser: 'HOLD' as const } : {}),
  };
}

function readZoneOutage(raw: RawZoneOutage, { intervalMs }: Detection): ZoneOutageRules {
  const { action, domain: kind, label = '', percent, at_least: atLeast, within } = raw;
  const domain: FailureDomain = kind === 'LABEL' ? { kind, label } : { kind };
  // Each node is probed once in an interval: failures of the same moment are seen as far apart.
  const withinMs = within === undefined ? Math.max(2 * intervalMs, 120_000) : ms(within);
  return { action, domain, percent, atLeast, withinMs };
}

function readShare(raw: RawShare | undefined): Share | null {
  return raw === undefined ? null : { percent: raw.percent, atLeast: raw.at_least };
}

function readBreaker(raw: NonNullable<Properties['safety']>['breaker']): BreakerLimits | null {
  return raw === undefined
    ? null
    : { failures: raw.failures, windowMs: ms(raw.window), openMs: ms(raw.open) };
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `3/1h` */
function readRate(text: string | undefined): Rate | null {
  const [, count, amount, unit] = /^(\d+)\/(\d*)([smhd])$/.exec(text ?? '') ?? [];
  if (count === undefined || unit === undefined) return null;
  const periods = amount === undefined || amount === '' ? 1 : Number(amount);
  return { count: Number(count), periodMs: periods * unitMs[unit as keyof typeof unitMs] };
}

function ms(seconds: number): number {
  return Math.round(seconds * 1000);
}
