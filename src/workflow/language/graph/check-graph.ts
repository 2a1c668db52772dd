/**
 * What is wrong with the connections of a workflow's tasks. Errors, as Mistral: unknown targets and requirements, no start task, a
 * join with fewer inbound tasks than it waits for. Warnings: tasks that nothing reaches, joins that can never be satisfied, cycles
 * of requirements.
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
}

function checkTargets({ tasks }: Connected, task: TaskSpec, source: Source): void {
  for (const { clause, transition } of edgesOf(task)) {
    if (transition.command !== undefined || tasks.has(transition.target)) continue;
    const message = `Task '${transition.target}' not found${suggestion(transition.target, tasks.keys())}`;
    source.problems.error([...source.path, task.name, clause], message, {
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

/** Nothing starts them, whatever happens: only a cycle leads to them, or a join that waits for its own successors. */
function warnOfDeadTasks(workflow: Connected, source: Source): void {
  const reached = reachableFrom(workflow.graph, workflow.graph.startTasks);
  const started = startableTasks(workflow);
  for (const task of workflow.tasks.values()) {
    if (started.has(task.name)) continue;
    const isJoin = task.join !== undefined && reached.has(task.name);
    const message = isJoin
      ? 'this join can never be satisfied: it waits for tasks that it starts itself'
      : 'no transition leads to this task from a start task';
    source.problems.warn([...source.path, task.name], message);
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
