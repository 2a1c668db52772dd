/**
 * Finds problems in the connections between a workflow's tasks. Errors, as in Mistral: unknown targets and
 * requirements, no start task, a join with fewer inbound tasks than it waits for. Warnings: unreachable
 * tasks, joins that can never be satisfied, cycles of requirements.
 */
import { suggestion, type Source } from '../definition/source.ts';
import type { TaskSpec, WorkflowGraph } from '../definition/workflow-spec.ts';
import { edgesOf, neededArrivals, reachableFrom } from './workflow-graph.ts';

export interface Connected {
  readonly type: 'direct' | 'reverse';
  readonly tasks: ReadonlyMap<string, TaskSpec>;
  readonly graph: WorkflowGraph;
}

/** `source` is the mapping of tasks. */
export function checkGraph(workflow: Connected, source: Source): void {
  if (workflow.type === 'reverse') checkRequirements(workflow, source);
  else checkTransitions(workflow, source);
}

function checkTransitions(workflow: Connected, source: Source): void {
  const { tasks, graph } = workflow;
  for (const task of tasks.values()) checkTargets(workflow, task, source);
  if (tasks.size > 0 && graph.startTasks.length === 0) {
    source.problems.error(
      source.path,
      'no start task: there must be at least one task without inbound transition',
    );
    return;
  }
  for (const task of tasks.values()) checkJoin(graph, task, source);
  warnOfDeadTasks(workflow, source);
  warnOfContradictions(workflow, source);
  for (const task of tasks.values()) warnOfDeadEntries(task, source);
}

function checkTargets({ tasks }: Connected, task: TaskSpec, source: Source): void {
  for (const { transition } of edgesOf(task)) {
    if (transition.command !== undefined || tasks.has(transition.target)) continue;
    const message = `Task '${transition.target}' not found${suggestion(transition.target, tasks.keys())}`;
    source.problems.error(transition.path, message, {
      expected: 'a task of this workflow or an engine command',
    });
  }
}

function checkJoin(graph: WorkflowGraph, task: TaskSpec, source: Source): void {
  const inbound = graph.predecessors.get(task.name)?.length ?? 0;
  const path = [...source.path, task.name, 'join'];
  if (task.join === 'all' && inbound === 0)
    source.problems.error(path, 'a join without inbound tasks can never start');
  if (typeof task.join === 'number' && inbound < task.join) {
    const found = `${inbound} inbound ${inbound === 1 ? 'task' : 'tasks'}`;
    source.problems.error(path, 'a join with fewer inbound tasks than it waits for can never start', {
      expected: `at least ${task.join}`,
      found,
    });
  }
}

/**
 * Warns of tasks that can never start: only a cycle leads to them, or a join that waits for its own
 * successors.
 */
function warnOfDeadTasks(workflow: Connected, source: Source): void {
  const reached = reachableFrom(workflow.graph, workflow.graph.startTasks);
  const started = startableTasks(workflow);
  for (const task of workflow.tasks.values()) {
    if (started.has(task.name)) continue;
    const isJoin = task.join !== undefined && reached.has(task.name);
    const message = isJoin
      ? `this join can never be satisfied: ${whyNot(workflow.graph, task.name, started)}`
      : 'no transition leads to this task from a start task';
    source.problems.warn([...source.path, task.name], message);
  }
}

function whyNot(graph: WorkflowGraph, join: string, started: ReadonlySet<string>): string {
  const own = reachableFrom(graph, graph.successors.get(join) ?? []);
  const missing = (graph.predecessors.get(join) ?? []).filter((name) => !started.has(name));
  const itself = missing.filter((name) => own.has(name) || name === join);
  return itself.length > 0
    ? `it waits for ${itself.join(', ')}, which it starts itself`
    : `it waits for ${missing.join(', ')}, which nothing starts`;
}

/** `join: all` after a task that would have to succeed for one branch and fail for another. */
function warnOfContradictions(workflow: Connected, source: Source): void {
  const needs = neededOutcomes(workflow);
  const contradictionOf = (name: string): string | undefined =>
    [...(needs.get(name) ?? [])].find((outcome) => needs.get(name)?.has(opposite(outcome)));
  for (const { name, join } of workflow.tasks.values()) {
    const contradiction = join === 'all' ? contradictionOf(name) : undefined;
    const isConsequence = (workflow.graph.predecessors.get(name) ?? []).some(contradictionOf);
    if (contradiction === undefined || isConsequence) continue;
    const message = `this join can never be satisfied: it waits for a branch that runs when ${contradiction.slice(0, -2)} succeeds, and for one that runs when it fails`;
    source.problems.warn([...source.path, name], message);
  }
}

function opposite(outcome: string): string {
  return `${outcome.slice(0, -1)}${outcome.endsWith('+') ? '-' : '+'}`;
}

type Outcomes = ReadonlySet<string>;

/** Larger workflows are not checked: the cost grows with the square of the number of tasks. */
const maxTasksForOutcomes = 300;

/**
 * How tasks must have ended (`a +`, `a -`) for each task to start, in the order in which they can start.
 * Tasks in a cycle or after one are left out, because they may run several times.
 */
function neededOutcomes(workflow: Omit<Connected, 'type'>): ReadonlyMap<string, Outcomes> {
  const { tasks, graph } = workflow;
  const needs = new Map<string, Outcomes>();
  if (tasks.size > maxTasksForOutcomes) return needs;
  const open = new Map([...graph.predecessors].map(([name, from]) => [name, from.length]));
  const ready = [...graph.startTasks];
  for (const name of ready) {
    const task = tasks.get(name);
    if (task !== undefined) needs.set(name, neededBy(task, workflow, needs));
    for (const next of graph.successors.get(name) ?? []) {
      const left = (open.get(next) ?? 0) - 1;
      open.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return needs;
}

function neededBy(
  task: TaskSpec,
  { tasks, graph }: Omit<Connected, 'type'>,
  needs: ReadonlyMap<string, Outcomes>,
): Outcomes {
  const inbound = (graph.predecessors.get(task.name) ?? []).map((name) => {
    const from = tasks.get(name);
    const mark = from === undefined ? undefined : outcomeFor(from, task.name);
    return new Set([...(needs.get(name) ?? []), ...(mark === undefined ? [] : [`${name} ${mark}`])]);
  });
  const [first = new Set<string>(), ...others] = inbound;
  if (task.join === 'all') return new Set(inbound.flatMap((outcomes) => [...outcomes]));
  if (typeof task.join === 'number' && task.join > 1) return new Set();
  return new Set([...first].filter((outcome) => others.every((other) => other.has(outcome))));
}

/** How a task has to end for another to follow; undefined: either way. */
function outcomeFor(task: TaskSpec, target: string): '+' | '-' | undefined {
  const clauses = new Set(
    edgesOf(task)
      .filter(({ transition }) => transition.target === target)
      .map(({ clause }) => clause),
  );
  if (clauses.size !== 1 || clauses.has('on-complete') || clauses.has('on-skip')) return undefined;
  return clauses.has('on-success') ? '+' : '-';
}

/** Warns of targets after an unguarded `fail` or `succeed` in a list, which are never started. */
function warnOfDeadEntries(task: TaskSpec, source: Source): void {
  for (const { transitions } of [task.onSuccess, task.onError, task.onComplete, task.onSkip]) {
    const end = transitions.findIndex(
      ({ command, guard }) => (command === 'fail' || command === 'succeed') && guard === undefined,
    );
    if (end === -1) continue;
    for (const { path, target } of transitions.slice(end + 1))
      source.problems.warn(
        path,
        `'${target}' is never started, because it comes after '${transitions[end]?.command ?? ''}'`,
      );
  }
}

/** Tasks that can start: from the start tasks on, a join when enough of its predecessors can. */
export function startableTasks({ tasks, graph }: Connected): ReadonlySet<string> {
  const started = new Set(graph.startTasks);
  const arrivals = new Map<string, number>();
  for (const name of started) {
    for (const next of graph.successors.get(name) ?? []) {
      const arrived = (arrivals.get(next) ?? 0) + 1;
      arrivals.set(next, arrived);
      const task = tasks.get(next);
      const needed = task?.join === undefined ? 1 : neededArrivals(graph, task);
      if (arrived >= needed) started.add(next);
    }
  }
  return started;
}

function checkRequirements({ tasks }: Connected, source: Source): void {
  for (const task of tasks.values()) {
    for (const required of task.requires.filter((name) => !tasks.has(name))) {
      const message = `Task '${required}' not found`;
      source.problems.error([...source.path, task.name, 'requires'], message, {
        expected: 'a task of this workflow',
      });
    }
  }
  for (const name of tasksInCycles(tasks)) {
    source.problems.warn(
      [...source.path, name, 'requires'],
      'this task requires itself through others: it can never start',
    );
  }
}

/** Tasks of a reverse workflow that can never start, because their requirements form a cycle somewhere. */
export function tasksInCycles(tasks: ReadonlyMap<string, TaskSpec>): string[] {
  const missing = new Map([...tasks.values()].map((task) => [task.name, task.requires.length]));
  const ready = [...missing.keys()].filter((name) => missing.get(name) === 0);
  const requirers = requirersOf(tasks);
  for (const name of ready) {
    missing.delete(name);
    for (const next of requirers.get(name) ?? []) {
      const left = (missing.get(next) ?? 0) - 1;
      missing.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return [...missing.keys()];
}

function requirersOf(tasks: ReadonlyMap<string, TaskSpec>): ReadonlyMap<string, string[]> {
  const requirers = new Map<string, string[]>([...tasks.keys()].map((name) => [name, []]));
  for (const task of tasks.values())
    task.requires.forEach((required) => requirers.get(required)?.push(task.name));
  return requirers;
}
