import stringWidth from 'string-width';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { fakeApi } from '../../../test/cli/fake-api.ts';
import { plainTerminal, testNow } from '../../../test/cli/run.ts';
import { sampleCluster, sampleNode, sampleRecovery, sampleStep } from '../../../test/cli/samples.ts';
import { ApiClient } from '../../client/api-client.ts';
import type { Schemas } from '../../client/api-types.ts';
import type { CliSession } from '../client/session.ts';
import { styleFor } from '../rendering/style.ts';
import { fullScreen } from '../rendering/full-screen.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { timesFor } from '../rendering/times.ts';
import { renderWatched } from '../rendering/watch-view.ts';
import { runCli } from '../run-cli.ts';
import { readWatched } from './watched-cluster.ts';

function remembering(): Terminal & { written: string } {
  return {
    ...plainTerminal({ isInteractive: true, size: () => ({ columns: 80, rows: 24 }) }),
    written: '',
    write(text) {
      this.written += text;
    },
  };
}

function session(): CliSession {
  return {
    terminal: remembering(),
    api: new ApiClient('http://127.0.0.1:8777'),
    json: false,
    style: styleFor(false),
    errorColumns: 80,
    columns: 80,
    times: () => timesFor(testNow, false),
    typed: (words) => `coppice ${words}`,
  };
}

function node(index: number, status = 'ACTIVE'): Schemas['Node'] {
  return sampleNode({ id: `n${index}`, name: `web-${index}`, status, index });
}

const recovery = sampleRecovery({
  node_id: 'n2',
  action_id: 'a1',
  failure: { class: 'PROCESS_EXITED', reason: 'the process has ended' },
  steps: [
    sampleStep({ name: 'WORKFLOW', item: 'drain', started_at: '2026-11-22T18:19:55.000Z' }),
    sampleStep({ state: 'RUNNING', started_at: '2026-11-22T18:19:57.500Z' }),
  ],
});

const cluster = sampleCluster();

test('a node in recovery shows its failure and the step that runs now', () => {
  const watched = {
    cluster,
    nodes: [node(1), node(2, 'RECOVERING'), node(3)],
    recoveries: [recovery],
    failures: new Map(),
  };
  const lines = renderWatched(watched, [], session(), { rows: 24, columns: 80 });
  expect(lines[0]).toBe('web  HEALTHY  ACTIVE  3 of 3 nodes, 1 recovering, 0 held');
  expect(lines.find((line) => line.startsWith('web-2'))).toBe(
    'web-2  HEALTHY  RECOVERING  PROCESS_EXITED  REBOOT, 2.5 s',
  );
});

test('where not all nodes fit, those that are not healthy come first, and the others are counted', () => {
  const nodes = Array.from({ length: 100 }, (_, index) => node(index, index === 90 ? 'ERROR' : 'ACTIVE'));
  const lines = renderWatched({ cluster, nodes, recoveries: [], failures: new Map() }, [], session(), {
    rows: 20,
    columns: 80,
  });
  expect(lines.length).toBeLessThanOrEqual(20);
  expect(lines[3]).toContain('web-90');
  expect(lines.some((line) => /^and \d+ more$/.test(line))).toBe(true);
});

test('a server that is away is named, in place of the nodes', () => {
  expect(renderWatched('No server answers', [], session(), { rows: 20, columns: 80 })[0]).toBe(
    'No server answers',
  );
});

test('the terminal is put back once, however often it is left', () => {
  const terminal = remembering();
  const screen = fullScreen(terminal);
  screen.draw(['hello']);
  screen.leave();
  screen.leave();
  screen.draw(['too late']);
  expect(terminal.written).toMatch(/\[\?1049h.*hello.*\[\?1049l$/s);
  expect(terminal.written.match(/\[\?1049l/g)).toHaveLength(1);
  expect(terminal.written).not.toContain('too late');
});

test('a line that is longer than the screen is wide is cut there, with a mark', () => {
  const terminal = remembering();
  const screen = fullScreen(terminal);
  screen.draw(['x'.repeat(80), 'y'.repeat(81), `\u{1B}[31m${'z'.repeat(90)}\u{1B}[39m`, '\u4E2D'.repeat(41)]);
  screen.leave();
  const lines = stripVTControlCharacters(terminal.written).split('\n');
  expect(lines.map((line) => stringWidth(line))).toEqual([80, 80, 80, 79]);
  expect(lines[1]).toBe(`${'y'.repeat(79)}\u2026`);
  expect(lines[2]).toBe(`${'z'.repeat(79)}\u2026`);
  // Its colour ends with it.
  expect(terminal.written).toContain('z\u2026\u{1B}[39m');
});

test('a quarantined node shows what has failed, although no recovery is open', () => {
  const quarantined = { ...node(1), health: 'QUARANTINED' as const, health_reason: 'nothing helped' };
  const failures = new Map([['n1', { class: 'PROCESS_EXITED', reason: 'it has ended' }]]);
  const watched = { cluster, nodes: [quarantined], recoveries: [], failures };
  const lines = renderWatched(watched, [], session(), { rows: 24, columns: 80 });
  expect(lines.find((line) => line.startsWith('web-1'))).toBe(
    'web-1  QUARANTINED  ACTIVE  PROCESS_EXITED  nothing helped',
  );
});

test('the failure of a quarantined node is read from the health of the cluster, and only then', async () => {
  const health = { nodes: [{ id: 'n1', failure: { class: 'HOST_DOWN', reason: 'n1 is down' } }] };
  const nodes = [{ ...node(1), health: 'QUARANTINED' }];
  await using api = await fakeApi({
    'GET /v1/clusters/c1': { body: { cluster } },
    'GET /v1/nodes': [{ body: { nodes } }, { body: { nodes: [node(1)] } }],
    'GET /v1/recoveries': { body: { recoveries: [] } },
    'GET /v1/clusters/c1/health': { body: { health } },
  });
  const read = async () => await readWatched(new ApiClient(api.url), 'c1', new AbortController().signal);
  expect([...(await read()).failures.keys()]).toEqual(['n1']);
  const before = api.asked.length;
  expect([...(await read()).failures.keys()]).toEqual([]);
  expect(api.asked.slice(before).map(({ path }) => path)).not.toContain('/v1/clusters/c1/health');
});

test.each([false, true])(
  'ends with the reason where the server takes the token no more (a screen: %s)',
  async (isInteractive) => {
    await using api = await fakeApi({
      'GET /v1/clusters/web': { body: { cluster } },
      'GET /v1/events': { status: 401, body: { error: { code: 401, message: 'The token has expired.' } } },
    });
    let err = '';
    const terminal = plainTerminal({
      isInteractive,
      env: { COPPICE_URL: api.url },
      size: () => ({ columns: 80, rows: 24 }),
      writeError: (text) => void (err += text),
    });
    expect(await runCli(['watch', 'web'], terminal)).toBe(1);
    expect(err).toContain('The token has expired.');
  },
);
