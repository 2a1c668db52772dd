import { expect, test } from 'vitest';
import { plainTerminal } from '../../../test/cli/run.ts';
import type { DemoEvent } from './narrator.ts';
import { describeRecovery } from './follow-recovery.ts';
import { summarizeRecovery, type Summary } from './summary.ts';
import { textNarrator } from './text-narrator.ts';

function narrated(events: readonly DemoEvent[], summary?: Summary, columns = Infinity): string {
  let written = '';
  const terminal = plainTerminal({
    size: () => ({ columns, rows: 24 }),
    write: (text) => void (written += text),
  });
  const narrator = textNarrator(terminal);
  events.forEach((event, index) => narrator.narrate(event, index * 1000));
  if (summary !== undefined) narrator.end(summary, undefined, 0);
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
    '   1.0 s    ✔ REBOOT               240 ms  verified',
    '   2.0 s    ✘ REBOOT               240 ms  still not well',
  ]);
});

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
  const text = narrated([], { ok: true, nodes: 5, recoveries: [recovery], problems: [], took_ms: 20_000 });
  expect(text).toMatch(/^ {2}web-1 +SIGKILL +640 ms +3\.1 s +drain ✔ {2}REBOOT ✘$/m);
  expect(text).toContain('✔ 5 of 5 servers are healthy, 1 failures recovered (1 through a crash of Coppice)');
  expect(text).toContain('Read more');
});

test.each([80, 100, 120])('its end fits a terminal of %i columns, and loses no step', (columns) => {
  const names = ['WORKFLOW drain', 'REBOOT', 'WORKFLOW diagnose', 'RECREATE', 'WORKFLOW reattach'];
  const steps = names.map((name) => ({ name, attempt: 1, state: 'SUCCEEDED' }));
  const long = { ...recovery, failure: 'SIGKILL + crash', steps };
  const far = { ...step, state: 'SUCCEEDED', reason: 'x'.repeat(200) };
  const text = narrated(
    [far],
    { ok: true, nodes: 5, recoveries: [recovery, long], problems: [], took_ms: 26_300 },
    columns,
  );
  expect(text.split('\n').filter((line) => line.length > columns)).toEqual([]);
  for (const name of names) expect(text).toContain(`${name.replace('WORKFLOW ', '')} ✔`);
  expect(text.replaceAll(/\s+/g, ' ')).toContain('no step ran twice, in 26 s');
});

test('where something was not as it should be, it says what, and points nowhere', () => {
  const problem: DemoEvent = { event: 'problem', message: 'web-1 is ERROR' };
  const text = narrated([problem], {
    ok: false,
    nodes: 5,
    recoveries: [],
    problems: ['web-1 is ERROR'],
    took_ms: 1,
  });
  expect(text).toContain('problem  web-1 is ERROR');
  expect(text).toContain('✘ not as it should be: 1 problem');
  expect(text).not.toContain('Read more');
});

test('where somebody ended it, it finds no fault', () => {
  const summary = { ok: false, nodes: 5, recoveries: [], problems: ['ended by a signal'], took_ms: 1 };
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
  } as const;
  const text = narrated([{ event: 'problem', message }, evidence], undefined, 60);
  expect(text.replaceAll(/\s+/g, ' ')).toContain(`${message} `);
  expect(
    text
      .split('\n')
      .slice(3)
      .every((line) => line.length <= 60 || line.includes('/tmp/')),
  ).toBe(true);
  for (const path of [evidence.server_log, evidence.data_directory]) expect(text).toContain(path);
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
  const text = narrated([], { ok: false, nodes: 5, recoveries, problems, took_ms: 1 });
  expect(text).toMatch(/^ {2}web-2 +SIGSTOP +- +-/m);
});
