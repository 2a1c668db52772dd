import { describe, expect, test } from 'vitest';
import { outlineOf, traceOf } from '../../test/support/chain-trace.ts';
import { healthPolicy, workflow } from '../../test/support/health-policies.ts';
import type { PolicyParts } from '../../test/support/health-policies.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Verdict } from '../domain/verdict.ts';
import { chainFacts } from './chain.ts';
import type { ChainEvent, ChainFacts, StepPlan, StepResult } from './chain.ts';
import { planChain } from './plan-chain.ts';
import type { ChainPlan } from './plan-chain.ts';
import { simulateChain } from './simulate-chain.ts';
import type { Supposition } from './simulate-chain.ts';

const healthy: Verdict = { health: 'healthy', reason: 'process runs' };
const unhealthy: Verdict = { health: 'unhealthy', failure: 'PROCESS_EXITED', reason: 'process has exited' };
const unseen: Verdict = { health: 'unknown', reason: 'no permission' };

const done: StepResult = { ok: true, output: {} };
const failed: StepResult = { ok: false, reason: 'refused with 503', retryable: true };
const rejected: StepResult = { ok: false, reason: 'there is no workflow drain', retryable: false };

function factsOf(recovery: JsonObject, more: Partial<ChainFacts> = {}, parts: PolicyParts = {}): ChainFacts {
  const policy = healthPolicy({ ...parts, recovery });
  const failure = { class: 'PROCESS_EXITED', reason: 'process has exited' };
  return { ...chainFacts(policy, { startedAt: 1000, failure, manual: null, exhaustedAt: [] }), ...more };
}

/**
 * Told with a world in which `broken` steps fail, and the node is healthy after the first step in `cures`.
 */
function tell(
  facts: ChainFacts,
  world: { broken?: Record<string, StepResult>; cures?: readonly string[]; first?: Verdict } = {},
): ChainPlan {
  let isHealthy = false;
  const nameOf = ({ params, name }: StepPlan): string => {
    const workflow = params['workflow_name'];
    return typeof workflow === 'string' ? workflow : name;
  };
  const suppose: Supposition = {
    firstProbe: world.first ?? unhealthy,
    step(step) {
      const result =
        world.broken?.[`${nameOf(step)} #${step.attempt}`] ?? world.broken?.[nameOf(step)] ?? done;
      isHealthy ||= result.ok && (world.cures ?? []).includes(nameOf(step));
      return result;
    },
    probe: () => (isHealthy ? healthy : unhealthy),
  };
  return simulateChain(facts, suppose);
}

const reboot = { name: 'REBOOT', timeout: 1 };
const rebuild = { name: 'REBUILD', timeout: 1 };
const recreate = { name: 'RECREATE', timeout: 1 };

describe('a RECREATE whose old node is not confirmed to be gone', () => {
  const stillThere: StepResult = {
    ok: false,
    reason: 'server a is still there',
    retryable: true,
    isUnconfirmed: true,
  };
  const world = { broken: { RECREATE: stillThere } };
  const nextOf = (recovery: JsonObject, more: Partial<ChainFacts> = {}) =>
    tell(factsOf(recovery, more), world).next;

  test('holds the recovery, which begins again later, each time after twice the pause', () => {
    const reason = 'held: RECREATE: server a is still there; probing again in';
    const held = (times: number) => nextOf({ actions: [recreate] }, { timesUnconfirmed: times });
    expect(held(0)).toEqual({ kind: 'release', until: 11_000, reason: `${reason} 10 s` });
    expect(held(1)).toEqual({ kind: 'release', until: 21_000, reason: `${reason} 20 s` });
    expect(held(4)).toMatchObject({ until: 161_000 });
    expect(held(5)).toMatchObject({ until: 301_000 });
    expect(held(2000)).toMatchObject({ until: 301_000 });
  });

  test('has all its attempts before', () => {
    const plan = tell(factsOf({ actions: [{ ...recreate, attempts: 2 }] }), world);
    expect(outlineOf(plan).filter((line) => line.startsWith('run'))).toEqual([
      'run RECREATE #1',
      'run RECREATE #2',
    ]);
    expect(plan.next.kind).toBe('release');
  });

  test('fails where other actions were run before it, which are not to be run again', () => {
    const actions = [reboot, recreate];
    expect(nextOf({ strategy: 'ESCALATE', actions })).toMatchObject({ kind: 'close', state: 'EXHAUSTED' });
  });

  test('fails where an operator has asked for it', () => {
    const next = nextOf({ actions: [recreate] }, { manual: { check: false } });
    expect(next).toMatchObject({ kind: 'close', state: 'EXHAUSTED', reason: expect.any(String) as string });
  });
});

describe('a node that no host takes now', () => {
  const noPlace: StepResult = { ok: false, reason: 'no host is up', retryable: true, isUnplaced: true };
  const failed: StepResult = { ok: false, reason: 'the server is busy', retryable: true };
  const held = {
    kind: 'release',
    reason: 'held: RECREATE: no host is up; probing again in 10 s',
  };

  test('is held, and that is no try, also where something else was tried that did not help', () => {
    const facts = factsOf({
      strategy: 'ESCALATE',
      actions: [reboot, recreate],
      retry: { episodes: 1, window: 60 },
    });
    for (const broken of [{ RECREATE: noPlace }, { REBOOT: failed, RECREATE: noPlace }]) {
      const plan = tell(facts, { broken });
      expect(plan.next).toMatchObject(held);
      expect(outlineOf(plan).filter((line) => line.startsWith('settle'))).toEqual([]);
    }
    const others = factsOf({ strategy: 'ESCALATE', actions: [recreate, reboot] });
    expect(tell(others, { broken: { RECREATE: noPlace, REBOOT: failed } }).next).toMatchObject(held);
  });

  test('is recovered where something else helps', () => {
    const facts = factsOf({ strategy: 'ESCALATE', actions: [recreate, reboot] });
    const { next } = tell(facts, { broken: { RECREATE: noPlace }, cures: ['REBOOT'] });
    expect(next).toMatchObject({ kind: 'close', state: 'RECOVERED' });
  });

  test('fails where an operator has asked for it', () => {
    const facts = factsOf({ actions: [recreate] }, { manual: { check: false } });
    expect(tell(facts, { broken: { RECREATE: noPlace } }).next).toMatchObject({ state: 'EXHAUSTED' });
  });
});

describe('before anything is touched', () => {
  test('a node that is healthy by then closes the recovery as SELF_HEALED', () => {
    const plan = tell(factsOf({ actions: [reboot] }), { first: healthy });
    expect(outlineOf(plan)).toEqual(['probe', 'close SELF_HEALED']);
  });

  test('a node that cannot be seen is left alone, and its recovery is held', () => {
    const plan = tell(factsOf({ actions: [reboot] }), { first: unseen });
    expect(plan.next).toEqual({
      kind: 'release',
      until: 11_000,
      reason: 'held: cannot probe the node (no permission); probing again in 10 s',
    });
  });

  test('an operator who does not ask for a check is taken at their word', () => {
    const plan = tell(factsOf({ actions: [reboot] }, { manual: { check: false } }), {
      cures: ['REBOOT'],
      first: healthy,
    });
    expect(outlineOf(plan)).toEqual([
      'pass',
      'pass',
      'run REBOOT #1',
      'finish REBOOT #1 SUCCEEDED',
      'verify',
      'end-verification SUCCEEDED',
      'settle RECOVERED',
      'close RECOVERED',
    ]);
  });

  test('an operator that requests a check leaves a healthy node alone, and an unseen one too', () => {
    const facts = factsOf({ actions: [reboot] }, { manual: { check: true } });
    expect(outlineOf(tell(facts, { first: healthy }))).toEqual(['pass', 'probe', 'close SELF_HEALED']);
    expect(outlineOf(tell(facts, { first: unseen }))).toEqual(['pass', 'probe', 'close CANCELLED']);
  });
});

describe('CHAIN', () => {
  const chain = {
    strategy: 'CHAIN',
    actions: [workflow('precheck', { id: 'precheck' }), rebuild, workflow('confirm')],
  };

  test('runs all items in order and verifies the node after the last', () => {
    expect(outlineOf(tell(factsOf(chain), { cures: ['REBUILD'] }))).toEqual([
      'probe',
      'run precheck #1',
      'finish precheck #1 SUCCEEDED',
      'run REBUILD #1',
      'finish REBUILD #1 SUCCEEDED',
      'run confirm #1',
      'finish confirm #1 SUCCEEDED',
      'verify',
      'end-verification SUCCEEDED',
      'settle RECOVERED',
      'close RECOVERED',
    ]);
  });

  test('a failed item keeps the next from starting', () => {
    const plan = tell(factsOf(chain), { broken: { precheck: failed } });
    expect(outlineOf(plan)).toEqual([
      'probe',
      'run precheck #1',
      'finish precheck #1 FAILED',
      'settle EXHAUSTED',
      'close EXHAUSTED',
    ]);
    expect(plan.next.reason).toBe('WORKFLOW precheck: refused with 503');
  });

  test('a node that is not healthy after the last item was not recovered', () => {
    expect(outlineOf(tell(factsOf(chain))).slice(-3)).toEqual([
      'end-verification FAILED',
      'settle EXHAUSTED',
      'close EXHAUSTED',
    ]);
  });

  test('NEXT goes on after a failure; at the end the chain is verified for what did run', () => {
    const tolerant = { actions: [rebuild, workflow('announce', { on_failure: 'NEXT' })] };
    const plan = tell(factsOf(tolerant), { broken: { announce: failed }, cures: ['REBUILD'] });
    expect(outlineOf(plan).slice(-5)).toEqual([
      'finish announce #1 FAILED',
      'verify the chain',
      'end-verification SUCCEEDED',
      'settle RECOVERED',
      'close RECOVERED',
    ]);
  });

  test('NEXT after a last item whose node was unhealthy does not look a second time', () => {
    const tolerant = { actions: [rebuild, { ...recreate, on_failure: 'NEXT' }] };
    expect(outlineOf(tell(factsOf(tolerant)))).not.toContain('verify the chain');
  });

  test('GOTO passes over the items between, with the reason', () => {
    const jump = { actions: [{ ...reboot, on_failure: 'GOTO last' }, rebuild, { ...recreate, id: 'last' }] };
    const plan = tell(factsOf(jump), { broken: { REBOOT: failed }, cures: ['RECREATE'] });
    expect(outlineOf(plan)).toEqual([
      'probe',
      'run REBOOT #1',
      'finish REBOOT #1 FAILED',
      'skip REBUILD #1',
      'run RECREATE #1',
      'finish RECREATE #1 SUCCEEDED',
      'verify',
      'end-verification SUCCEEDED',
      'settle RECOVERED',
      'close RECOVERED',
    ]);
    const skip = plan.decisions.find(({ decision }) => decision.kind === 'skip');
    expect(skip?.decision.reason).toBe('passed over by GOTO last: REBOOT: refused with 503');
  });

  test('an item for other failures is skipped, and the one before it becomes the last', () => {
    const two = { actions: [rebuild, { ...recreate, when: { failure: ['HOST_DOWN'] } }] };
    expect(outlineOf(tell(factsOf(two), { cures: ['REBUILD'] })).slice(1, 5)).toEqual([
      'run REBUILD #1',
      'finish REBUILD #1 SUCCEEDED',
      'verify',
      'end-verification SUCCEEDED',
    ]);
    const plan = tell(factsOf({ actions: [{ ...recreate, when: { failure: ['HOST_DOWN'] } }] }));
    expect(outlineOf(plan)).toEqual(['probe', 'skip RECREATE #1', 'settle EXHAUSTED', 'close EXHAUSTED']);
    expect(plan.decisions[2]?.decision.reason).toBe('only for HOST_DOWN, and this failure is PROCESS_EXITED');
  });
});

describe('ESCALATE', () => {
  const ladder = { strategy: 'ESCALATE', actions: [reboot, rebuild, recreate] };

  test('ends at the first rung that made the node healthy', () => {
    expect(outlineOf(tell(factsOf(ladder), { cures: ['REBOOT'] }))).toEqual([
      'probe',
      'run REBOOT #1',
      'finish REBOOT #1 SUCCEEDED',
      'verify',
      'end-verification SUCCEEDED',
      'settle RECOVERED',
      'close RECOVERED',
    ]);
  });

  test('climbs on when an operation fails, or when the node is not healthy after it', () => {
    const plan = tell(factsOf(ladder), { broken: { REBOOT: rejected }, cures: ['RECREATE'] });
    expect(outlineOf(plan).filter((line) => /^(run|finish|end-verification|settle)/.test(line))).toEqual([
      'run REBOOT #1',
      'finish REBOOT #1 FAILED',
      'run REBUILD #1',
      'finish REBUILD #1 SUCCEEDED',
      'end-verification FAILED',
      'run RECREATE #1',
      'finish RECREATE #1 SUCCEEDED',
      'end-verification SUCCEEDED',
      'settle RECOVERED',
    ]);
  });

  test('STOP ends the ladder where it stands', () => {
    const stop = { strategy: 'ESCALATE', actions: [{ ...reboot, on_failure: 'STOP' }, recreate] };
    expect(outlineOf(tell(factsOf(stop), { cures: ['RECREATE'] })).at(-1)).toBe('close EXHAUSTED');
  });
});

describe('an item', () => {
  const hooked = {
    actions: [
      {
        ...rebuild,
        before: [workflow('drain'), workflow('warn')],
        after: [workflow('reattach'), workflow('tell')],
      },
    ],
  };

  test('runs its hooks around the action, the after hooks once the node is verified', () => {
    expect(outlineOf(tell(factsOf(hooked), { cures: ['REBUILD'] }))).toEqual([
      'probe',
      'run before drain #1',
      'finish before drain #1 SUCCEEDED',
      'run before warn #1',
      'finish before warn #1 SUCCEEDED',
      'run REBUILD #1',
      'finish REBUILD #1 SUCCEEDED',
      'verify',
      'end-verification SUCCEEDED',
      'run after reattach #1',
      'finish after reattach #1 SUCCEEDED',
      'run after tell #1',
      'finish after tell #1 SUCCEEDED',
      'settle RECOVERED',
      'close RECOVERED',
    ]);
  });

  test('fails with a failed before hook, and its action does not run', () => {
    const plan = tell(factsOf(hooked), { broken: { drain: rejected } });
    expect(outlineOf(plan)).toEqual([
      'probe',
      'run before drain #1',
      'finish before drain #1 FAILED',
      'finish REBUILD #1 FAILED',
      'settle EXHAUSTED',
      'close EXHAUSTED',
    ]);
    expect(plan.next.reason).toBe(
      'REBUILD: not run, because what comes before it failed: WORKFLOW drain: there is no workflow drain',
    );
  });

  test('that fails runs no after hooks', () => {
    const plan = tell(factsOf(hooked), { broken: { REBUILD: failed } });
    expect(outlineOf(plan).slice(-3)).toEqual([
      'finish REBUILD #1 FAILED',
      'settle EXHAUSTED',
      'close EXHAUSTED',
    ]);
  });

  test('keeps its success when an after hook fails, and the next hook runs all the same', () => {
    const plan = tell(factsOf(hooked), { broken: { reattach: failed }, cures: ['REBUILD'] });
    expect(outlineOf(plan).slice(-5)).toEqual([
      'finish after reattach #1 FAILED',
      'run after tell #1',
      'finish after tell #1 SUCCEEDED',
      'settle RECOVERED',
      'close RECOVERED',
    ]);
  });

  test('is tried again after a growing wait for what a retry can help', () => {
    const patient = {
      actions: [{ ...rebuild, attempts: 4, backoff: { delay: 15, factor: 2, max_delay: 40 } }],
    };
    const plan = tell(factsOf(patient), {
      broken: { 'REBUILD #1': failed, 'REBUILD #2': failed, 'REBUILD #3': failed },
      cures: ['REBUILD'],
    });
    expect(traceOf(plan)).toEqual([
      '0 probe',
      '0 run REBUILD #1',
      '0 finish REBUILD #1 FAILED',
      '0 wait',
      '15000 run REBUILD #2',
      '15000 finish REBUILD #2 FAILED',
      '15000 wait',
      '45000 run REBUILD #3',
      '45000 finish REBUILD #3 FAILED',
      '45000 wait',
      '85000 run REBUILD #4',
      '85000 finish REBUILD #4 SUCCEEDED',
      '85000 begin-verification',
      '85000 verify',
      '85000 end-verification SUCCEEDED',
      '85000 settle RECOVERED',
      '85000 close RECOVERED',
    ]);
  });

  test('is tried again when the node was not healthy after it', () => {
    const plan = tell(factsOf({ actions: [{ ...rebuild, attempts: 2 }] }));
    expect(outlineOf(plan).filter((line) => /^(finish|end-)/.test(line))).toEqual([
      'finish REBUILD #1 SUCCEEDED',
      'end-verification FAILED',
      'finish REBUILD #2 SUCCEEDED',
      'end-verification FAILED',
    ]);
  });

  test('is not tried again for what no retry can help', () => {
    const plan = tell(factsOf({ actions: [{ ...rebuild, attempts: 5 }] }), { broken: { REBUILD: rejected } });
    expect(outlineOf(plan)).toEqual([
      'probe',
      'run REBUILD #1',
      'finish REBUILD #1 FAILED',
      'settle EXHAUSTED',
      'close EXHAUSTED',
    ]);
  });

  test('that replaces the node is fenced where the policy says so, and only that', () => {
    const plan = tell(
      factsOf({
        fencing: ['COMPUTE'],
        node_delete_timeout: 90,
        strategy: 'ESCALATE',
        actions: [reboot, recreate],
      }),
    );
    const steps = plan.decisions.flatMap(({ decision }) => (decision.kind === 'run' ? decision.step : []));
    expect(steps.map((step) => step.replace)).toEqual([
      null,
      { fence: true, deleteTimeoutMs: 90_000, force: false },
    ]);
  });
});

describe('verification', () => {
  test('looks soon and then ever less often, until the time of the step is up', () => {
    const plan = tell(factsOf({ actions: [{ name: 'REBOOT', timeout: 30 }] }));
    const looks = traceOf(plan).filter((line) => line.endsWith('verify'));
    expect(looks).toEqual(
      ['0', '500', '1500', '3500', '7500', '15500', '25500', '30000'].map((at) => `${at} verify`),
    );
    expect(plan.next.reason).toBe('REBOOT: the node is still not healthy after 30 s: process has exited');
  });

  test('waits for the node to settle first', () => {
    const plan = tell(factsOf({ stabilize: 5, actions: [{ name: 'REBOOT', timeout: 30 }] }), {
      cures: ['REBOOT'],
    });
    expect(traceOf(plan).slice(1, 6)).toEqual([
      '0 run REBOOT #1',
      '0 finish REBOOT #1 SUCCEEDED',
      '0 begin-verification',
      '0 wait',
      '5000 verify',
    ]);
  });

  test('without a timeout gives the node the grace of a changed node, not an hour', () => {
    const plan = tell(
      factsOf(
        { actions: [{ name: 'REBOOT' }] },
        {},
        {
          detection: {
            interval: 10,
            node_update_timeout: 120,
            detection_modes: [{ type: 'NODE_STATUS_POLLING' }],
          },
        },
      ),
    );
    expect(
      traceOf(plan)
        .filter((line) => line.endsWith('verify'))
        .at(-1),
    ).toBe('120000 verify');
  });

  test('a node that cannot be seen is not verified', () => {
    const facts = factsOf({ actions: [reboot] });
    const plan = simulateChain(facts, { firstProbe: unhealthy, step: () => done, probe: () => unseen });
    expect(plan.next).toMatchObject({
      kind: 'close',
      state: 'EXHAUSTED',
      reason: 'REBOOT: the node cannot be probed after 1 s: no permission',
    });
  });

  test.each([
    ['STATUS', 'STATUS'],
    ['DETECTION', 'DETECTION'],
  ])('by %s asks for %s', (by) => {
    const plan = tell(factsOf({ verify: by, actions: [reboot] }), { cures: ['REBOOT'] });
    expect(plan.decisions.flatMap(({ decision }) => ('by' in decision ? decision.by : []))).toEqual([by, by]);
  });

  test('by NONE believes the operation', () => {
    expect(outlineOf(tell(factsOf({ verify: 'NONE', actions: [reboot] })))).toEqual([
      'probe',
      'run REBOOT #1',
      'finish REBOOT #1 SUCCEEDED',
      'settle RECOVERED',
      'close RECOVERED',
    ]);
  });
});

describe('the end', () => {
  const ends = {
    actions: [recreate],
    on_success: [workflow('announce')],
    on_exhausted: [workflow('page'), workflow('ticket')],
    retry: { episodes: 3, window: 1000, delay: 60 },
  };

  test('RECOVERED is followed by on_success, before the recovery closes', () => {
    const plan = tell(factsOf(ends), { cures: ['RECREATE'] });
    expect(outlineOf(plan).slice(-4)).toEqual([
      'settle RECOVERED',
      'run on_success announce #1',
      'finish on_success announce #1 SUCCEEDED',
      'close RECOVERED',
    ]);
    expect(plan.next).toMatchObject({ next: null });
  });

  test('EXHAUSTED is followed by all of on_exhausted, whether they succeed or not', () => {
    const plan = tell(factsOf(ends), { broken: { page: failed } });
    expect(outlineOf(plan).slice(-6)).toEqual([
      'settle EXHAUSTED',
      'run on_exhausted page #1',
      'finish on_exhausted page #1 FAILED',
      'run on_exhausted ticket #1',
      'finish on_exhausted ticket #1 SUCCEEDED',
      'close EXHAUSTED',
    ]);
  });

  test('EXHAUSTED leads to another recovery after the delay, and after the last to quarantine', () => {
    const atEnd = 2000;
    expect(tell(factsOf(ends, { exhaustedAt: [500, 900] })).next).toMatchObject({
      next: { kind: 'quarantine' },
    });
    expect(tell(factsOf(ends, { exhaustedAt: [900] })).next).toMatchObject({
      next: { kind: 'retry', at: atEnd + 60_000 },
    });
    const longAgo = -1_000_000;
    expect(tell(factsOf(ends, { exhaustedAt: [longAgo, longAgo] })).next).toMatchObject({
      next: { kind: 'retry' },
    });
  });

  test('a recovery that an operator asked for never leads to quarantine', () => {
    const plan = tell(factsOf(ends, { exhaustedAt: [500, 900], manual: { check: false } }));
    expect(plan.next).toMatchObject({ state: 'EXHAUSTED', next: null });
  });
});

describe('a history', () => {
  const facts = factsOf({ actions: [{ ...rebuild, attempts: 2 }], on_success: [workflow('announce')] });
  const history: ChainEvent[] = [
    { kind: 'probed', at: 2000, verdict: unhealthy },
    { kind: 'ran', at: 5000, result: failed },
    { kind: 'waited', at: 6000 },
    { kind: 'ran', at: 9000, result: done },
    { kind: 'probed', at: 9100, verdict: healthy },
    { kind: 'ran', at: 9900, result: done },
  ];

  test('gives the same decisions however often and however far it is told', () => {
    const whole = planChain(facts, history);
    expect(outlineOf(whole).at(-1)).toBe('close RECOVERED');
    for (let length = 0; length <= history.length; length += 1) {
      const part = planChain(facts, history.slice(0, length));
      expect(whole.decisions.slice(0, part.decisions.length)).toEqual(part.decisions);
    }
  });

  test('of another recovery is refused', () => {
    expect(() => planChain(facts, [{ kind: 'waited', at: 2000 }])).toThrow('probe was answered by waited');
    expect(() => planChain(facts, [{ kind: 'probed', at: 2000, verdict: healthy }, ...history])).toThrow(
      'it ended after 1 of 7 events',
    );
  });

  test('with a clock that was set back does not go back', () => {
    const plan = planChain(facts, [
      { kind: 'probed', at: 2000, verdict: unhealthy },
      { kind: 'ran', at: 10, result: failed },
    ]);
    expect(plan.next).toMatchObject({ kind: 'wait', until: 3000 });
  });

  test('that is cut off by a cancel closes the recovery, and the running step with it', () => {
    const cut: ChainEvent = { kind: 'cancelled', at: 6000, reason: 'the node is being deleted' };
    expect(outlineOf(planChain(facts, [...history.slice(0, 1), cut])).slice(-2)).toEqual([
      'finish REBUILD #1 CANCELLED',
      'close CANCELLED',
    ]);
    expect(planChain(facts, [...history.slice(0, 2), cut]).next).toMatchObject({
      state: 'CANCELLED',
      reason: 'the node is being deleted',
    });
  });

  test('that is cancelled while the node is verified ends the verification, and its step stays SUCCEEDED', () => {
    const cut: ChainEvent = { kind: 'cancelled', at: 9100, reason: 'the node is being deleted' };
    const plan = planChain(facts, [...history.slice(0, 4), cut]);
    expect(outlineOf(plan).slice(-4)).toEqual([
      'finish REBUILD #2 SUCCEEDED',
      'verify',
      'end-verification CANCELLED',
      'close CANCELLED',
    ]);
  });

  test('that is cut off in a last hook keeps its result', () => {
    const plan = planChain(facts, [...history.slice(0, 5), { kind: 'cancelled', at: 9900, reason: 'stop' }]);
    expect(outlineOf(plan).slice(-2)).toEqual(['finish on_success announce #1 CANCELLED', 'close RECOVERED']);
  });
});

describe('after a relapse', () => {
  const reboot = { name: 'REBOOT', timeout: 30 };
  const recreate = { name: 'RECREATE', timeout: 30 };
  const spent = { retry: { episodes: 2, window: 3600, delay: 10 } };

  const cures = ['REBOOT', 'RECREATE'];

  function relapse(helped: string | null): NonNullable<ChainFacts['relapse']> {
    const healthyMs = 20_000;
    const lasted = { healthyMs, shortestMs: healthyMs, longestMs: healthyMs };
    return { of: 'r1', helped, times: 3, since: -599_000, ...lasted };
  }

  function begin(actions: JsonObject[], helped: string | null, recovery: JsonObject = {}): string[] {
    const facts = factsOf({ strategy: 'ESCALATE', actions, ...recovery }, { relapse: relapse(helped) });
    const plan = tell(facts, { cures: facts.rules.strategy === 'CHAIN' ? ['RECREATE'] : cures });
    return outlineOf(plan).filter((line) => /^(skip|run|settle)/.test(line));
  }

  test.each<[string, JsonObject[], string | null, string[]]>([
    ['goes on at the next rung', [reboot, recreate], 'actions[0]', ['skip REBOOT #1', 'run RECREATE #1']],
    [
      'tries the last rung again, because nothing stronger is known',
      [reboot, recreate],
      'actions[1]',
      ['skip REBOOT #1', 'run RECREATE #1'],
    ],
    [
      'goes where a failure of that rung leads',
      [{ ...reboot, on_failure: 'GOTO last' }, { name: 'REBUILD' }, { ...recreate, id: 'last' }],
      'actions[0]',
      ['skip REBOOT #1', 'skip REBUILD #1', 'run RECREATE #1'],
    ],
    [
      'does not go on at rungs that are not for this failure',
      [reboot, { ...recreate, when: { failure: ['HOST_DOWN'] } }],
      'actions[0]',
      ['run REBOOT #1'],
    ],
    ['begins at the first rung where the policy is another one', [reboot, recreate], null, ['run REBOOT #1']],
  ])('ESCALATE %s', (_what, actions, helped, expected) => {
    expect(begin(actions, helped)).toEqual([...expected, 'settle RECOVERED']);
  });

  test.each<[string, string[], string[]]>([
    ['runs what was not for the failures before', ['SERVER_ERROR'], ['run EVACUATE #1', 'skip REBOOT #1']],
    [
      'passes over what was run before',
      ['SERVER_ERROR', 'PROCESS_EXITED'],
      ['skip EVACUATE #1', 'skip REBOOT #1'],
    ],
  ])('ESCALATE %s', (_what, failures, expected) => {
    const evacuate = { name: 'EVACUATE', when: { failure: ['PROCESS_EXITED'] }, timeout: 30 };
    const facts = factsOf(
      { strategy: 'ESCALATE', actions: [evacuate, reboot, recreate] },
      { relapse: { ...relapse('actions[1]'), failures } },
    );
    const plan = tell(facts, { cures: ['RECREATE'] });
    const outline = outlineOf(plan).filter((line) => /^(skip|run|settle)/.test(line));
    expect(outline).toEqual([...expected, 'run RECREATE #1', 'settle RECOVERED']);
  });

  test('CHAIN runs all of it', () => {
    expect(begin([reboot, recreate], 'actions[1]', { strategy: 'CHAIN' })).toEqual([
      'run REBOOT #1',
      'run RECREATE #1',
      'settle RECOVERED',
    ]);
  });

  test('the result says how often it was, and how long each lasted', () => {
    const facts = factsOf({ actions: [reboot] }, { relapse: relapse(null) });
    expect(tell(facts, { cures }).next).toMatchObject({
      reason: expect.stringContaining('failed for the third time in 10 min, healthy for 20 s each time'),
    });
  });

  test('nothing is tried any more once `retry` is spent: the end of the chain runs, and the node is quarantined', () => {
    const recovery = { actions: [reboot], ...spent, on_exhausted: [workflow('page')] };
    const plan = tell(factsOf(recovery, { exhaustedAt: [500, 900], relapse: relapse('actions[0]') }));
    expect(outlineOf(plan)).toEqual([
      'probe',
      'stop',
      'settle EXHAUSTED',
      'run on_exhausted page #1',
      'finish on_exhausted page #1 SUCCEEDED',
      'close EXHAUSTED',
    ]);
    expect(plan.next).toMatchObject({ next: { kind: 'quarantine' } });
  });

  test('a failure that is none is tried, whatever was before', () => {
    const facts = factsOf({ actions: [reboot], ...spent }, { exhaustedAt: [500, 900] });
    expect(outlineOf(tell(facts))).toContain('run REBOOT #1');
  });
});

test('a definite verdict ends the verification at once: the next rung does not wait for the timeout', () => {
  const ended: Verdict = { ...unhealthy, definite: true };
  const actions = [
    { name: 'REBOOT', timeout: 60 },
    { name: 'RECREATE', timeout: 60 },
  ];
  const plan = simulateChain(factsOf({ strategy: 'ESCALATE', actions }), {
    firstProbe: unhealthy,
    step: () => done,
    probe: (step) => (step?.name === 'RECREATE' ? healthy : ended),
  });
  expect(traceOf(plan).at(-1)).toBe('0 close RECOVERED');
});
