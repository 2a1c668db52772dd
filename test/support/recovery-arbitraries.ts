/**
 * Generated health policies, answers and clusters for the property tests of the planner. The invariants are
 * not here.
 */
import fc from 'fast-check';
import { zoneOutageActions, type HealthPolicy } from '../../src/domain/health-policy.ts';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import type { Act, ChainEvent, StepResult } from '../../src/recovery/chain.ts';
import { healthPolicy, workflow } from './health-policies.ts';

const seconds = fc.integer({ min: 1, max: 600 });

function optional<T extends Json>(key: string, value: fc.Arbitrary<T>): fc.Arbitrary<JsonObject> {
  return fc.option(value, { nil: undefined }).map((found) => (found === undefined ? {} : { [key]: found }));
}

function merged(...parts: fc.Arbitrary<JsonObject>[]): fc.Arbitrary<JsonObject> {
  return fc.tuple(...parts).map((objects) => Object.assign({}, ...objects) as JsonObject);
}

const running = merged(
  optional('timeout', seconds),
  optional('attempts', fc.integer({ min: 1, max: 3 })),
  optional(
    'backoff',
    fc.record({ delay: fc.integer({ min: 0, max: 20 }), factor: fc.integer({ min: 1, max: 3 }) }),
  ),
);

const hooks = fc.array(
  running.map((more) => workflow('hook', more)),
  { maxLength: 2 },
);

const item = merged(
  fc.constantFrom<JsonObject>(
    { name: 'REBOOT' },
    { name: 'REBUILD' },
    { name: 'RECREATE' },
    { name: 'RECREATE', params: { surge: true } },
    workflow('check'),
  ),
  running,
  fc.record({ before: hooks, after: hooks }),
  optional(
    'when',
    fc.constantFrom(
      { failure: ['SERVER_ERROR'] },
      { failure: ['HOST_DOWN', 'SERVER_ERROR'] },
      { failure: ['HOST_DOWN'] },
    ),
  ),
  optional('on_failure', fc.constantFrom('STOP', 'NEXT', 'GOTO')),
);

/** Gives every item an id, and a GOTO a later item to go to; the last has none. */
function withTargets(items: JsonObject[], jumps: number[]): JsonObject[] {
  return items.map((each, index) => {
    const ahead = items.length - 1 - index;
    const target = index + 1 + ((jumps[index] ?? 0) % Math.max(1, ahead));
    const goes = ahead === 0 ? 'NEXT' : `GOTO item${target}`;
    return { ...each, id: `item${index}`, ...(each['on_failure'] === 'GOTO' ? { on_failure: goes } : {}) };
  });
}

const actions = fc
  .tuple(fc.array(item, { minLength: 1, maxLength: 4 }), fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }))
  .map(([items, jumps]) => withTargets(items, jumps));

const recovery = merged(
  fc.record({
    strategy: fc.constantFrom('CHAIN', 'ESCALATE'),
    actions,
    on_success: hooks,
    on_exhausted: hooks,
  }),
  optional('verify', fc.constantFrom('DETECTION', 'STATUS', 'NONE')),
  optional('retry', fc.record({ episodes: fc.integer({ min: 1, max: 3 }), window: seconds, delay: seconds })),
  optional('fencing', fc.constant(['COMPUTE'])),
).map(withoutContradiction);

/** A policy that asks for surge and fencing is refused. */
export function withoutContradiction(rules: JsonObject): JsonObject {
  if (!JSON.stringify(rules['actions']).includes('"surge"')) return rules;
  return Object.fromEntries(Object.entries(rules).filter(([key]) => key !== 'fencing'));
}

const share = fc.record({
  percent: fc.integer({ min: 1, max: 100 }),
  at_least: fc.integer({ min: 0, max: 3 }),
});
const rate = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 300 }))
  .map(([count, period]) => `${count}/${period}s`);
const safety = merged(
  optional('max_unhealthy', share),
  optional('max_in_flight', share),
  optional('rate_limit', merged(optional('node', rate), optional('cluster', rate))),
  optional(
    'breaker',
    fc.record({ failures: fc.integer({ min: 1, max: 4 }), window: seconds, open: seconds }),
  ),
  optional(
    'zone_outage',
    fc.record({
      action: fc.constantFrom(...zoneOutageActions),
      percent: fc.integer({ min: 1, max: 100 }),
      within: seconds,
    }),
  ),
);

const detection = fc.record({
  interval: fc.integer({ min: 1, max: 60 }),
  node_update_timeout: fc.integer({ min: 0, max: 120 }),
  failure_threshold: fc.integer({ min: 1, max: 3 }),
  success_threshold: fc.integer({ min: 1, max: 3 }),
});

export const anyPolicy: fc.Arbitrary<HealthPolicy> = fc
  .record({ detection, recovery, safety })
  .map((parts) => healthPolicy(parts));

export const anyVerdict: fc.Arbitrary<Verdict> = fc.constantFrom<Verdict[]>(
  { health: 'healthy', reason: 'runs' },
  { health: 'unhealthy', failure: 'SERVER_ERROR', reason: 'status ERROR' },
  { health: 'unhealthy', failure: 'HOST_DOWN', reason: 'host down' },
  { health: 'unknown', reason: 'no answer' },
);

const anyResult: fc.Arbitrary<StepResult> = fc.constantFrom<StepResult[]>(
  { ok: true, output: {} },
  { ok: false, reason: '503', retryable: true },
  { ok: false, reason: 'no such workflow', retryable: false },
);

/** What may come of an act; which part is used depends on the act. */
export interface Fate {
  readonly verdict: Verdict;
  readonly result: StepResult;
  /** How long it took, in milliseconds; a clock that was set back gives less than nothing. */
  readonly tookMs: number;
  readonly cancelled: boolean;
}

export const anyFate: fc.Arbitrary<Fate> = fc.record({
  verdict: anyVerdict,
  result: anyResult,
  tookMs: fc.integer({ min: -500, max: 700_000 }),
  cancelled: fc.integer({ min: 0, max: 29 }).map((number) => number === 0),
});

export const anyFates: fc.Arbitrary<readonly Fate[]> = fc.array(anyFate, { minLength: 1, maxLength: 40 });

export function eventOf(act: Act, now: number, fate: Fate): ChainEvent {
  const at = now + fate.tookMs;
  // Nothing interrupts it.
  if (act.kind === 'replace')
    return { kind: 'replaced', at, left: fate.result.ok ? null : fate.result.reason };
  if (fate.cancelled) return { kind: 'cancelled', at, reason: 'cancelled' };
  switch (act.kind) {
    case 'probe':
    case 'verify':
      return { kind: 'probed', at, verdict: fate.verdict };
    case 'run':
      return { kind: 'ran', at, result: fate.result };
    case 'wait':
      return { kind: 'waited', at: Math.max(act.until, at) };
  }
}
