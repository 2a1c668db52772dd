import { describe, expect, test } from 'vitest';
import { fakeApi } from '../../../test/cli/fake-api.ts';
import { run } from '../../../test/cli/run.ts';
import { sampleRecovery, sampleStep } from '../../../test/cli/samples.ts';
import type { Schemas } from '../../client/api-types.ts';
import { notVerified } from '../../recovery/describe.ts';

const recovery = sampleRecovery({
  id: '5a1f09c2-0000-4000-8000-000000000001',
  node_id: 'n3',
  node_name: 'web-3',
  cluster_id: 'c1',
  policy_id: 'p1',
  state: 'RECOVERED',
  failure: { class: 'URL_UNHEALTHY', reason: 'http://127.0.0.1:4000/ answered 500' },
  opened_at: '2026-11-22T18:19:00.000Z',
  closed_at: '2026-11-22T18:19:09.500Z',
  steps: [
    step('s1', 'WORKFLOW', 'drain', 'SUCCEEDED', '00.100', '01.700', 'the workflow ended in SUCCESS'),
    step('s2', 'REBOOT', 'actions[0]', 'FAILED', '01.700', '05.700', 'the node is still not well after 4 s'),
    step('s3', 'RECREATE', 'actions[1]', 'SUCCEEDED', '05.700', '09.400', 'verified by DETECTION'),
    { ...step('s4', 'WORKFLOW', 'attach', 'PENDING', '', '', ''), started_at: null, ended_at: null },
  ],
  decisions: [
    { at: '2026-11-22T18:19:00.050Z', decision: 'open', reason: 'two probes in a row failed' },
    { at: '2026-11-22T18:19:00.060Z', decision: 'start', reason: 'all gates are open' },
    { at: '2026-11-22T18:19:00.100Z', decision: 'run', reason: 'WORKFLOW drain' },
    { at: '2026-11-22T18:19:06.000Z', decision: 'verify', reason: 'is the node well? (by DETECTION)' },
    {
      at: '2026-11-22T18:19:09.500Z',
      decision: 'close',
      reason: 'RECOVERED: RECREATE: verified by DETECTION',
    },
  ],
});

function step(
  id: string,
  name: string,
  item: string,
  state: Schemas['RecoveryStep']['state'],
  from: string,
  to: string,
  reason: string,
): Schemas['RecoveryStep'] {
  const time = (second: string): string => `2026-11-22T18:19:${second}Z`;
  return sampleStep({ id, name, item, state, started_at: time(from), ended_at: time(to), reason });
}

test('a recovery is drawn as a timeline: when, what, how it ended, and why', async () => {
  await using api = await fakeApi({
    'GET /v1/recoveries/5a1f': { body: { recovery } },
  });
  const { code, out } = await run(['recovery', 'show', '5a1f'], { url: api.url });
  expect(code).toBe(0);
  const lines = out.split('\n').map((line) => line.trimEnd());
  expect(lines[0]).toBe('web-3  RECOVERED after 9.5 s');
  expect(lines[1]).toBe('URL_UNHEALTHY: http://127.0.0.1:4000/ answered 500');
  expect(lines.slice(4)).toEqual([
    '  +0.05 s  · opened           two probes in a row failed',
    '  +0.10 s  ✔ WORKFLOW drain  ▕████                    ▏  SUCCEEDED in 1.6 s',
    '  +1.70 s  ✘ REBOOT          ▕    ██████████          ▏  FAILED in 4 s  the node is still not well after 4 s',
    '  +5.70 s  ✔ RECREATE        ▕              ██████████▏  SUCCEEDED in 3.7 s  verified by DETECTION',
    '  +9.50 s  ● RECOVERED        RECREATE helped',
    '           ○ WORKFLOW attach  PENDING',
    '',
  ]);
});

async function drawn(changes: object, columns = Infinity): Promise<string[]> {
  await using api = await fakeApi({
    'GET /v1/recoveries/5a1f': { body: { recovery: { ...recovery, ...changes } } },
  });
  const { out } = await run(['recovery', 'show', '5a1f'], { url: api.url, columns });
  return out.split('\n').slice(4, -1);
}

const at = (second: string): string => `2026-11-22T18:19:${second}Z`;
const seen = recovery.failure.reason;

test('what holds a recovery is shown, with the start that follows it, and its failure is shown once', async () => {
  const reason = 'held: 6 of 10 nodes are unhealthy, the limit is 4 (40 % of 10); probing again in 60 s';
  const decisions = [
    { at: at('00'), decision: 'open', reason: `confirmed failed (URL_UNHEALTHY): ${seen}` },
    { at: at('00'), decision: 'hold', reason },
    { at: '2026-11-22T18:21:45Z', decision: 'start', reason: 'all gates are open' },
    { at: '2026-11-22T18:21:45Z', decision: 'probe', reason: 'probe again before anything is touched' },
    { at: '2026-11-22T18:21:46Z', decision: 'confirm', reason: `still failed: ${seen}` },
  ];
  expect(await drawn({ state: 'OPEN', steps: [], closed_at: null, decisions })).toEqual([
    '  +0.00 s  · opened        confirmed failed',
    '  +0.00 s  · held          6 of 10 nodes are unhealthy, the limit is 4 (40 % of 10); probing again in 60 s',
    '+2 min 45 s  · started       all gates are open',
    '+2 min 46 s  · probed again  still failed',
  ]);
});

test('a recovery that is under way ends with what it does now', async () => {
  const decisions = [
    { at: at('00'), decision: 'open', reason: 'two probes in a row failed' },
    { at: at('00.2'), decision: 'start', reason: 'all gates are open' },
    { at: at('00.4'), decision: 'probe', reason: 'probe again before anything is touched' },
    { at: at('03.0'), decision: 'verify', reason: 'is the node well? (by DETECTION)' },
  ];
  const steps = [{ ...step('s1', 'REBOOT', 'actions[0]', 'RUNNING', '01.0', '', ''), ended_at: null }];
  expect(await drawn({ state: 'OPEN', steps, closed_at: null, decisions })).toEqual([
    '  +0.00 s  · opened     two probes in a row failed',
    '  +1.00 s  ▶ REBOOT    ▕▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▏  RUNNING',
    '  +3.00 s  · verifying  is the node well? (by DETECTION)',
  ]);
});

test('a recovery that did not help says what comes next', async () => {
  const why = 'the node is still not well after 4 s';
  const decisions = [
    {
      at: at('09.5'),
      decision: 'close',
      reason: `EXHAUSTED: REBOOT: ${why}; if it stays failed, the next recovery begins in 60 s`,
    },
  ];
  const steps = [step('s2', 'REBOOT', 'actions[0]', 'FAILED', '01.0', '05.0', why)];
  expect((await drawn({ state: 'EXHAUSTED', steps, decisions })).at(-1)).toBe(
    '  +9.50 s  ● EXHAUSTED  REBOOT did not help; if it stays failed, the next recovery begins in 60 s',
  );
});

test('the list names nodes, failures and how long each took', async () => {
  await using api = await fakeApi({
    'GET /v1/recoveries': { body: { recoveries: [recovery] } },
  });
  const { out } = await run(['recovery', 'list', '--cluster', 'web', '--state', 'RECOVERED'], {
    url: api.url,
  });
  expect(api.asked[0]?.path).toBe('/v1/recoveries?cluster=web&state=RECOVERED');
  expect(out).toMatch(/^web-3 +RECOVERED +URL_UNHEALTHY +60 s ago +9\.5 s +5a1f09c2/m);
});

test('of a workflow that failed it says where to look further', async () => {
  const [drain] = recovery.steps;
  const failed = { ...drain, state: 'FAILED', execution_id: '9f1c6f2e-0000-4000-8000-000000000002' };
  await using api = await fakeApi({
    'GET /v1/recoveries/5a1f': { body: { recovery: { ...recovery, steps: [failed] } } },
  });
  const { out } = await run(['recovery', 'show', '5a1f'], { url: api.url });
  expect(out).toContain('coppice workflow show 9f1c6f2e-0000-4000-8000-000000000002   what drain did');
});

test('of one that runs it says what runs until when, and what may be done about it', async () => {
  const reason = 'end this recovery: REBOOT is not run';
  const running = {
    doing: 'before REBOOT: WORKFLOW drain: has run for 5 s',
    attempt: 1,
    attempts: 1,
    deadline: null,
    if_it_fails: null,
    if_it_helps: null,
    item: 'x',
    label: 'WORKFLOW drain',
    name: 'WORKFLOW',
    purpose: 'before',
    state: 'RUNNING',
    verifying: false,
    workflow: null,
    workflow_name: 'drain',
  } as const;
  const operator = [{ command: 'coppice recovery cancel 5a1f', reason, required: false }];
  const open = { ...recovery, state: 'OPEN', running, operator };
  await using api = await fakeApi({ 'GET /v1/recoveries/5a1f': { body: { recovery: open } } });
  const { out } = await run(['recovery', 'show', '5a1f'], { url: api.url });
  expect(out).toContain(`\n\nnow: ${running.doing}\nmay do: coppice recovery cancel 5a1f (${reason})\n`);
});

test('hooks say their workflow, and of which action they are', async () => {
  const hook = { name: 'WORKFLOW', execution_id: null };
  const steps = [
    {
      ...step('s1', 'WORKFLOW', 'actions[0].before[0]', 'SUCCEEDED', '01', '02', ''),
      ...hook,
      purpose: 'before',
      workflow_name: 'drain',
    },
    {
      ...step('s2', 'REBOOT', 'actions[0]', 'SUCCEEDED', '02', '03', 'verified'),
      purpose: 'action',
      workflow_name: null,
    },
    {
      ...step('s3', 'WORKFLOW', 'back', 'SUCCEEDED', '03', '04', ''),
      ...hook,
      purpose: 'after',
      workflow_name: 'attach',
    },
    {
      ...step('s4', 'WORKFLOW', 'on_success[0]', 'SUCCEEDED', '04', '05', ''),
      ...hook,
      purpose: 'on_success',
      workflow_name: 'announce',
    },
  ];
  const titles = (await drawn({ steps, decisions: [] })).map((line) => line.slice(13).split(' ▕')[0]?.trim());
  expect(titles).toEqual([
    'before REBOOT: drain',
    'REBOOT',
    'after REBOOT: attach (back)',
    'on_success: announce',
  ]);
});

test('the close comes after the steps of the same millisecond', async () => {
  const steps = [step('s1', 'REBOOT', 'actions[0]', 'SUCCEEDED', '01', '01', 'verified')];
  const decisions = [
    { at: at('01'), decision: 'open', reason: 'confirmed failed' },
    { at: at('01'), decision: 'close', reason: 'RECOVERED: REBOOT: verified' },
  ];
  const marks = (await drawn({ steps, decisions })).map((line) => line.charAt(11));
  expect(marks).toEqual(['·', '✔', '●']);
});

test('what was cancelled says why, once, and not that something did not help', async () => {
  const why = 'The node web-3 is to be deleted.';
  const slow = { workflow_name: 'slow', purpose: 'action', execution_id: null };
  const steps = [{ ...step('s1', 'WORKFLOW', 'actions[0]', 'CANCELLED', '01', '05', why), ...slow }];
  const decisions = [{ at: at('05'), decision: 'close', reason: `CANCELLED: ${why}` }];
  expect(await drawn({ state: 'CANCELLED', steps, decisions })).toEqual([
    '  +1.00 s  ✘ WORKFLOW slow ▕████████████████████████▏  CANCELLED in 4 s',
    '  +5.00 s  ● CANCELLED      The node web-3 is to be deleted.',
  ]);
});

test('what only observed supposes, and touches nothing', async () => {
  const reason = 'verified by DETECTION: supposed, because mode OBSERVE touches nothing';
  const steps = [
    step('s1', 'REBOOT', 'actions[0]', 'SUCCEEDED', '01', '01', 'done'),
    verification('SUCCEEDED', '01', '01', reason),
  ];
  const decisions = [{ at: at('01'), decision: 'close', reason: `RECOVERED: REBOOT: ${reason}` }];
  expect(await drawn({ mode: 'OBSERVE', steps, decisions })).toEqual([
    '  +1.00 s  ○ REBOOT     would run',
    '  +1.00 s  ● RECOVERED  REBOOT is supposed to help (OBSERVE touched nothing)',
  ]);
});

/** `v1` verifies `s1`. */
function verification(
  state: Schemas['RecoveryStep']['state'],
  from: string,
  until: string,
  reason: string,
): Schemas['RecoveryStep'] {
  const row = step('v1', 'VERIFY', 'actions[0]', state, from, until, reason);
  return { ...row, purpose: 'verification', verifies: 's1' };
}

test('a verification is a line of its own, and what it says is of the step that it verifies', async () => {
  const why = 'the node is still not healthy after 4 s: not done';
  const steps = [
    step('s1', 'REBOOT', 'actions[0]', 'SUCCEEDED', '01', '02', 'done'),
    verification('FAILED', '02', '06', why),
  ];
  const close = { at: at('06'), decision: 'close', reason: `EXHAUSTED: REBOOT: ${why}; no other follows` };
  expect(await drawn({ state: 'EXHAUSTED', steps, decisions: [close] })).toEqual([
    expect.stringMatching(/ ✔ REBOOT .* SUCCEEDED in 1 s$/),
    expect.stringMatching(/ ✘ verification of REBOOT .* FAILED in 4 s {2}the node is still not healthy/),
    expect.stringMatching(/ ● EXHAUSTED +REBOOT did not help; no other follows$/),
  ]);
});

test('that a whole chain helped is said of the chain', async () => {
  const reason = 'verified by DETECTION: runs';
  const steps = [{ ...verification('SUCCEEDED', '02', '06', reason), verifies: null }];
  const close = { at: at('06'), decision: 'close', reason: `RECOVERED: ${reason}` };
  expect(await drawn({ steps, decisions: [close] })).toEqual([
    expect.stringContaining('✔ verification of the chain'),
    expect.stringMatching(/RECOVERED +the chain helped$/),
  ]);
});

test('what the policy does not verify is not shown as helped', async () => {
  const steps = [step('s1', 'REBOOT', 'actions[0]', 'SUCCEEDED', '01', '02', notVerified)];
  const decisions = [{ at: at('02'), decision: 'close', reason: `RECOVERED: REBOOT: ${notVerified}` }];
  expect((await drawn({ steps, decisions })).at(-1)).toBe(
    '  +2.00 s  ● RECOVERED  REBOOT succeeded; whether it helped was not verified',
  );
});

describe('a workflow that failed', () => {
  const told =
    'the workflow ended in ERROR: Failure caused by error in tasks: b\n\n  b [task_ex_id=1] -> no answer\n';
  const execution = '9f1c6f2e-0000-4000-8000-000000000002';
  const broken = { workflow_name: 'broken', execution_id: execution };
  const first = {
    ...step('s1', 'WORKFLOW', 'check', 'FAILED', '01', '02', told),
    ...broken,
    purpose: 'action',
  };

  test('says its first line, and what follows from it does not say it again', async () => {
    const reason = `passed over by GOTO last: WORKFLOW broken (check): ${told}`;
    const skipped = step('s2', 'REBUILD', 'actions[1]', 'SKIPPED', '02', '02', reason);
    const steps = [first, { ...skipped, started_at: null }];
    const waiting = `attempt 1 of 2 failed (${told}); trying again in 15 s`;
    const decisions = [{ at: at('02'), decision: 'wait', reason: waiting }];
    expect(await drawn({ state: 'OPEN', steps, decisions })).toEqual([
      '  +1.00 s  ✘ WORKFLOW broken (check) ▕████████████████████████▏  FAILED in 1 s  the workflow ended in ERROR: Failure caused by error in tasks: b',
      '  +2.00 s  ○ REBUILD                  SKIPPED  passed over by GOTO last: WORKFLOW broken (check)',
      '  +2.00 s  · waiting                  attempt 1 of 2 failed; trying again in 15 s',
      '',
      `  coppice workflow show ${execution}   what broken did`,
    ]);
  });

  test('before an action is why that was not run', async () => {
    const why = `not run, because what comes before it failed: WORKFLOW broken: ${told}`;
    const reboot = { ...step('s2', 'REBOOT', 'actions[0]', 'FAILED', '02', '02', why), purpose: 'action' };
    const hook = { ...first, item: 'actions[0].before[0]', purpose: 'before', execution_id: null };
    const steps = [hook, { ...reboot, started_at: null }];
    const decisions = [{ at: at('02'), decision: 'close', reason: `EXHAUSTED: REBOOT: ${why}` }];
    const lines = await drawn({ state: 'EXHAUSTED', steps, decisions });
    expect(lines.slice(1)).toEqual([
      '  +2.00 s  ✘ REBOOT                 FAILED  not run, because what comes before it failed: WORKFLOW broken',
      '  +2.00 s  ● EXHAUSTED              REBOOT was not run',
    ]);
  });
});

test('two steps that failed alike both say how', async () => {
  const why = 'the command sh ended right after its start with exit status 3';
  const steps = [
    step('s1', 'REBOOT', 'actions[0]', 'FAILED', '01', '02', why),
    step('s2', 'RECREATE', 'actions[1]', 'FAILED', '02', '03', why),
  ];
  const lines = await drawn({ state: 'EXHAUSTED', steps, decisions: [] });
  expect(lines.map((line) => line.endsWith(`  FAILED in 1 s  ${why}`))).toEqual([true, true]);
});

test('on a terminal no line is longer than the terminal, and no word is broken', async () => {
  const why =
    'the node is still not well after 4 s: http://127.0.0.1:4000/ answered 500, and process 4711 has ended by SIGKILL';
  const steps = [step('s2', 'REBOOT', 'actions[0]', 'FAILED', '01', '05', why)];
  const reason = `EXHAUSTED: REBOOT: ${why}; if it stays failed, the next recovery begins in 60 s`;
  const decisions = [{ at: at('09.5'), decision: 'close', reason }];
  expect(await drawn({ state: 'EXHAUSTED', steps, decisions }, 80)).toEqual([
    '  +1.00 s  ✘ REBOOT    ▕████████████████████████▏  FAILED in 4 s',
    '                        the node is still not well after 4 s:',
    '                        http://127.0.0.1:4000/ answered 500, and process 4711',
    '                        has ended by SIGKILL',
    '  +9.50 s  ● EXHAUSTED  REBOOT did not help; if it stays failed, the next',
    '                        recovery begins in 60 s',
  ]);
});

test('a node that failed again was healthy at the verification, and not helped', async () => {
  const lines = await drawn({ failed_again: { after_seconds: 22, recovery_id: 'r2' } });
  expect(lines.join('\n')).toContain(
    '● RECOVERED        RECREATE: healthy at verification, failed again after 22 s',
  );
});

test('a recovery helped although a hook behind it failed: what helped is the action, and not the hook', async () => {
  const hookReason = 'the workflow ended in ERROR: the pool does not exist';
  const hook = step('h1', 'WORKFLOW', 'attach', 'FAILED', '09.000', '09.400', hookReason);
  const steps = [
    step('s3', 'RECREATE', 'actions[1]', 'SUCCEEDED', '05.700', '09.000', 'verified by DETECTION'),
    { ...hook, purpose: 'after' as const, workflow_name: 'attach' },
  ];
  const close = async (reason: string) =>
    (await drawn({ steps, decisions: [{ at: at('09.500'), decision: 'close', reason }] }))
      .find((line) => line.includes('RECOVERED'))
      ?.replace(/^.*RECOVERED +/, '');
  expect(await close(`RECOVERED: RECREATE: verified by DETECTION; after hook failed: ${hookReason}`)).toBe(
    'RECREATE helped; after hook failed',
  );
  expect(
    await close(
      `RECOVERED: RECREATE: verified by DETECTION; but after hook failed: WORKFLOW attach: ${hookReason}`,
    ),
  ).toBe('RECREATE helped; but after hook failed: WORKFLOW attach');
});
