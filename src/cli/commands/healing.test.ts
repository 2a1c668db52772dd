import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fakeApi, type FakeApi } from '../../../test/cli/fake-api.ts';
import { run } from '../../../test/cli/run.ts';
import type { Schemas } from '../../client/api-types.ts';
import { timesFor } from '../rendering/times.ts';

const healthy: Schemas['NodeHealth'] = {
  id: 'n1',
  name: 'web-1',
  status: 'ACTIVE',
  health: 'HEALTHY',
  since: '2026-11-22T17:20:00.000Z',
  reason: 'runs',
  failure: null,
  detectors: [
    {
      detector: 'NODE_STATUS_POLLING',
      health: 'healthy',
      failure: null,
      reason: 'runs',
      since: '2026-11-22T17:20:00.000Z',
    },
  ],
  current: true,
  probed_at: '2026-11-22T18:19:58.000Z',
  probed_by: 'ROUND',
  standing: 'HEALTHY',
  excluded: null,
  quarantine: null,
  recovery: null,
  relapse: null,
  warning: null,
  next: { what: 'PROBE', at: '2026-11-22T18:20:10.000Z', ends_by: [], reason: 'probed every 10 s' },
};

const failed: Schemas['NodeHealth'] = {
  ...healthy,
  standing: 'RECOVERING',
  name: 'web-2',
  health: 'FAILED',
  since: '2026-11-22T18:19:30.000Z',
  detectors: [
    {
      detector: 'NODE_STATUS_POLLING',
      health: 'unhealthy',
      failure: 'PROCESS_EXITED',
      reason: 'it has ended',
      since: '2026-11-22T18:19:30.000Z',
    },
  ],
  recovery: {
    action_id: 'a1',
    id: 'r1',
    mode: 'ENFORCE',
    opened_at: '2026-11-22T18:19:31.000Z',
    started_at: '2026-11-22T18:19:31.000Z',
    reason: 'REBOOT',
    step: {
      doing: 'verification of REBOOT: has run for 5 s',
      label: 'verification of REBOOT',
      name: 'VERIFY',
      item: 'actions[0]',
      attempt: 2,
      attempts: 3,
      purpose: 'verification',
      state: 'RUNNING',
      deadline: '2026-11-22T18:21:00.000Z',
      if_it_helps: 'the recovery ends',
      if_it_fails: 'RECREATE',
      verifying: true,
      workflow: null,
      workflow_name: null,
    },
  },
  next: { what: 'IN_PROGRESS', at: null, ends_by: [], reason: 'its recovery runs' },
};

const counts = {
  desired: 3,
  nodes: 2,
  healthy: 1,
  suspected: 0,
  failed: 0,
  unknown: 0,
  not_probed: 0,
  unwatched: 0,
  incomplete: 0,
  warning: 0,
  recovering: 1,
  quarantined: 0,
  excluded: 0,
  missing: 1,
  unhealthy: 2,
  held: 0,
};

const health: Schemas['ClusterHealth'] = {
  cluster_id: 'c1',
  cluster_name: 'web',
  more_healthy: 40,
  policy: { id: 'p', name: 'web-health', enabled: true, mode: 'ENFORCE' },
  maintenance: { action: null, reason: 'new switch', until: '2026-11-22T20:20:00.000Z' },
  breaker: {
    state: 'OPEN',
    failures: 5,
    since: '2026-11-22T18:15:00.000Z',
    until: '2026-11-22T18:30:00.000Z',
  },
  counts,
  zone_outages: [],
  limits: { max_unhealthy: 1, max_in_flight: null },
  gates: [
    {
      gate: 'maintenance',
      reason: 'held: the cluster is in maintenance',
      total: null,
      limit: null,
      since: '2026-11-22T18:00:00.000Z',
      until: '2026-11-22T20:20:00.000Z',
      ends_by: [task('coppice cluster resume web', 'ends the pause', false)],
    },
  ],
  problems: ['web-2 has failed: it has ended'],
  doing: ['web-2: REBOOT'],
  waiting: [{ reason: 'the cluster is paused', until: '2026-11-22T20:20:00.000Z' }],
  operator: [task('coppice node release web-2', 'it is quarantined', true)],
  standing: 'QUARANTINED',
  nodes: [healthy, failed],
};

/** Of one command. */
function task(command: string, reason: string, required: boolean): Schemas['OperatorTask'] {
  return { command, reason, required, steps: [{ command, text: reason }] };
}

const localClock = (time: string): string => timesFor(0, false).clock(Date.parse(time));

describe('cluster health', () => {
  test('counts no node as unhealthy where none is probed', async () => {
    const unwatched = { ...health, policy: null };
    await using api = await fakeApi({ 'GET /v1/clusters/web/health': { body: { health: unwatched } } });
    const { out } = await run(['cluster', 'health', 'web'], { url: api.url });
    expect(out).toMatch(/^nodes +2 of 3;/m);
    expect(out).not.toContain('as unhealthy');
  });

  test('draws each node with what was seen, what is done, and what comes next', async () => {
    await using api = await fakeApi({ 'GET /v1/clusters/web/health': { body: { health } } });
    const { code, out } = await run(['cluster', 'health', 'web'], { url: api.url });
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'cluster       web',
        'nodes         2 of 3; 1 healthy, 1 recovering, 1 missing; 2 count as unhealthy, recovery is held above 1',
        'policy        web-health',
        'maintenance   new switch, ends in 2 h',
        'breaker       OPEN, 5 recoveries did not help, one is tried in 10 min',
        'gates closed  maintenance: held: the cluster is in maintenance',
        '                may do: coppice cluster resume web (ends the pause)',
        'problems      web-2 has failed: it has ended',
        'what follows  now: web-2: REBOOT',
        `              waits: the cluster is paused, checked again at ${localClock('2026-11-22T20:20:00.000Z')}`,
        '              do: coppice node release web-2 (it is quarantined)',
        '',
        'NODE   HEALTH      SINCE       LAST PROBE                                        RECOVERY                                                           NEXT',
        'web-1  HEALTHY     60 min ago  NODE_STATUS_POLLING healthy: runs                 -                                                                  probed every 10 s',
        'web-2  RECOVERING  30 s ago    NODE_STATUS_POLLING PROCESS_EXITED: it has ended  verification of REBOOT (attempt 2 of 3) RUNNING, given up in 60 s  its recovery runs',
        '40 more healthy nodes: coppice cluster health web --all',
        '',
      ].join('\n'),
    );
  });

  test('counts one as one', async () => {
    const one = {
      ...health,
      counts: { ...counts, unhealthy: 1 },
      breaker: { ...health.breaker, state: 'CLOSED', failures: 1 },
    };
    await using api = await fakeApi({ 'GET /v1/clusters/web/health': { body: { health: one } } });
    const { out } = await run(['cluster', 'health', 'web'], { url: api.url });
    expect(out).toContain('; 1 counts as unhealthy, recovery is held above 1\n');
    expect(out).toContain('CLOSED, 1 recovery did not help\n');
  });

  test('keeps to the width of the terminal, and loses nothing of what was found', async () => {
    await using api = await fakeApi({ 'GET /v1/clusters/web/health': { body: { health } } });
    const narrow = await run(['cluster', 'health', 'web'], { url: api.url, columns: 80 });
    expect(narrow.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const wide = await run(['cluster', 'health', 'web', '--wide'], { url: api.url, columns: 80 });
    // Titles stand in the header, or before each cell that has no room in its row.
    const titles = /^(?:last|probe|recovery|next|-)?$/i;
    const words = (text: string): string[] =>
      text
        .split(/\s+/)
        .filter((word) => !titles.test(word))
        .toSorted();
    expect(words(narrow.out)).toEqual(words(wide.out));
  });

  test('with --json is what the API answered', async () => {
    await using api = await fakeApi({ 'GET /v1/clusters/web/health': { body: { health } } });
    const { out } = await run(['--json', 'cluster', 'health', 'web'], { url: api.url });
    expect(JSON.parse(out)).toEqual(health);
  });
});

function posted({ asked }: FakeApi): unknown {
  return asked.find(({ method }) => method === 'POST')?.body;
}

describe('healing', () => {
  test.each([
    [
      ['cluster', 'pause', 'web', '--for', '2h', '--reason', 'new switch'],
      'clusters/web/health/pause',
      { pause: { seconds: 7200, reason: 'new switch' } },
    ],
    [['cluster', 'pause', 'web'], 'clusters/web/health/pause', { pause: {} }],
    [['cluster', 'resume', 'web'], 'clusters/web/health/resume', undefined],
    [['cluster', 'breaker', 'reset', 'web'], 'clusters/web/health/breaker/reset', undefined],
  ])('%j asks for %s', async (words, path, body) => {
    await using api = await fakeApi({
      [`POST /v1/${path}`]: { body: { health } },
      'GET /v1/clusters/web/health': { body: { health: { ...health, maintenance: null } } },
    });
    const { code, out, err } = await run(words, { url: api.url });
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('cluster       web');
    expect(posted(api)).toEqual(body);
  });

  test.each([
    [
      ['node', 'exclude', 'web-2', '--until', '2026-12-01T00:00:00Z'],
      'exclude',
      { exclude: { until: '2026-12-01T00:00:00.000Z' } },
    ],
    [['node', 'include', 'web-2'], 'include', undefined],
    [['node', 'release', 'web-2'], 'release', undefined],
  ])('%j asks for %s', async (words, path, body) => {
    await using api = await fakeApi({
      [`POST /v1/nodes/web-2/health/${path}`]: { body: { health: failed } },
      'GET /v1/nodes/web-2/health': { body: { health: failed } },
    });
    const { code, out, err } = await run(words, { url: api.url });
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^node +web-2$/m);
    expect(posted(api)).toEqual(body);
  });

  test('several nodes are released in one go; one that is not quarantined hides none of the others', async () => {
    const message = 'The node web-1 is not quarantined.';
    await using api = await fakeApi({
      'GET /v1/nodes/web-1': { body: { node: { id: 'n1' } } },
      'GET /v1/nodes/web-2': { body: { node: { id: 'n2' } } },
      'POST /v1/nodes/n1/health/release': { status: 400, body: { error: { message, type: 'BadRequest' } } },
      'POST /v1/nodes/n2/health/release': { body: { health: failed } },
    });
    const { code, out, err } = await run(['node', 'release', 'web-1', 'web-2'], { url: api.url });
    expect([code, err]).toEqual([1, `coppice: web-1: ${message}\n`]);
    expect(out).toMatch(/^node +web-2$/m);
  });

  test('what a pause or an exclusion replaces is said', async () => {
    const before = { reason: 'new switch', until: null };
    await using api = await fakeApi({
      'POST /v1/clusters/web/health/pause': { body: { health } },
      'GET /v1/clusters/web/health': {
        body: { health: { ...health, maintenance: { ...before, action: null } } },
      },
      'POST /v1/nodes/web-2/health/exclude': { body: { health: failed } },
      'GET /v1/nodes/web-2/health': { body: { health: { ...failed, excluded: before } } },
    });
    const { err } = await run(['cluster', 'pause', 'web'], { url: api.url });
    expect(err).toBe('This replaces the pause until an operator ends it (new switch).\n');
    const excluded = await run(['node', 'exclude', 'web-2'], { url: api.url });
    expect(excluded.err).toBe('This replaces the exclusion until an operator ends it (new switch).\n');
  });

  test('what is wrong with an end names the option, and not the field of the API', async () => {
    const message = "until: expected a time in the future, found '2020-01-01T00:00:00.000Z'";
    await using api = await fakeApi({
      'GET /v1/clusters/web/health': { body: { health } },
      'POST /v1/clusters/web/health/pause': { status: 400, body: { error: { message, type: 'BadRequest' } } },
    });
    const words = ['cluster', 'pause', 'web', '--until', '2020-01-01T00:00:00Z'];
    const { err } = await run(words, { url: api.url });
    expect(err).toBe(`coppice: --${message}\n`);
    const both = await run([...words, '--for', '1h'], { url: api.url });
    expect([both.code, both.err]).toEqual([2, 'coppice: give one of --for and --until, not both\n']);
  });

  test('of a quarantined node shows why, and that an operator has to act', async () => {
    const quarantine = { since: '2026-11-22T18:00:00.000Z', reason: 'recovery 3 of 3 did not help' };
    const node = { ...failed, standing: 'QUARANTINED' as const, quarantine, recovery: null };
    await using api = await fakeApi({ 'GET /v1/nodes/web-2/health': { body: { health: node } } });
    const { out } = await run(['node', 'health', 'web-2'], { url: api.url });
    expect(out).toMatch(/^as of +2 s ago$/m);
    expect(out).toMatch(/^health +QUARANTINED/m);
    expect(out).toMatch(/^quarantined +20 min ago: recovery 3 of 3 did not help$/m);
  });

  test('is not paused for a time that is none', async () => {
    const { code, err } = await run(['cluster', 'pause', 'web', '--for', 'ages']);
    expect(code).toBe(2);
    expect(err).toContain('Expected a time like 90s, 30m, 2h or 1d, found "ages".');
  });
});

describe('--until', () => {
  // Where the local time is not UTC, a time that is read as UTC shows.
  beforeAll(() => void vi.stubEnv('TZ', 'Asia/Kolkata'));
  afterAll(() => void vi.unstubAllEnvs());

  test.each([
    ['2026-12-01T00:00:00+02:00', '2026-11-30T22:00:00.000Z'],
    ['2026-12-01T12:00:00', '2026-12-01T06:30:00.000Z'],
    ['2026-12-01 12:00', '2026-12-01T06:30:00.000Z'],
    ['2026-12-01', '2026-11-30T18:30:00.000Z'],
  ])('%s is a time of this machine unless it has a zone', async (until, sent) => {
    await using api = await fakeApi({
      'POST /v1/clusters/web/health/pause': { body: { health } },
      'GET /v1/clusters/web/health': { body: { health } },
    });
    await run(['cluster', 'pause', 'web', '--until', until], { url: api.url });
    expect(posted(api)).toEqual({ pause: { until: sent } });
  });

  test.each([
    ['2027-02-30', 'Expected a day from 01 to 28 in 2027-02, found "2027-02-30".'],
    ['2027', 'Expected a time such as 2026-11-22T18:00:00Z, found "2027".'],
  ])('%s is refused before anything is asked', async (until, sentence) => {
    const { code, err } = await run(['node', 'exclude', 'web-2', '--until', until]);
    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });
});

test('the answer to a release says which gate still holds the node, and what passes it', async () => {
  const task = {
    command: 'coppice cluster breaker reset web',
    reason: 'closes the breaker',
    required: false,
  };
  const next = { what: 'HOLD' as const, at: null, ends_by: [task], reason: 'held: the breaker is open' };
  await using api = await fakeApi({
    'POST /v1/nodes/web-2/health/release': { body: { health: { ...failed, recovery: null, next } } },
  });
  const { out, err } = await run(['node', 'release', 'web-2'], {
    url: api.url,
    env: { npm_command: 'exec' },
  });
  expect(err).toBe('');
  expect(out).toContain('held: the breaker is open\n');
  expect(out).toContain('may do: npx coppice cluster breaker reset web (closes the breaker)');
});

test('every command of the health of a cluster is written as it is typed here', async () => {
  await using api = await fakeApi({ 'GET /v1/clusters/web/health': { body: { health } } });
  const { out } = await run(['cluster', 'health', 'web'], { url: api.url, env: { npm_command: 'exec' } });
  expect(out.match(/(?<!npx )coppice /g)).toBeNull();
  expect(out).toContain('40 more healthy nodes: npx coppice cluster health web --all');
});
