import { describe, expect, test } from 'vitest';
import { fakeApi } from '../../../test/cli/fake-api.ts';
import { run } from '../../../test/cli/run.ts';
import type { Schemas } from '../../client/api-types.ts';

const counts = {
  desired: 3,
  nodes: 3,
  healthy: 3,
  excluded: 0,
  failed: 0,
  held: 0,
  incomplete: 0,
  not_probed: 0,
  quarantined: 0,
  recovering: 0,
  suspected: 0,
  unknown: 0,
  unwatched: 0,
  warning: 0,
};

const healthy: Schemas['ClusterOverview'] = {
  counts,
  doing: [],
  health: 'HEALTHY',
  health_reason: null,
  id: 'c2',
  name: 'db',
  needs_operator: false,
  operator: [],
  problems: [],
  status: 'ACTIVE',
  waiting: [],
};

const held: Schemas['ClusterOverview'] = {
  ...healthy,
  counts: { ...counts, healthy: 1, held: 2 },
  doing: ['web-1: REBOOT, until it is healthy or 18:21'],
  health: 'HELD',
  health_reason: 'web-2 is held',
  id: 'c1',
  name: 'web',
  needs_operator: true,
  operator: [task('coppice node release web-2', 'it is quarantined')],
  problems: ['2 of 3 nodes have failed'],
  waiting: [{ reason: 'the breaker is open', until: '2026-11-22T18:30:00.000Z' }],
};

/** Of one command. */
function task(command: string, reason: string, required = true): Schemas['OperatorTask'] {
  return { command, reason, required, steps: [{ command, text: reason }] };
}

const health = {
  at: '2026-11-22T18:20:00.000Z',
  cloud: null,
  clusters: [held, healthy],
  counts: { clusters: 2, healthy: 1, needs_operator: 1 },
  server_problem: null as string | null,
  retained: [] as Schemas['HealthOverview']['retained'],
  server_warning: null as string | null,
  simulated_cloud: null as Schemas['HealthOverview']['simulated_cloud'],
};

async function status(options: { columns?: number; words?: string[]; env?: Record<string, string> } = {}) {
  await using api = await fakeApi({ 'GET /v1/health': { body: { health } } });
  const { columns = Infinity, words = [], env = {} } = options;
  return (await run(['status', ...words], { url: api.url, columns, env })).out;
}

describe('coppice status', () => {
  test('has a line for each cluster, the worst first, and below it one for each: do, now, waits', async () => {
    expect((await status({ words: ['--utc'] })).split('\n')).toEqual([
      'web  HELD     1/3 healthy  2 of 3 nodes have failed',
      '    do: coppice node release web-2 (it is quarantined)',
      '    now: web-1: REBOOT, until it is healthy or 18:21',
      '    waits: the breaker is open, checked again at 2026-11-22T18:30:00Z',
      'db   HEALTHY  3/3 healthy',
      '',
      '2 clusters, 1 healthy, 1 needs an operator',
      '',
    ]);
  });

  test('where there is no terminal all of it is there: each problem, task and wait is a line', async () => {
    const why = `web-2 failed (PROCESS_EXITED): ${'the process has ended; '.repeat(30)}`;
    const many = Array.from({ length: 9 }, (_, at) => `coppice node release web-${at}`);
    const all = {
      ...held,
      problems: [why, 'healing is paused'],
      operator: many.map((command) => ({ command, reason: 'it is quarantined', required: true })),
    };
    await using api = await fakeApi({
      'GET /v1/health': { body: { health: { ...health, clusters: [all] } } },
    });
    const lines = (await run(['status'], { url: api.url })).out.split('\n');
    expect(lines[0]).toBe('web  HELD  1/3 healthy  web-2 failed (PROCESS_EXITED); 1 more problem');
    expect(lines.filter((line) => line.startsWith('    do: '))).toHaveLength(9);
    expect(lines).toContain(`    why: ${why.trim()}`);
    expect(lines).toContain('    why: healing is paused');
    expect(lines.filter((line) => /^\S/.test(line))).toHaveLength(2);
  });

  test.each([80, 60])('fits a terminal of %i columns', async (columns) => {
    const lines = (await status({ columns })).split('\n');
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(
      'do: coppice node release web-2 (it is quarantined)',
    );
  });

  test('says first what is wrong with the server itself, and that it needs an operator', async () => {
    const failing = { ...health, clusters: [healthy], server_problem: 'No space is left.' };
    await using api = await fakeApi({ 'GET /v1/health': { body: { health: failing } } });
    const lines = (await run(['status'], { url: api.url })).out.split('\n');
    expect(lines[0]).toBe('The server records nothing and recovers nothing until you act: No space is left.');
    expect(lines.at(-2)).toBe('2 clusters, 1 healthy, the server needs an operator');
  });

  test('says before the clusters what nothing watches', async () => {
    const warned = { ...health, clusters: [healthy], server_warning: '1 process has no node.' };
    await using api = await fakeApi({ 'GET /v1/health': { body: { health: warned } } });
    const lines = (await run(['status'], { url: api.url })).out.split('\n');
    expect(lines.slice(0, 3)).toEqual([
      '1 process has no node.',
      '',
      expect.stringMatching(/^db /) as string,
    ]);
  });

  test('says what is kept, until when and how it goes before; and where a simulated cloud is', async () => {
    const kept = { first_until: '2026-11-22T19:00:00Z', last_until: '2026-11-22T20:00:00Z' };
    const retained = [
      { cluster_id: 'c2', cluster_name: 'db', count: 2, ...kept },
      { cluster_id: 'c9', cluster_name: null, count: 1, ...kept },
    ];
    const simulated = { admin_url: 'http://127.0.0.1:5000/simulator', auth_url: 'http://127.0.0.1:5000/v3' };
    const shown = { ...health, retained, simulated_cloud: simulated };
    await using api = await fakeApi({ 'GET /v1/health': { body: { health: shown } } });
    const lines = (await run(['status', '--utc'], { url: api.url })).out.split('\n');
    expect(lines.slice(-3, -1)).toEqual([
      '3 failed objects are kept (2 of db, 1 of a deleted cluster) until 2026-11-22T19:00:00Z, the last until 2026-11-22T20:00:00Z: coppice retained list; removed before by coppice retained delete ID',
      'The cloud is simulated: http://127.0.0.1:5000/v3, its admin API http://127.0.0.1:5000/simulator',
    ]);
  });

  test('shows on a narrow terminal what several nodes need, not the first need alone', async () => {
    const more = task('coppice node recover web-3', 'it is held');
    const both = { ...held, operator: [...held.operator, more] };
    await using api = await fakeApi({
      'GET /v1/health': { body: { health: { ...health, clusters: [both] } } },
    });
    const { out } = await run(['status'], { url: api.url, columns: 80 });
    expect(out).toContain('do: coppice node release web-2');
    expect(out).toContain('do: coppice node recover web-3');
  });

  test('names commands as they can be typed here', async () => {
    expect(await status({ env: { npm_command: 'exec' } })).toContain('do: npx coppice node release web-2 (');
  });
});

test('what is wrong with the cloud is said once, above the clusters in it', async () => {
  const cloud: Schemas['HealthOverview']['cloud'] = {
    doing: [],
    needs_operator: true,
    operator: [task('curl -si http://nova/v2.1', 'see what it answers')],
    problems: ['compute at http://nova/v2.1 has been away for 6 min: it answers 503'],
    waiting: [{ reason: 'nothing is touched', until: null }],
  };
  await using api = await fakeApi({ 'GET /v1/health': { body: { health: { ...health, cloud } } } });
  const lines = (await run(['status'], { url: api.url })).out.split('\n');
  expect(lines.slice(0, 4)).toEqual([
    'cloud: compute at http://nova/v2.1 has been away for 6 min: it answers 503',
    'waits: nothing is touched',
    'do: curl -si http://nova/v2.1 (see what it answers)',
    '',
  ]);
  expect(lines.at(-2)).toBe('2 clusters, 1 healthy, 1 needs an operator, the cloud needs an operator');
});

test.each([80, 120])('a terminal of %i columns: wrong in brief, what to do, then why', async (columns) => {
  const why = `web-2 was quarantined 5 min ago (recovery 3 of 3 that did not help: ${'RECREATE: no valid host; '.repeat(20)})`;
  const long = { ...held, problems: [why, 'healing is paused until an operator ends it (switch)'] };
  const body = { health: { ...health, clusters: [long, healthy] } };
  await using api = await fakeApi({ 'GET /v1/health': { body } });
  const lines = (await run(['status'], { url: api.url, columns })).out.split('\n');
  expect(lines.filter((line) => line.length > columns)).toEqual([]);
  expect(lines[0]).toBe('web  HELD     1/3 healthy  web-2 was quarantined 5 min ago; 1 more problem');
  expect(lines[1]).toBe('    do: coppice node release web-2 (it is quarantined)');
  expect(lines[2]).toMatch(/^ {4}why: web-2 was quarantined/);
  expect(lines).toContain('    all of it: coppice cluster health web');
  expect(lines.length).toBeLessThan(15);
});

const cloudInNeed = { doing: [], operator: [], problems: ['away'], waiting: [], needs_operator: true };

test.each([
  ['a cluster', { needs_operator: 1 }, {}, 3],
  ['the server', { needs_operator: 0 }, { server_problem: 'the disk is full' }, 3],
  ['the cloud', { needs_operator: 0 }, { cloud: cloudInNeed }, 3],
  ['nothing', { needs_operator: 0 }, {}, 0],
])('with --exit-code, where %s needs an operator', async (_what, counts, fields, expected) => {
  const shown = { ...health, counts: { ...health.counts, ...counts }, ...fields };
  await using api = await fakeApi({ 'GET /v1/health': { body: { health: shown } } });
  const { code, err } = await run(['status', '--exit-code'], { url: api.url });
  expect([code, err]).toEqual([expected, '']);
  expect((await run(['status'], { url: api.url })).code).toBe(0);
});
