import { describe, expect, it } from 'vitest';
import { parseWorkflows } from '../definition/parse-definition.ts';
import type { WorkflowSpec } from '../definition/workflow-spec.ts';
import { toMermaid } from './mermaid.ts';

function parse(text: string): { workflow: WorkflowSpec; warnings: string[] } {
  const { spec, warnings } = parseWorkflows(`version: '2.0'\n${text}`);
  const [workflow] = spec;
  if (workflow === undefined) throw new Error('no workflow');
  return { workflow, warnings: warnings.map(({ path, message }) => `${path.at(-1)}: ${message}`) };
}

describe('a workflow that is valid and yet wrong', () => {
  it('is told which tasks nothing leads to', () => {
    const { warnings } = parse('w: {tasks: {a: {action: std.noop}, b: {on-success: c}, c: {on-success: b}}}');
    expect(warnings).toEqual([
      'b: no transition leads to this task from a start task',
      'c: no transition leads to this task from a start task',
    ]);
  });

  it('is told which joins can never be satisfied', () => {
    const { warnings } = parse(
      'w: {tasks: {a: {on-success: j}, j: {join: all, on-success: b}, b: {on-success: j}}}',
    );
    expect(warnings).toEqual([
      'j: this join can never be satisfied: it waits for b, which it starts itself',
      'b: no transition leads to this task from a start task',
    ]);
  });

  it('is told of a join that waits for what nothing starts', () => {
    const { warnings } = parse(
      'w: {tasks: {a: {on-success: j}, x: {on-success: y}, y: {on-success: [x, j]}, j: {join: all}}}',
    );
    expect(warnings).toContain('j: this join can never be satisfied: it waits for y, which nothing starts');
  });

  it('is told of a join of two branches of which only one is taken', () => {
    const contradictionsIn = (rest: string): string[] =>
      parse(
        `w: {tasks: {a: {on-success: [b, c], on-error: d}, b: {on-success: j}, c: {on-success: j}, ${rest}}}`,
      ).warnings;
    expect(
      contradictionsIn('d: {on-complete: j}, j: {join: all, on-success: k}, k: {action: std.noop}'),
    ).toEqual([
      'j: this join can never be satisfied: it waits for a branch that runs when a succeeds, and for one that runs when it fails',
    ]);
    expect(contradictionsIn('d: {on-complete: j}, j: {join: 2}')).toEqual([]);
    expect(contradictionsIn('d: {on-complete: j}, j: {action: std.noop}')).toEqual([
      expect.stringMatching(/^j: this task runs 2 times/),
    ]);
    expect(contradictionsIn('d: {on-complete: e}, e: {action: std.noop}, j: {join: all}')).toEqual([]);
    expect(contradictionsIn('d: {on-complete: [b, c, j]}, j: {join: one}')).toEqual([]);
    expect(contradictionsIn('d: {on-complete: a}, e: {on-success: [a, j]}, j: {join: all}')).toEqual([]);
    expect(contradictionsIn('d: {on-complete: [c]}, e: {on-success: j}, j: {join: all}')).toEqual([]);
  });

  it('is told what stands behind an end', () => {
    expect(parse('w: {tasks: {a: {on-success: [fail, b]}, b: {action: std.noop}}}').warnings).toEqual([
      "1: 'b' is never started, because it comes after 'fail'",
    ]);
    expect(
      parse('w: {input: [x], tasks: {a: {on-success: [fail: <% $.x %>, b]}, b: {action: std.noop}}}')
        .warnings,
    ).toEqual([]);
  });

  it('is not blamed for a cycle with a way in', () => {
    expect(
      parse('w: {tasks: {a: {on-success: j}, j: {join: one, on-success: b}, b: {on-success: j}}}').warnings,
    ).toEqual([]);
  });

  it('is told of requirements in a cycle', () => {
    expect(
      parse('w: {type: reverse, tasks: {a: {requires: b}, b: {requires: a}, c: {action: std.noop}}}')
        .warnings,
    ).toHaveLength(2);
  });
});

describe('the picture of a workflow', () => {
  it('shows clauses by their arrows, guards as labels, joins and sub-workflows by their shapes', () => {
    const { workflow } = parse(
      [
        'w:',
        '  tasks:',
        '    look: {action: std.echo output=1, on-success: [heal: <% $.n > 1 %>, end], on-error: fail}',
        '    heal: {workflow: heal_node, with-items: "n in [1, 2]", on-complete: end}',
        '    end: {join: all, action: std.noop}',
      ].join('\n'),
    );
    expect(toMermaid(workflow)).toMatchInlineSnapshot(`
      "flowchart TD
        t0["look<br>std.echo"]
        t1[["heal<br>workflow heal_node<br>for each n"]]
        t2{{"end<br>std.noop<br>join all"}}
        t0 -.->|"error"| t0c0(["fail"])
        t0 -->|"&lt;% $.n &gt; 1 %&gt;"| t1
        t0 --> t2
        t1 ==>|"complete"| t2
      "
    `);
  });

  it('draws requirements of a reverse workflow in the order of their running', () => {
    const { workflow } = parse('w: {type: reverse, tasks: {a: {requires: b}, b: {action: std.noop}}}');
    expect(toMermaid(workflow)).toContain('t1 --> t0');
  });
});
