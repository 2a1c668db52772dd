/**
 * Workflows that no user would write: random graphs of tasks that succeed or fail after random times, with
 * guards, joins, retries, items and waits - and a plain model of what has to come out, which knows nothing of
 * time.
 */
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/domain/json.ts';

export interface PlannedEdge {
  readonly to: number;
  readonly clause: 'on-success' | 'on-error' | 'on-complete';
  readonly isOpen: boolean;
}

export interface PlannedTask {
  readonly succeeds: boolean;
  readonly delay: number;
  readonly edges: readonly PlannedEdge[];
  /** `one`, `all` or a number, where more than one task leads here. */
  readonly join: number | 'all';
  readonly extra: 'none' | 'items' | 'retry' | 'wait';
}

/** Edges lead to later tasks only. */
export const plans: fc.Arbitrary<readonly PlannedTask[]> = fc
  .integer({ min: 1, max: 9 })
  .chain((size) =>
    fc
      .tuple(...Array.from({ length: size }, (_, index) => plannedTask(index, size)))
      .map((tasks) => tasks.map((task) => withoutTwins(task))),
  );

function plannedTask(index: number, size: number): fc.Arbitrary<PlannedTask> {
  const later = size - index - 1;
  const edge = fc.record({
    to: fc.integer({ min: index + 1, max: Math.max(index + 1, size - 1) }),
    clause: fc.constantFrom(
      'on-success' as const,
      'on-success' as const,
      'on-error' as const,
      'on-complete' as const,
    ),
    isOpen: fc.integer({ min: 0, max: 4 }).map((number) => number > 0),
  });
  return fc.record({
    succeeds: fc.integer({ min: 0, max: 3 }).map((number) => number > 0),
    delay: fc.integer({ min: 0, max: 5 }),
    edges: later === 0 ? fc.constant([]) : fc.array(edge, { maxLength: 3 }),
    join: fc.oneof(fc.constant('all' as const), fc.integer({ min: 1, max: 3 })),
    extra: fc.constantFrom(
      'none' as const,
      'none' as const,
      'items' as const,
      'retry' as const,
      'wait' as const,
    ),
  });
}

function withoutTwins(task: PlannedTask): PlannedTask {
  const seen = new Set<number>();
  return { ...task, edges: task.edges.filter(({ to }) => !seen.has(to) && seen.add(to).size > 0) };
}

export const nameOf = (index: number): string => `t${index}`;

function inboundOf(plan: readonly PlannedTask[], index: number): number[] {
  return plan.flatMap((task, from) => (task.edges.some(({ to }) => to === index) ? [from] : []));
}

function neededFor(plan: readonly PlannedTask[], index: number): number {
  const inbound = inboundOf(plan, index).length;
  const join = plan[index]?.join ?? 'all';
  return join === 'all' ? inbound : Math.min(join, inbound);
}

/** The definition's text: JSON is YAML. */
export function definitionOf(plan: readonly PlannedTask[]): string {
  const tasks = Object.fromEntries(plan.map((task, index) => [nameOf(index), taskOf(plan, task, index)]));
  return JSON.stringify({ version: '2.0', w: { tasks } });
}

function taskOf(plan: readonly PlannedTask[], task: PlannedTask, index: number): JsonObject {
  const inbound = inboundOf(plan, index).length;
  const clauses = (['on-success', 'on-error', 'on-complete'] as const).flatMap((clause) => {
    const targets = task.edges
      .filter((edge) => edge.clause === clause)
      .map(({ to, isOpen }): Json => ({ [nameOf(to)]: isOpen ? '<% true %>' : '<% 0 %>' }));
    return targets.length === 0 ? [] : [[clause, targets] as const];
  });
  return {
    action: 'std.test_dict',
    input: { succeeds: task.succeeds, delay: task.delay },
    publish: { [`v${index}`]: index, shared: index },
    ...(inbound > 1 ? { join: task.join === 'all' ? 'all' : neededFor(plan, index) } : {}),
    ...(task.extra === 'items' ? { 'with-items': 'i in [1, 2, 3]', concurrency: 2 } : {}),
    ...(task.extra === 'retry' ? { retry: { count: 2, delay: 1 } } : {}),
    ...(task.extra === 'wait' ? { 'wait-before': 1, 'wait-after': 2 } : {}),
    ...Object.fromEntries(clauses),
  };
}

export interface Outcome {
  readonly state: 'SUCCESS' | 'ERROR';
  /** Task names with their states; a task that never began is absent. */
  readonly tasks: Readonly<Record<string, string>>;
  /** Names of the variables in the output. */
  readonly variables: readonly string[];
}

/** What has to come out, task by task in the order of the edges. */
export function modelOf(plan: readonly PlannedTask[]): Outcome {
  const states = new Map<number, { state: 'SUCCESS' | 'ERROR'; isHandled: boolean; ran: boolean }>();
  const arrivals = new Map<number, number>();
  for (const [index, task] of plan.entries()) {
    const inbound = inboundOf(plan, index).length;
    const arrived = arrivals.get(index) ?? 0;
    if (inbound > 0 && arrived === 0) continue;
    const ran = inbound <= 1 || arrived >= neededFor(plan, index);
    const state = ran && task.succeeds ? 'SUCCESS' : 'ERROR';
    const taken = task.edges.filter(
      ({ clause, isOpen }) => isOpen && clause !== (state === 'SUCCESS' ? 'on-error' : 'on-success'),
    );
    for (const { to } of taken) arrivals.set(to, (arrivals.get(to) ?? 0) + 1);
    states.set(index, { state, ran, isHandled: taken.some(({ clause }) => clause === 'on-error') });
  }
  const ends = [...states.values()];
  return {
    state: ends.some(({ state, isHandled }) => state === 'ERROR' && !isHandled) ? 'ERROR' : 'SUCCESS',
    tasks: Object.fromEntries([...states].map(([index, { state }]) => [nameOf(index), state])),
    variables: [...states].filter(([, { state }]) => state === 'SUCCESS').map(([index]) => `v${index}`),
  };
}
