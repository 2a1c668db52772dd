/**
 * The tasks of a workflow as a graph: which task can start which. A direct workflow's edges are its
 * transitions, of any clause and guard; a reverse workflow's edges lead from a required task to those that
 * require it.
 */
import type { ClauseName } from '../../../domain/workflow-records.ts';
import type { TaskSpec, TransitionSpec, WorkflowGraph } from '../definition/workflow-spec.ts';

export interface Edge {
  readonly from: string;
  readonly clause: ClauseName;
  readonly transition: TransitionSpec;
}

export function buildGraph(type: 'direct' | 'reverse', tasks: ReadonlyMap<string, TaskSpec>): WorkflowGraph {
  const successors = new Map<string, Set<string>>([...tasks.keys()].map((name) => [name, new Set()]));
  const predecessors = new Map<string, Set<string>>([...tasks.keys()].map((name) => [name, new Set()]));
  const connect = (from: string, to: string): void => {
    if (!tasks.has(from) || !tasks.has(to)) return;
    successors.get(from)?.add(to);
    predecessors.get(to)?.add(from);
  };
  for (const task of tasks.values()) {
    if (type === 'reverse') task.requires.forEach((required) => connect(required, task.name));
    else edgesOf(task).forEach(({ transition }) => connectTask(connect, task.name, transition));
  }
  return {
    startTasks: [...tasks.keys()].filter((name) => predecessors.get(name)?.size === 0),
    successors: toLists(successors),
    predecessors: toLists(predecessors),
  };
}

function connectTask(
  connect: (from: string, to: string) => void,
  from: string,
  transition: TransitionSpec,
): void {
  if (transition.command === undefined) connect(from, transition.target);
}

function toLists(sets: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyMap<string, readonly string[]> {
  return new Map([...sets].map(([name, set]) => [name, [...set]]));
}

/** The transitions of a task in the order in which they are evaluated. */
export function edgesOf(task: TaskSpec): Edge[] {
  const of = (clause: ClauseName, transitions: readonly TransitionSpec[]): Edge[] =>
    transitions.map((transition) => ({ from: task.name, clause, transition }));
  return [
    ...of('on-error', task.onError.transitions),
    ...of('on-success', task.onSuccess.transitions),
    ...of('on-complete', task.onComplete.transitions),
    ...of('on-skip', task.onSkip.transitions),
  ];
}

/** How many different inbound tasks must arrive before a join starts. */
export function neededArrivals(graph: WorkflowGraph, task: TaskSpec): number {
  return task.join === 'all' ? (graph.predecessors.get(task.name)?.length ?? 0) : (task.join ?? 1);
}

/** All tasks that can be reached from the given ones, including them. */
export function reachableFrom(graph: WorkflowGraph, names: Iterable<string>): Set<string> {
  const reached = new Set(names);
  for (const name of reached) {
    for (const next of graph.successors.get(name) ?? []) reached.add(next);
  }
  return reached;
}
