/**
 * Warns of tasks that run several times because branches meet without a join, and of tasks named like a
 * command.
 */
import type { Source } from '../definition/source.ts';
import type { EngineCommand, TaskSpec, WorkflowSpec } from '../definition/workflow-spec.ts';

const commands: readonly EngineCommand[] = ['noop', 'fail', 'succeed', 'pause'];

/** `source` is the mapping of tasks. */
export function checkRepeatedTasks(workflow: WorkflowSpec, source: Source): void {
  for (const name of workflow.tasks.keys()) {
    if ((commands as readonly string[]).includes(name))
      source.problems.warn(
        [...source.path, name],
        `'${name}' is a command of the engine: 'on-success: ${name}' means the command, never this task; give it another name`,
      );
  }
  if (workflow.type === 'direct') warnOfRepeatedTasks(workflow, source);
}

/**
 * Without `join` a task runs once for each transition that leads to it. Only transitions taken when all tasks
 * succeed are counted.
 */
function warnOfRepeatedTasks({ tasks, graph }: WorkflowSpec, source: Source): void {
  const certain = new Set(graph.startTasks);
  const inboundNames = new Map<string, string[]>();
  for (const name of certain) {
    const task = tasks.get(name);
    if (task === undefined) continue;
    for (const next of certainlyFollowing(task)) {
      inboundNames.set(next, [...(inboundNames.get(next) ?? []), name]);
      certain.add(next);
    }
  }
  for (const [name, from] of inboundNames) {
    const isJoin = tasks.get(name)?.join !== undefined;
    if (isJoin || from.length < 2 || !tasks.has(name)) continue;
    source.problems.warn(
      [...source.path, name],
      `this task runs ${from.length} times: ${from.join(' and ')} each lead to it, and it has no 'join' (join: all waits for them)`,
    );
  }
}

function certainlyFollowing({ onSuccess, onComplete }: TaskSpec): ReadonlySet<string> {
  const all = [...onSuccess.transitions, ...onComplete.transitions];
  const end = all.findIndex(
    ({ command, guard }) => command !== undefined && command !== 'noop' && guard === undefined,
  );
  const taken = end === -1 ? all : all.slice(0, end);
  return new Set(
    taken
      .filter(({ command, guard }) => command === undefined && guard === undefined)
      .map(({ target }) => target),
  );
}
