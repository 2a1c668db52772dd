/**
 * Generated policies and worlds for the property tests of the whole: small, so that much happens in little
 * time. The invariants are not here.
 */
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { FailureClass } from '../../src/domain/verdict.ts';
import { withoutContradiction } from '../support/recovery-arbitraries.ts';
import type { Course } from '../support/simulated-cloud.ts';
import type { SimulatedWorkflow } from '../support/simulated-workflows.ts';

export const workflowNames = ['drain', 'attach', 'migrate', 'missing'] as const;

function maybe(key: string, value: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> {
  return fc.option(value, { nil: undefined }).map((found) => (found === undefined ? {} : { [key]: found }));
}

function merged(...parts: fc.Arbitrary<JsonObject>[]): fc.Arbitrary<JsonObject> {
  return fc.tuple(...parts).map((objects) => Object.assign({}, ...objects) as JsonObject);
}

const running = merged(
  fc.record({ timeout: fc.integer({ min: 6, max: 40 }) }),
  maybe('attempts', fc.integer({ min: 1, max: 2 })),
  maybe('backoff', fc.record({ delay: fc.integer({ min: 0, max: 10 }) })),
);

const workflowItem = fc
  .tuple(fc.constantFrom(...workflowNames), running)
  .map(([name, more]): JsonObject => ({ name: 'WORKFLOW', params: { workflow_name: name }, ...more }));

const hooks = fc.array(workflowItem, { maxLength: 1 });

const operation = merged(
  fc.constantFrom<JsonObject>(
    { name: 'REBOOT' },
    { name: 'REBUILD' },
    { name: 'RECREATE' },
    { name: 'RECREATE', params: { surge: true } },
    { name: 'RECREATE', params: { retain: { for: 40, max: 2 } } },
    { name: 'RECREATE', params: { surge: true, retain: { for: 40, max: 2 } } },
  ),
  running,
  fc.record({ before: hooks, after: hooks }),
);

const item = merged(
  fc.oneof({ weight: 3, arbitrary: operation }, { weight: 1, arbitrary: workflowItem }),
  maybe('on_failure', fc.constantFrom('STOP', 'NEXT')),
  maybe('when', fc.constant({ failure: ['SERVER_ERROR', 'SERVER_DELETED'] })),
);

const recovery = merged(
  fc.record({
    strategy: fc.constantFrom('CHAIN', 'ESCALATE', 'ESCALATE'),
    actions: fc.array(item, { minLength: 1, maxLength: 3 }),
    on_success: hooks,
    on_exhausted: hooks,
  }),
  maybe('verify', fc.constantFrom('DETECTION', 'STATUS', 'NONE')),
  maybe('stabilize', fc.integer({ min: 0, max: 5 })),
  maybe(
    'retry',
    fc.record({
      episodes: fc.integer({ min: 1, max: 3 }),
      window: fc.constant(3600),
      delay: fc.integer({ min: 1, max: 30 }),
    }),
  ),
  maybe('fencing', fc.constant(['COMPUTE'])),
).map(withoutContradiction);

const share = fc.record({
  percent: fc.integer({ min: 1, max: 60 }),
  at_least: fc.integer({ min: 0, max: 2 }),
});
const safety = merged(
  maybe('max_unhealthy', share),
  maybe('max_in_flight', share),
  maybe(
    'rate_limit',
    merged(
      maybe('node', fc.constantFrom('1/2m', '2/10m')),
      maybe('cluster', fc.constantFrom('2/1m', '3/10m')),
    ),
  ),
  maybe(
    'breaker',
    fc.record({
      failures: fc.integer({ min: 1, max: 3 }),
      window: fc.constant(600),
      open: fc.integer({ min: 10, max: 200 }),
    }),
  ),
);

const detection = fc.record({
  interval: fc.integer({ min: 2, max: 15 }),
  node_update_timeout: fc.integer({ min: 0, max: 20 }),
  failure_threshold: fc.integer({ min: 1, max: 2 }),
  success_threshold: fc.integer({ min: 1, max: 2 }),
  detection_modes: fc.constantFrom(
    [{ type: 'NODE_STATUS_POLLING' }],
    [{ type: 'LIFECYCLE_EVENTS' }],
    [{ type: 'NODE_STATUS_POLLING' }, { type: 'LIFECYCLE_EVENTS' }],
  ),
});

export const anyHealthPolicy: fc.Arbitrary<JsonObject> = merged(
  fc.record({ detection, recovery, safety }),
  fc.integer({ min: 0, max: 7 }).map((number) => ({ mode: number === 0 ? 'OBSERVE' : 'ENFORCE' })),
);

const aNode = fc.nat(9);

/**
 * Something that happens to the cluster, to its process, or to the clock. `node` is taken modulo what there
 * is.
 */
export type Happening =
  | {
      readonly kind: 'fail';
      readonly node: number;
      readonly failure: FailureClass;
      readonly curedBy: readonly string[] | null;
    }
  | {
      readonly kind: 'heal' | 'lose' | 'event' | 'delete node' | 'release' | 'exclude' | 'include';
      readonly node: number;
    }
  | {
      readonly kind: 'recover';
      readonly node: number;
      readonly operation: string | null;
      readonly check: boolean;
    }
  | { readonly kind: 'kill' | 'detach' | 'disable' | 'enable' | 'pause' | 'resume' | 'grow' | 'shrink' }
  | { readonly kind: 'kill at write'; readonly write: number; readonly when: 'before' | 'after' }
  | { readonly kind: 'cancel'; readonly node: number }
  | { readonly kind: 'clock'; readonly seconds: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      node: aNode,
      failure: fc.constantFrom<FailureClass[]>('SERVER_ERROR', 'HOST_DOWN'),
      curedBy: fc.constantFrom(null, ['RECREATE'], ['REBOOT'], []),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('heal' as const, 'lose' as const), node: aNode }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('event' as const), node: aNode }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('kill' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('kill at write' as const),
      write: fc.integer({ min: 1, max: 40 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('recover' as const),
      node: aNode,
      operation: fc.constantFrom(null, 'REBOOT', 'RECREATE'),
      check: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'delete node' as const,
        'release' as const,
        'exclude' as const,
        'include' as const,
        'cancel' as const,
        'cancel' as const,
      ),
      node: aNode,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'disable' as const,
        'enable' as const,
        'pause' as const,
        'resume' as const,
        'grow' as const,
        'shrink' as const,
        'detach' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('clock' as const),
      seconds: fc.integer({ min: -120, max: 120 }),
    }),
  },
);

const course: fc.Arbitrary<Course> = fc.record({
  takesMs: fc.integer({ min: 0, max: 25_000 }),
  ends: fc.constantFrom('works', 'works', 'works', 'fails', 'refused', 'unanswered', 'hangs'),
});

/** How a probe goes: mostly it says what is; else it lies, or cannot see. Late probes say what was. */
export interface ProbeCourse {
  readonly says: 'truth' | 'healthy' | 'unhealthy' | 'unknown';
  readonly takesMs: number;
}

const probe: fc.Arbitrary<ProbeCourse> = fc.record({
  says: fc.constantFrom('truth', 'truth', 'truth', 'truth', 'truth', 'unknown', 'healthy', 'unhealthy'),
  takesMs: fc.constantFrom(0, 0, 0, 300, 4000),
});

const aWorkflow: fc.Arbitrary<SimulatedWorkflow> = fc.record({
  ends: fc.constantFrom('SUCCESS', 'SUCCESS', 'ERROR', 'CANCELLED', 'hangs'),
  takesMs: fc.integer({ min: 0, max: 30_000 }),
  cancelTakesMs: fc.constantFrom(0, 0, 3000),
});

export interface WorldPlan {
  readonly size: number;
  readonly policy: JsonObject;
  readonly happenings: readonly { readonly after: number; readonly what: Happening }[];
  /** Used one after another, over and over. */
  readonly courses: readonly Course[];
  readonly probes: readonly ProbeCourse[];
  readonly workflows: readonly SimulatedWorkflow[];
  readonly troubles: readonly ('none' | 'lost' | 'unanswered')[];
  readonly lostSignals: readonly boolean[];
}

export const anyWorldPlan: fc.Arbitrary<WorldPlan> = fc.record({
  size: fc.integer({ min: 1, max: 5 }),
  policy: anyHealthPolicy,
  happenings: fc.array(fc.record({ after: fc.integer({ min: 0, max: 25 }), what: happening }), {
    minLength: 1,
    maxLength: 14,
  }),
  courses: fc.array(course, { minLength: 1, maxLength: 8 }),
  probes: fc.array(probe, { minLength: 1, maxLength: 20 }),
  workflows: fc.array(aWorkflow, { minLength: 3, maxLength: 3 }),
  troubles: fc.array(fc.constantFrom('none', 'none', 'none', 'none', 'lost', 'unanswered'), {
    minLength: 1,
    maxLength: 8,
  }),
  lostSignals: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
});
