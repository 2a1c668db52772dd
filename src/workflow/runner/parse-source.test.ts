import { describe, expect, it } from 'vitest';
import { sourceKindOf, parseSource, parseSourceInParts } from './parse-source.ts';

/** As large as one may be: 2,000 tasks with expressions. */
const tasks = Array.from(
  { length: 2000 },
  (_, index) =>
    `    t${index}:\n      action: std.echo output=<% $.x${index} + 1 %>\n      publish: {a: <% task().result %>}\n`,
);
const large = `version: '2.0'\nw:\n  tasks:\n${tasks.join('')}`;

describe('a large definition', () => {
  it('is read the same in turns as at once', async () => {
    const text = `version: '2.0'\nw:\n  tasks:\n    a: {action: std.ehco, on-success: b}\n    b: {action: std.noop}\n`;
    expect(await parseSourceInParts('workflow', text)).toEqual(parseSource('workflow', text));
  });

  it('lets the event loop turn while it is read', async () => {
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const { workflows } = await parseSourceInParts('workflow', large);
    isOver = true;
    expect(workflows[0]?.tasks.size).toBe(2000);
    expect(turns).toBeGreaterThan(3);
  });

  it('is refused in turns with the same words', async () => {
    const text = large.replace('std.echo', 'std.js');
    const refused = (): unknown => parseSource('workflow', text);
    await expect(parseSourceInParts('workflow', text)).rejects.toThrow(/std\.js/);
    expect(refused).toThrow(/std\.js/);
  });
});

describe('the kind of a text', () => {
  it.each([
    ['workbook', "version: '2.0'\nname: x\nactions:\n  a: {base: std.noop}\n"],
    ['workbook', "  version: '2.0'\n  name: x\n  workflows:\n    w: {tasks: {a: {action: std.noop}}}\n"],
    [
      'workbook',
      '{"version": "2.0", "name": "x", "workflows": {"w": {"tasks": {"a": {"action": "std.noop"}}}}}',
    ],
    ['action', "version: '2.0'\na: {base: std.echo, base-input: {output: 1}}\n"],
    ['action', '{"version": "2.0", "a": {"base": "std.echo"}}'],
    ['workflow', "version: '2.0'\nactions:\n  tasks: {a: {action: std.noop, input: {base: x}}}\n"],
    ['workflow', 'a: ['],
  ] as const)('%s is found by the reader of definitions', (kind, text) => {
    expect(sourceKindOf(text)).toBe(kind);
    if (text !== 'a: [') expect(() => parseSource(kind, text)).not.toThrow();
  });
});
