import { expect, test } from 'vitest';
import { plainTerminal } from '../../../test/cli/run.ts';
import type { DemoEvent, Kept } from './narrator.ts';
import { describeRecovery } from './follow-recovery.ts';
import { summarizeRecovery, type Summary } from './summary.ts';
import { textNarrator } from './text-narrator.ts';

const story = {
  headline: 'real servers, really recovered',
  command: 'coppice demo',
  readMore: [
    { path: 'README.md', what: 'what it is' },
    { path: 'not/in/this/copy.md', what: 'nothing' },
  ],
};

function narrated(events: readonly DemoEvent[], summary?: Summary, columns = Infinity, kept?: Kept): string {
  let written = '';
  const terminal = plainTerminal({
    size: () => ({ columns, rows: 24 }),
    write: (text) => void (written += text),
  });
  const narrator = textNarrator(terminal, story);
  events.forEach((event, index) => narrator.narrate(event, index * 1000));
  if (summary !== undefined) narrator.end(summary, kept, 0);
  return written;
}

const step = { event: 'step', node: 'web-1', step: 'REBOOT', reason: 'verified', took_ms: 240 } as const;

test('a step is printed when it has ended, with its time and reason; nothing is animated without a terminal', () => {
  const text = narrated([
    { ...step, state: 'RUNNING', took_ms: null },
    { ...step, state: 'SUCCEEDED' },
    { ...step, state: 'FAILED', reason: 'still not well' },
  ]);
  const lines = text.split('\n').slice(3, -1);
  expect(lines).toEqual([
    '   1.0 s    ✔ REBOOT                   240 ms  verified',
    '   2.0 s    ✘ REBOOT                   240 ms  still not well',
  ]);
});

const proven = ['no step ran twice: by the calls that the load balancer got, and the starts of the servers'];

const recovery = {
  node: 'web-1',
  failure: 'SIGKILL',
  detected_ms: 640,
  recovered_ms: 3100,
  steps: [
    { name: 'WORKFLOW drain', attempt: 1, state: 'SUCCEEDED' },
    { name: 'REBOOT', attempt: 1, state: 'FAILED' },
  ],
  survived_crash: true,
};

test('it ends with a table and a verdict', () => {
  const summary = { ok: true, nodes: 5, recoveries: [recovery], proven, problems: [], took_ms: 20_000 };
  const text = narrated([], summary);
  expect(text).toMatch(/^ {2}web-1 +SIGKILL +640 ms +3\.1 s +drain ✔ {2}REBOOT ✘$/m);
  expect(text).toContain('✔ 5 of 5 servers are healthy, 1 failures recovered (1 through a crash of Coppice)');
  expect(text).toContain('✔ no step ran twice');
  expect(text).toMatch(/Read more\n {4}npx coppice demo --keep +leave it running/);
  expect(text).toMatch(/README\.md +what it is/);
  expect(text).not.toContain('copy.md');
});

test.each([80, 100, 120])('its end fits a terminal of %i columns, and loses no step', (columns) => {
  const names = ['WORKFLOW drain', 'REBOOT', 'WORKFLOW diagnose', 'RECREATE', 'WORKFLOW reattach'];
  const steps = names.map((name) => ({ name, attempt: 1, state: 'SUCCEEDED' }));
  // Alone it is wider than what is left of 80 columns.
  const failed = { name: 'verification of RECREATE', attempt: 1, state: 'FAILED' };
  const long = { ...recovery, failure: 'SIGKILL + crash', steps: [...steps, failed] };
  const far = { ...step, state: 'SUCCEEDED', reason: 'x'.repeat(200) };
  const text = narrated(
    [far],
    { ok: true, nodes: 5, recoveries: [recovery, long], proven, problems: [], took_ms: 26_300 },
    columns,
  );
  expect(text.split('\n').filter((line) => line.length > columns)).toEqual([]);
  for (const name of names) expect(text).toContain(`${name.replace('WORKFLOW ', '')} ✔`);
  expect(text.replaceAll(/\s+/g, ' ')).toContain(proven[0]);
});

test('where something was not as it should be, it says what, and points nowhere', () => {
  const problem: DemoEvent = { event: 'problem', message: 'web-1 is ERROR' };
  const text = narrated([problem], {
    ok: false,
    nodes: 5,
    recoveries: [],
    proven: [],
    problems: ['web-1 is ERROR'],
    took_ms: 1,
  });
  expect(text).toContain('problem  web-1 is ERROR');
  expect(text).toContain('✘ not as it should be: 1 problem');
  expect(text).not.toContain('Read more');
});

test('where the user ended it, it finds no fault', () => {
  const problems = ['ended by a signal'];
  const summary = { ok: false, nodes: 5, recoveries: [], proven: [], problems, took_ms: 1 };
  expect(narrated([], summary)).toContain('stopped before its end; nothing is left behind');
  expect(narrated([], summary)).not.toContain('✘');
});

test('a demo that failed says what it waited for and saw, whole, and where the evidence is', () => {
  const message = `the recovery of web-2 was not closed within 30 s: ${describeRecovery({
    state: 'OPEN',
    steps: [],
    decisions: [],
  })}`;
  const evidence = {
    event: 'evidence',
    workspace: '/tmp/coppice-demo-1',
    server_log: '/tmp/coppice-demo-1/server.log',
    data_directory: '/tmp/coppice-demo-1/data',
    others: [{ path: '/tmp/coppice-demo-1/mutations.json', what: 'the changes' }],
  } as const;
  const text = narrated([{ event: 'problem', message }, evidence], undefined, 60);
  expect(text.replaceAll(/\s+/g, ' ')).toContain(`${message} `);
  expect(
    text
      .split('\n')
      .slice(3)
      .every((line) => line.length <= 60 || line.includes('/tmp/')),
  ).toBe(true);
  const files = [evidence.server_log, evidence.data_directory, ...evidence.others.map(({ path }) => path)];
  for (const path of files) expect(text).toContain(path);
  expect(text).toContain('npx coppice demo --end /tmp/coppice-demo-1');
});

test('a failure without a recovery stands in the table', () => {
  const failed = {
    node: 'web-2',
    failure: 'SIGSTOP',
    inflictedAt: 0,
    recovery: undefined,
    crashedAt: undefined,
  };
  const problems = ['not opened'];
  const recoveries = [summarizeRecovery(failed)];
  const text = narrated([], { ok: false, nodes: 5, recoveries, proven: [], problems, took_ms: 1 });
  expect(text).toMatch(/^ {2}web-2 +SIGSTOP +- +-/m);
});

test('a step that was for another failure is named when it is skipped, and not in the table', () => {
  const steps = [
    { name: 'REBUILD', attempt: 1, state: 'SKIPPED' },
    { name: 'RECREATE', attempt: 1, state: 'SUCCEEDED' },
  ];
  const recoveries = [{ ...recovery, steps }];
  const skipped = { ...step, step: 'REBUILD', state: 'SKIPPED', reason: 'only for SERVER_ERROR' };
  const text = narrated([skipped], { ok: true, nodes: 5, recoveries, proven, problems: [], took_ms: 1 });
  expect(text).toMatch(/○ REBUILD +only for SERVER_ERROR/);
  expect(text).toMatch(/3\.1 s +RECREATE ✔$/m);
});

test('what was seen is wrapped, not cut', () => {
  const what = 'nothing was touched: the log has no change, and no recovery was opened';
  const text = narrated([{ event: 'observed', what, is_proof: true }], undefined, 50);
  expect(text.replaceAll(/\s+/g, ' ')).toContain(`✔ ${what}`);
  expect(text.split('\n').filter((line) => line.length > 50)).toEqual([]);
});

const nodes = ['web-3', 'web-10'];
const hostDown: DemoEvent = {
  event: 'failure',
  number: 3,
  of: 5,
  target: 'compute2',
  nodes,
  failure: 'HOST DOWN',
  what: 'the host dies',
};
const groupEvents: readonly DemoEvent[] = [
  hostDown,
  ...nodes.flatMap((node): DemoEvent[] => [
    { event: 'detected', node, class: 'HOST_DOWN', reason: 'compute2 is down; and so', after_ms: 900 },
    { event: 'decision', node, decision: 'hold', reason: 'held: 1 node is being recovered' },
  ]),
  ...nodes.flatMap((node): DemoEvent[] => [
    { ...step, node, step: 'REBUILD', state: 'SKIPPED' },
    { ...step, node, step: 'WORKFLOW check', state: 'RUNNING' },
    { ...step, node, step: 'WORKFLOW check', state: 'SUCCEEDED' },
    { ...step, node, step: 'EVACUATE', state: 'SUCCEEDED' },
    { ...step, node, step: 'verification of EVACUATE', state: 'SUCCEEDED' },
    { event: 'closed', node, state: 'RECOVERED', after_ms: 2600 },
  ]),
];

test('nodes that fail together have one line when they are detected, and one each when they are healthy', () => {
  const lines = narrated(groupEvents).split('\n').slice(4, -1);
  expect(lines.map((line) => line.replace(/^ *[\d.]+ s /, ''))).toEqual([
    '  3 of 5  HOST DOWN: compute2, the host dies',
    ' HOST_DOWN  web-3 web-10: compute2 is down',
    '   · held: 1 node is being recovered',
    '   ✔ web-3   check 240 ms, EVACUATE 240 ms; healthy again after 2.6 s',
    '   ✔ web-10  check 240 ms, EVACUATE 240 ms; healthy again after 2.6 s',
  ]);
});

test('a step that fails on one of them is said at once, with its reason', () => {
  const failed = { ...step, node: 'web-10', step: 'EVACUATE', state: 'FAILED', reason: 'no valid host' };
  const given = { event: 'closed', node: 'web-10', state: 'EXHAUSTED', after_ms: 100 } as const;
  const text = narrated([hostDown, failed, given]);
  expect(text).toContain('✘ web-10  EVACUATE  no valid host');
  expect(text).toContain('✘ web-10  given up (EXHAUSTED)');
});

test('a demo that is left running says what to try, also with a command that is long', () => {
  const long = `curl http://127.0.0.1:5000/${'x'.repeat(60)}`;
  const suggestions = [
    { command: 'npx coppice watch web', what: 'the cluster, live' },
    { command: long, what: 'a server fails' },
  ];
  const kept = { url: 'http://127.0.0.1:8777', workspace: '/tmp/coppice-demo-1', suggestions };
  const summary = { ok: true, nodes: 5, recoveries: [], proven, problems: [], took_ms: 1 };
  const text = narrated([], summary, 100, kept);
  expect(text).toContain(
    '    export COPPICE_URL=http://127.0.0.1:8777\n    npx coppice watch web  the cluster, live\n',
  );
  expect(text).toContain(`    ${long}\n${' '.repeat(27)}a server fails\n`);
  expect(text).toContain('npx coppice demo --end /tmp/coppice-demo-1');
});
