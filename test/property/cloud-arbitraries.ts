/**
 * Generated policies and stories for the property test of healing on the simulated cloud: what happens to
 * servers, hosts, the cloud's API and Coppice. The invariants are not here.
 */
import fc from 'fast-check';
import type { Fault } from '../../src/cloud-simulator/faults.ts';
import type { VmState } from '../../src/cloud-simulator/server-states.ts';
import type { JsonObject } from '../../src/domain/json.ts';

export const hostNames = ['compute1', 'compute2', 'compute3'] as const;

/** Of the first and the third the servers fail together. */
export const zoneOf: Readonly<Record<(typeof hostNames)[number], string>> = {
  compute1: 'az1',
  compute2: 'az2',
  compute3: 'az1',
};

const item = (name: string, more: JsonObject = {}): fc.Arbitrary<JsonObject> =>
  fc
    .record({
      timeout: fc.integer({ min: 20, max: 120 }),
      attempts: fc.integer({ min: 1, max: 2 }),
      backoff: fc.record({ delay: fc.integer({ min: 0, max: 10 }) }),
    })
    .map((running) => ({ name, ...more, ...running }));

const repairs = fc.array(
  fc.oneof(
    item('REBOOT', { params: { type: 'HARD' } }),
    item('REBOOT', { params: { type: 'SOFT' } }),
    item('REBUILD'),
    item('START', { when: { failure: ['SERVER_STOPPED'] } }),
    item('EVACUATE', { when: { failure: ['HOST_DOWN'] } }),
  ),
  { maxLength: 2 },
);

/** What makes a new server is the last resort; without it a node may be left to an operator. */
const actions = fc
  .tuple(
    repairs,
    fc.oneof({ weight: 4, arbitrary: item('RECREATE') }, { weight: 1, arbitrary: item('REBOOT') }),
  )
  .map(([first, last]) => [...first, last]);

const zoneOutage: fc.Arbitrary<JsonObject | undefined> = fc.option(
  fc
    .record({
      rule: fc.constantFrom(
        { action: 'HOLD', domain: 'ZONE' },
        { action: 'REPLACE_ELSEWHERE', domain: 'ZONE' },
        { action: 'HOLD', domain: 'HOST' },
      ),
      percent: fc.constantFrom(50, 60, 100),
      least: fc.constantFrom(2, 3),
    })
    .map(({ rule, percent, least }) => ({ ...rule, percent, at_least: least })),
  { nil: undefined },
);

export const anyCloudPolicy: fc.Arbitrary<JsonObject> = fc
  .record({
    interval: fc.integer({ min: 5, max: 30 }),
    threshold: fc.integer({ min: 1, max: 2 }),
    modes: fc.constantFrom(['NODE_STATUS_POLLING'], ['NODE_STATUS_POLLING', 'HYPERVISOR_STATUS_POLLING']),
    actions,
    retry: fc.option(
      fc.record({
        episodes: fc.integer({ min: 2, max: 5 }),
        window: fc.constant(3600),
        delay: fc.integer({ min: 1, max: 60 }),
      }),
      { nil: undefined },
    ),
    relapse: fc.constantFrom(0, 120),
    inFlight: fc.constantFrom(1, 2, 10),
    zoneOutage,
  })
  .map(({ interval, threshold, modes, actions: chain, retry, relapse, inFlight, zoneOutage: outage }) => ({
    detection: {
      interval,
      node_update_timeout: 0,
      failure_threshold: threshold,
      detection_modes: modes.map((type) => ({ type })),
    },
    recovery: {
      strategy: 'ESCALATE',
      actions: chain,
      relapse,
      fencing: ['COMPUTE'],
      ...(retry === undefined ? {} : { retry }),
    },
    safety: {
      max_in_flight: { percent: 1, at_least: inFlight },
      ...(outage === undefined ? {} : { zone_outage: outage }),
    },
  }));

export type CloudHappening =
  | { readonly kind: 'state'; readonly node: number; readonly state: VmState }
  | { readonly kind: 'delete server' | 'delete node' | 'recover'; readonly node: number }
  | { readonly kind: 'fault'; readonly fault: Partial<Fault> }
  | { readonly kind: 'away'; readonly service: 'compute' | 'identity' | 'image'; readonly seconds: number }
  /** Nova shows nothing, and does what it is asked to. */
  | { readonly kind: 'blind'; readonly by: 'error' | 'hang'; readonly seconds: number }
  | { readonly kind: 'host'; readonly host: number; readonly isUp: boolean }
  /** All hosts of an availability zone at once. */
  | { readonly kind: 'zone'; readonly zone: string; readonly isUp: boolean }
  | { readonly kind: 'kill' | 'grow' | 'shrink' | 'tokens end' | 'no quota' }
  | { readonly kind: 'kill at write'; readonly write: number; readonly when: 'before' | 'after' };

const node = fc.nat(9);
const seconds = fc.integer({ min: 20, max: 300 });

const fault: fc.Arbitrary<Partial<Fault>> = fc.record({
  operation: fc.constantFrom(
    'create',
    'create',
    'delete',
    'reboot',
    'rebuild',
    'start',
    'evacuate',
    'show',
    'list',
    'metadata',
    'services',
    '*',
  ),
  kind: fc.constantFrom(
    'lost-answer' as const,
    'error' as const,
    'hang' as const,
    'slow' as const,
    'fail' as const,
  ),
  count: fc.integer({ min: 1, max: 3 }),
  status: fc.constantFrom(409, 429, 500, 503),
  delay_ms: fc.constantFrom(1000, 9000, 15_000),
});

const happening: fc.Arbitrary<CloudHappening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('state' as const),
      node,
      state: fc.constantFrom<VmState[]>('error', 'error', 'stopped', 'paused', 'suspended'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete server' as const), node }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('fault' as const), fault }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('away' as const),
      service: fc.constantFrom('compute' as const, 'identity' as const, 'image' as const),
      seconds,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('blind' as const),
      by: fc.constantFrom('error' as const, 'hang' as const),
      seconds,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('host' as const),
      host: fc.nat(hostNames.length - 1),
      isUp: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('zone' as const),
      zone: fc.constantFrom('az1', 'az2'),
      isUp: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'kill' as const }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('kill at write' as const),
      write: fc.integer({ min: 1, max: 40 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'grow' as const,
        'grow' as const,
        'shrink' as const,
        'tokens end' as const,
        'no quota' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('delete node' as const, 'recover' as const), node }),
  },
);

export interface CloudStory {
  readonly size: number;
  readonly policy: JsonObject;
  readonly answerMs: number;
  readonly operationMs: number;
  readonly happenings: readonly { readonly after: number; readonly what: CloudHappening }[];
}

export const anyCloudStory: fc.Arbitrary<CloudStory> = fc.record({
  size: fc.integer({ min: 1, max: 5 }),
  policy: anyCloudPolicy,
  answerMs: fc.constantFrom(0, 30, 400),
  operationMs: fc.constantFrom(100, 3000, 15_000),
  happenings: fc.array(fc.record({ after: fc.integer({ min: 0, max: 40 }), what: happening }), {
    minLength: 2,
    maxLength: 14,
  }),
});
