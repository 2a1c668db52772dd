/**
 * Hostile input: small texts that produce a lot of memory or time. Each ends in a value, in an error that
 * says why, or in an execution that has ended in ERROR - in a worker thread with limited memory, and with a
 * watchdog for hangs.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { BoundedWorker } from '../support/bounded-worker.ts';
import type { HostileOutcome } from '../support/hostile-worker.ts';
import { hostileDefinitions, hostileExpressions, variables } from '../support/hostile-cases.ts';
import { cases, soakTimeout } from '../support/soak.ts';

/** Must leave room for an execution of the maximum size. */
const worker = new BoundedWorker({ heapMb: 256 });
afterAll(() => worker.close());

const expression = (value: string): Promise<HostileOutcome> =>
  worker.run({ kind: 'expression', value, variables });

describe('the watch', () => {
  it('notices what fills the memory', async () => {
    const small = new BoundedWorker({ heapMb: 64 });
    await expect(small.run({ kind: 'memory-bomb' })).rejects.toThrow('more than 64 MB of memory');
    expect(await small.run({ kind: 'expression', value: '<% 1 %>', variables: {} })).toEqual({
      kind: 'value',
    });
    await small.close();
  });

  it('notices what hangs', async () => {
    const impatient = new BoundedWorker({ patienceMs: 2000 });
    await expect(impatient.run({ kind: 'hang' })).rejects.toThrow('no end within 2000 ms');
    await impatient.close();
  });
});

describe('hostile expressions', () => {
  const doubled = (last: string): string =>
    `<% let(x => [1, 1]) -> ${'let(x => [$x, $x]) -> '.repeat(40)}${last} %>`;
  const growing = (step: string): string =>
    `{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = ${step} %}{% endfor %}{{ ns.x }}`;
  const limit = /(takes|produces|goes|nest) .*more than|out of range|repeats too much|longer than/;

  it.each([
    ['<% range(1000000) %>'],
    ['<% sequence().toList() %>'],
    ['<% $.list.cycle().toList() %>'],
    ["<% 'a' * 100000000 %>"],
    ['<% [1] * 100000000 %>'],
    ['<% $.text.replace(x, $.text) %>'],
    ['<% $.text.toCharArray().join($.text) %>'],
    ['<% $.list.select(range($).toList()) %>'],
    ['<% $.list.join($.list, true, [$1, $2]).toList() %>'],
    ["<% $.list.aggregate($1 + str($2) + $1, '') %>"],
    ['<% $.list.accumulate($1 + [$2], []).toList() %>'],
    ['<% generate([], true, $ + [$]).limit(1000).toList() %>'],
    ['<% def(f, [f($), f($)]) -> f(1) %>'],
    ["<% regex('(a{1000}){1000}').matches(aaa) %>"],
    ["<% regex('x').replace($.text, $.text) %>"],
    ["<% '{0:>1000000000}'.format(1) %>"],
    [doubled('$x')],
    [doubled('str($x)')],
    [doubled('json_dump($x)')],
    [doubled('set($x)')],
    [doubled('$x.flatten()')],
    ['{{ range(1000000) }}'],
    ['{{ [[1] * 1000] * 100000 }}'],
    ["{{ _.text | replace('x', _.text) }}"],
    ['{{ _.list | join(_.text) }}'],
    ["{{ _.list | map('string') | map('replace', '1', _.text) | list }}"],
    ['{{ 9 ** 9 ** 9 }}'],
    ["{{ '%1000000000d' % 1 }}"],
    ['{{ _.text | center(1000000000) }}'],
    ['{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}'],
    ['{% for i in range(100000) %}{% for j in range(100000) %}a{% endfor %}{% endfor %}{{ 1 }}'],
    [growing('ns.x ~ ns.x')],
    [growing('[ns.x, ns.x]')],
  ])('%s', async (value) => {
    expect(await expression(value)).toMatchObject({
      // A constant pattern is refused when the definition is created.
      kind: expect.stringMatching(/^(evaluation|syntax)$/),
      message: expect.stringMatching(limit),
    });
  });

  it('are no harm where a regex has to try much', async () => {
    const regexes = ['(x+)+$', '(x|xx)*y', '(x*)*(x*)*(x*)*y'];
    for (const regex of regexes)
      expect(await expression(`<% $.text.matches('${regex}') %>`)).toMatchObject({ kind: 'value' });
  });

  it('put together by chance end, too', { timeout: soakTimeout(120_000) }, async () => {
    await fc.assert(
      fc.asyncProperty(hostileExpressions, async (value) => {
        expect(['value', 'syntax', 'evaluation']).toContain((await expression(value)).kind);
      }),
      cases(150),
    );
  });
});

describe('hostile definitions', () => {
  const run = (text: string): Promise<HostileOutcome> => worker.run({ kind: 'run', text });
  const workflow = (tasks: string): string => `version: '2.0'\nw:\n  tasks:\n${tasks}`;
  const chain = (task: (index: number) => string): string =>
    workflow(Array.from({ length: 60 }, (_, index) => `    t${index}: ${task(index)}\n`).join(''));

  it.each([
    [
      'variables that gather',
      chain((i) => `{publish: {x${i}: "<% 'a' * 7000000 %>"}, on-success: t${i + 1}}`),
    ],
    ['variables side by side', chain((i) => `{publish: {x${i}: "<% 'a' * 7000000 %>"}}`)],
    [
      'global variables',
      chain((i) => `{on-success: {publish: {global: {x${i}: "<% 'a' * 7000000 %>"}}, next: [t${i + 1}]}}`),
    ],
    [
      'inputs of items',
      workflow(
        `    t: {with-items: 'i in <% range(2000) %>', action: std.echo, input: {output: "<% 'a' * 1000000 %>"}}\n`,
      ),
    ],
    [
      'results of items, one after another',
      workflow(
        `    t: {with-items: 'i in <% range(2000) %>', concurrency: 1, action: std.echo, input: {output: "<% 'a' * 1000000 %>"}}\n`,
      ),
    ],
  ])('%s end the execution', async (_name, text) => {
    const last = text.replace(/, on-success: t60/, '').replace(/, next: \[t60\]/, '');
    expect(await run(last)).toMatchObject({
      kind: 'ended',
      message: expect.stringMatching(/^ERROR The execution holds more than 50 million characters/),
    });
  });

  it('too many items are refused', async () => {
    const text = workflow(`    t: {with-items: 'i in <% $.l %>', action: std.noop}\n`).replace(
      '  tasks:',
      `  vars: {l: "<% range(100001).toList() %>"}\n  tasks:`,
    );
    expect(await run(text)).toMatchObject({ message: expect.stringMatching(/100001 items, at most 100000/) });
  });

  it('with aliases that would explode are texts, as in Mistral, and depth is refused', async () => {
    const level = (name: string, below: string): string =>
      `    ${name}: &${name} [${`*${below},`.repeat(9)}]\n`;
    const bomb = `    a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n${['b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name, index) => level(name, 'abcdefg'[index] ?? '')).join('')}`;
    const vars = (text: string): string =>
      `version: '2.0'\nw:\n  vars:\n${text}  tasks: {a: {action: std.noop}}\n`;
    expect(await run(vars(bomb))).toMatchObject({ kind: 'ended', message: 'SUCCESS ' });
    for (const depth of [100, 10_000, 100_000])
      expect(await run(vars(`    a: ${'['.repeat(depth)}${']'.repeat(depth)}\n`))).toMatchObject({
        kind: 'refused',
        message: expect.stringMatching(/nested (too deeply|deeper than 60 levels)/),
      });
  });

  it('put together by chance end, too', { timeout: soakTimeout(120_000) }, async () => {
    await fc.assert(
      fc.asyncProperty(hostileDefinitions, async (text) => {
        expect(['ended', 'refused']).toContain((await run(text)).kind);
      }),
      cases(80),
    );
  });
});
