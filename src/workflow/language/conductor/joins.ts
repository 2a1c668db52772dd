/**
 * Joins. A join's record waits and collects the tasks that arrive, one for each inbound task of the
 * definition; when enough have arrived it starts, with their variables merged. When too many can no longer
 * arrive it fails, and its own on-error decides.
 *
 * A branch that arrives after the join was satisfied does not run it again (in Mistral it does), unless the
 * arrival begins another round of a cycle: a task arrives a second time, or descends from the join itself.
 */
import type { TaskSpec } from '../definition/workflow-spec.ts';
import { neededArrivals, reachableFrom } from '../graph/workflow-graph.ts';
import { hasTaskEnded, type TaskRecord, type Trigger } from '../../../domain/workflow-records.ts';
import { inDefinitionOrder, mergeContexts } from './data-flow.ts';
import type { Draft } from './draft.ts';
import { finishTask, guardedEnd, publish } from './finish-task.ts';
import { pythonList } from './python-text.ts';
import { createTask, startTask } from './run-task.ts';

/** false: the join has run without this branch, which ends here. */
export function arriveAtJoin(draft: Draft, spec: TaskSpec, trigger: Trigger): boolean {
  const latest = draft.latestTask(spec.name);
  if (latest === undefined || beginsRound(draft, latest, trigger)) {
    const join = createTask(draft, spec, 'WAITING', [trigger], {});
    draft.joinsMayFail = true;
    startIfSatisfied(draft, spec, join);
    return true;
  }
  if (latest.state === 'WAITING') startIfSatisfied(draft, spec, addArrival(draft, latest, trigger));
  else if (!hasFailedToStart(latest)) return false;
  else return arriveAtFailed(draft, spec, latest, trigger);
  return true;
}

function hasFailedToStart(join: TaskRecord): boolean {
  return join.state === 'ERROR' && join.startedAt === null;
}

/** A join that failed because of a missing task can still be satisfied after a rerun of that task. */
function arriveAtFailed(draft: Draft, spec: TaskSpec, join: TaskRecord, trigger: Trigger): boolean {
  const arrived = addArrival(draft, join, trigger);
  if (arrivedNames(draft, arrived).size < neededArrivals(draft.workflow.graph, spec)) return false;
  const waiting = draft.updateTask(join.id, {
    state: 'WAITING',
    stateInfo: 'Task is waiting.',
    finishedAt: null,
    endsBranch: false,
  });
  startIfSatisfied(draft, spec, waiting);
  return true;
}

function beginsRound(draft: Draft, latest: TaskRecord, trigger: Trigger): boolean {
  if (latest.state === 'WAITING' || hasFailedToStart(latest)) return false;
  const name = draft.task(trigger.taskId)?.name ?? '';
  return arrivedNames(draft, latest).has(name) || descendsFrom(draft, trigger.taskId, latest);
}

/** Only tasks created after the join can descend from it, so the search is short. */
function descendsFrom(draft: Draft, taskId: string, join: TaskRecord): boolean {
  const seen = new Set([taskId]);
  for (const id of seen) {
    const task = draft.task(id);
    if (task === undefined || task.number < join.number) continue;
    if (id === join.id) return true;
    for (const parent of task.triggeredBy) seen.add(parent.taskId);
  }
  return false;
}

/** If a task arrives again before the join has started, the later arrival counts. */
function addArrival(draft: Draft, join: TaskRecord, trigger: Trigger): TaskRecord {
  const name = draft.task(trigger.taskId)?.name;
  const others = join.triggeredBy.filter(({ taskId }) => draft.task(taskId)?.name !== name);
  return draft.updateTask(join.id, { triggeredBy: [...others, trigger] });
}

function arrivals(draft: Draft, join: TaskRecord): TaskRecord[] {
  return inDefinitionOrder(
    draft,
    join.triggeredBy.flatMap(({ taskId }) => draft.task(taskId) ?? []),
  );
}

function arrivedNames(draft: Draft, join: TaskRecord): Set<string> {
  return new Set(join.triggeredBy.map(({ taskId }) => draft.task(taskId)?.name ?? ''));
}

export function startIfSatisfied(draft: Draft, spec: TaskSpec, join: TaskRecord): boolean {
  if (join.triggeredBy.length < neededArrivals(draft.workflow.graph, spec)) return false;
  draft.updateTask(join.id, { context: mergeContexts(arrivals(draft, join)), startedAt: draft.now });
  startTask(draft, join.id);
  return true;
}

/** Fails the joins that too few branches can still reach. @returns whether there was one. */
export function failImpossibleJoins(draft: Draft): boolean {
  const open = draft.openTasks();
  const joins = open
    .filter((task) => task.state === 'WAITING')
    .toSorted((left, right) => left.number - right.number);
  let hasFailed = false;
  for (const join of joins) {
    const names = open.filter((task) => task.id !== join.id).map((task) => task.name);
    const missing = missingTasks(draft, join);
    const reachable = reachableFrom(draft.workflow.graph, names);
    const unreachable = missing.filter((name) => !reachable.has(name));
    const possible = arrivedNames(draft, join).size + missing.length - unreachable.length;
    if (possible >= neededArrivals(draft.workflow.graph, draft.spec(join))) continue;
    failJoin(draft, join, `Failed by tasks: ${pythonList(unreachable)}`);
    hasFailed = true;
  }
  return hasFailed;
}

function missingTasks(draft: Draft, join: TaskRecord): string[] {
  const arrived = arrivedNames(draft, join);
  return (draft.workflow.graph.predecessors.get(join.name) ?? []).filter((name) => !arrived.has(name));
}

/** Only joins are open, each waiting for another: the oldest one fails, which may unblock the others. */
export function failBlockedJoin(draft: Draft): void {
  const [oldest] = draft.openTasks().toSorted((left, right) => left.number - right.number);
  if (oldest !== undefined)
    failJoin(draft, oldest, `Blocked by tasks: ${pythonList(missingTasks(draft, oldest))}`);
}

function failJoin(draft: Draft, join: TaskRecord, stateInfo: string): void {
  if (hasTaskEnded(join.state)) return;
  const task = draft.updateTask(join.id, {
    state: 'ERROR',
    stateInfo,
    context: mergeContexts(arrivals(draft, join)),
  });
  guardedEnd(draft, task, draft.spec(task).callName, () => {
    publish(draft, task, 'ERROR');
    finishTask(draft, task.id, 'ERROR', stateInfo);
  });
}
