import { expect, test } from 'vitest';
import { fakeApi } from '../../test/cli/fake-api.ts';
import { run } from '../../test/cli/run.ts';

const recovery = {
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
    step('s1', 'WORKFLOW', 'drain', 'SUCCEEDED', '00.100', '01.700', 'ended SUCCESS'),
    step('s2', 'REBOOT', 'actions[0]', 'FAILED', '01.700', '05.700', 'the node is still not well after 4 s'),
    step('s3', 'RECREATE', 'actions[1]', 'SUCCEEDED', '05.700', '09.400', 'verified by DETECTION'),
    { ...step('s4', 'WORKFLOW', 'attach', 'PENDING', '', '', ''), started_at: null, ended_at: null },
  ],
  decisions: [
    { at: '2026-11-22T18:19:00.050Z', decision: 'open', reason: 'two looks in a row failed' },
    { at: '2026-11-22T18:19:00.100Z', decision: 'run', reason: 'WORKFLOW drain' },
  ],
};

function step(
  id: string,
  name: string,
  item: string,
  state: string,
  from: string,
  to: string,
  reason: string,
): object {
  const time = (second: string): string => `2026-11-22T18:19:${second}Z`;
  return { id, name, item, attempt: 1, state, started_at: time(from), ended_at: time(to), reason };
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
    '  +0.05 s  · open             two looks in a row failed',
    '  +0.10 s  ✔ WORKFLOW drain   SUCCEEDED in 1.6 s  ended SUCCESS',
    '  +1.70 s  ✘ REBOOT           FAILED in 4.0 s  the node is still not well after 4 s',
    '  +5.70 s  ✔ RECREATE         SUCCEEDED in 3.7 s  verified by DETECTION',
    '           ○ WORKFLOW attach  PENDING',
    '',
  ]);
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
