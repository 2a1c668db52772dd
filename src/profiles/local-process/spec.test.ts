import { describe, expect, test } from 'vitest';
import { describeIssue } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { checkSpec, fields, planProcessUpdate, specOf } from './spec.ts';

function issuesOf(properties: Json | undefined): string[] {
  const checked = checkSpec(properties);
  return checked.ok ? [] : checked.issues.map(describeIssue);
}

test('a command is enough: the rest has defaults', () => {
  expect(checkSpec({ command: ['sleep', '9'] })).toEqual({
    ok: true,
    properties: {
      command: ['sleep', '9'],
      env: {},
      stop_signal: 'SIGTERM',
      stop_timeout: 10,
      log_limit: 10_485_760,
    },
  });
  expect(specOf({ command: ['sleep', '9'] })).toMatchObject({
    cwd: undefined,
    port: undefined,
    stopTimeoutMs: 10_000,
  });
});

test('everything that may be written is taken', () => {
  const properties = {
    command: ['server', '--port={port}'],
    env: { A_1: '' },
    cwd: '/srv',
    port: 8080,
    stop_signal: 'SIGINT',
    stop_timeout: 0.5,
    log_limit: 4096,
  };
  expect(checkSpec(properties)).toEqual({ ok: true, properties: { ...properties, port: '8080' } });
  expect(specOf(properties).port).toBe(8080);
  expect(Object.keys(fields)).toEqual(Object.keys(properties));
});

test('numbers may be written as texts, as in policies', () => {
  const properties = { command: ['a'], port: '80', stop_timeout: '60', log_limit: '8192' };
  const checked = checkSpec(properties);
  expect(checked).toMatchObject({ ok: true, properties: { stop_timeout: 60, log_limit: 8192 } });
  expect(checked.ok && specOf(checked.properties)).toMatchObject({ port: 80, stopTimeoutMs: 60_000 });
});

describe('what is wrong is said with field, expected and found', () => {
  test.each<[Json | undefined, string]>([
    [
      undefined,
      'expected a map with any of command, env, cwd, port, stop_signal, stop_timeout, log_limit, found nothing',
    ],
    [
      [],
      'expected a map with any of command, env, cwd, port, stop_signal, stop_timeout, log_limit, found an empty list',
    ],
    [
      { command: ['python3 /x/app.py'] },
      'command[0]: expected the name or path of a program, without its arguments, found "python3 /x/app.py" (write each argument as an entry of its own: [python3, /x/app.py])',
    ],
    [
      { command: ['python3', { port: null }], port: 'auto' },
      "command[1]: expected a text, found a map with port (put it in quotes: '{port}')",
    ],
    [{}, 'command: expected a list: the program and its arguments, found nothing'],
    [{ command: [] }, 'command: expected a list: the program and its arguments, found an empty list'],
    [
      { command: 'sleep 9' },
      'command: expected a list: the program and its arguments, found "sleep 9" (for a shell line: [sh, -c, "..."])',
    ],
    [{ command: ['sleep', 9] }, 'command[1]: expected a text, found 9 (put it in quotes)'],
    [{ command: ['sleep', null] }, 'command[1]: expected a text, found null'],
    [{ command: [''] }, 'command[0]: expected the name or path of a program, found ""'],
    [{ command: ['a\0b'] }, 'command[0]: expected a text, found a text with a NUL character in it'],
    [{ command: ['x'.repeat(100_001)] }, 'command[0]: expected at most 100000 characters, found 100001'],
    [
      { command: ['a'], env: ['B=1'] },
      'env: expected a map of names to texts, found a list of 1 (write NAME: value, without a hyphen)',
    ],
    [
      { command: ['a'], env: { 'B C': '1' } },
      'env: expected names of letters, digits and _, not beginning with a digit, found "B C"',
    ],
    [
      { command: ['a'], env: { 'B=s3cret': '1' } },
      'env: expected names of letters, digits and _, not beginning with a digit, found "B" (write B: and its value after it)',
    ],
    [{ command: ['a'], env: 'B=s3cret' }, 'env: expected a map of names to texts, found a text'],
    [{ command: ['a'], env: { B: { s3cret: null } } }, 'env.B: expected a text, found a map'],
    [{ command: ['a'], env: { PIN: 1234 } }, 'env.PIN: expected a text, found a number (put it in quotes)'],
    [{ command: ['a'], cwd: 'srv' }, 'cwd: expected an absolute path, found "srv"'],
    [
      { command: ['a'], cwd: null },
      'cwd: expected an absolute path, found null (the key has no value: give it one, or leave it out)',
    ],
    [{ command: ['a'], port: 0 }, 'port: expected `auto` or a number from 1 to 65535, found 0'],
    [{ command: ['a'], port: 65_536 }, 'port: expected `auto` or a number from 1 to 65535, found "65536"'],
    [{ command: ['a'], port: 'http' }, 'port: expected `auto` or a number from 1 to 65535, found "http"'],
    [
      { command: ['a', '-p{prot}'] },
      'command[1]: expected placeholders among {port} {nodename} {nodeid} {index}, found {prot} (did you mean {port}?)',
    ],
    [
      { command: ['a', '--name={name}'] },
      'command[1]: expected placeholders among {port} {nodename} {nodeid} {index}, found {name} (did you mean {nodename}?)',
    ],
    [
      { command: ['sh', '-c', 'serve --port {prot}'] },
      'command[2]: expected placeholders among {port} {nodename} {nodeid} {index}, found {prot} (did you mean {port}?)',
    ],
    [
      { command: ['a', '-p{port}'] },
      'command[1]: expected no {port}, because the spec has no `port`, found {port} (add `port: auto`)',
    ],
    [
      { command: ['a'], stop_timeout: -1 },
      'stop_timeout: expected a number of seconds from 0 to 3600, found -1',
    ],
    [{ command: ['a'], log_limit: 1.5 }, 'log_limit: expected a number of bytes, 4096 or more, found 1.5'],
  ])('case %#', (properties, said) => expect(issuesOf(properties)).toEqual([said]));

  test.each([
    "awk '{print}'",
    "print('{name}', end='')",
    'echo ${prot}',
    '{{name}}',
    '%{http_code}',
    '{"name": 1}',
    '{nodename}',
  ])('nothing is wrong with the braces of %s', (argument) =>
    expect(issuesOf({ command: ['sh', '-c', argument] })).toEqual([]),
  );

  test('an unknown key with the one that was meant', () => {
    const [said] = issuesOf({ command: ['a'], prot: 'auto' });
    expect(said).toContain('prot: expected one of command, cwd, env, log_limit, port');
    expect(said).toContain('found an unknown key (did you mean port?)');
    expect(issuesOf({ cmd: ['a'] })[0]).toContain('did you mean command?');
    expect(issuesOf({ command: ['a'], entirely_else: 1 })[0]).not.toContain('did you mean');
  });

  test.each([
    ['TERM', 'SIGTERM'],
    ['sigint', 'SIGINT'],
    ['SIGTREM', 'SIGTERM'],
  ])('the signal %s with %s', (written, meant) => {
    expect(issuesOf({ command: ['a'], stop_signal: written })[0]).toContain(`(did you mean ${meant}?)`);
  });

  test('all that is wrong at once', () => {
    expect(issuesOf({ command: 1, port: true, x: 1 })).toHaveLength(3);
  });
});

test.each([
  [
    { stop_timeout: 60, log_limit: 8192 },
    { way: 'IN_PLACE', changes: ['log_limit', 'stop_timeout'] },
  ],
  [{ stop_signal: 'SIGINT' }, { way: 'IN_PLACE', changes: ['stop_signal'] }],
  [
    { stop_signal: 'SIGINT', env: { A: 'b' } },
    { way: 'REPLACE', reason: 'env cannot be changed in place' },
  ],
  [{ command: ['sleep', '8'] }, { way: 'REPLACE', reason: 'command cannot be changed in place' }],
])('an update with %j is planned by whether the process was started with it', (change, plan) => {
  const [from, to] = [{}, change].map((one) => {
    const checked = checkSpec({ command: ['sleep', '9'], ...one });
    return checked.ok ? checked.properties : {};
  });
  expect(planProcessUpdate(from ?? {}, to ?? {})).toMatchObject(plan);
});
