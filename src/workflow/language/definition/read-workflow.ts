/** Reads one workflow of a definition: its keys, its tasks, and the checks across tasks. */
import { isJsonObject, type JsonObject } from '../../../domain/json.ts';
import { checkGraph } from '../graph/check-graph.ts';
import { buildGraph } from '../graph/workflow-graph.ts';
import { readInputs } from './read-inputs.ts';
import { readTask, readTaskDefaults } from './read-task.ts';
import { at, readObject, readTemplateObject, readTexts, type Source, wrong } from './source.ts';
import type { TaskSpec, WorkflowSpec } from './workflow-spec.ts';

const keys = [
  'name',
  'version',
  'description',
  'tags',
  'type',
  'input',
  'output',
  'output-on-error',
  'vars',
  'task-defaults',
  'tasks',
];
const uuid = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/**
 * Yields after each task, so that the caller can do other work in between. @returns undefined if a required
 * part is missing; all problems are recorded in the source.
 */
export function* readWorkflow(
  source: Source,
  name: string,
  workbook: string | undefined,
): Generator<undefined, WorkflowSpec | undefined> {
  const value = readObject(source, 'a workflow: a mapping with tasks');
  if (value === undefined) return undefined;
  if (uuid.test(name))
    source.problems.error(source.path, 'a workflow name cannot be in the format of a UUID');
  if (/\s/.test(name)) source.problems.error(source.path, 'the name of a workflow has no blanks');
  warnOfUnknownKeys(source, value);
  const type = readType(at(source, 'type'));
  const tasks = yield* readTasks(source, type);
  if (tasks === undefined) return undefined;
  yield undefined;
  const graph = buildGraph(type, tasks);
  yield undefined;
  checkGraph({ type, tasks, graph }, { ...source, path: [...source.path, 'tasks'] });
  return {
    name,
    workbook,
    fullName: workbook === undefined ? name : `${workbook}.${name}`,
    type,
    description: readFreeText(at(source, 'description')),
    tags: readTexts(at(source, 'tags')) ?? [],
    inputs: readInputs(at(source, 'input')),
    vars: readTemplateObject(at(source, 'vars')),
    output: readTemplateObject(at(source, 'output')),
    outputOnError: readTemplateObject(at(source, 'output-on-error')),
    tasks,
    graph,
    source: { ...value, name, version: '2.0' },
  };
}

/** Mistral does not check the description of a workflow: a number, a list or null is accepted. */
function readFreeText({ value }: Source): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Mistral accepts unknown keys, so definitions with custom keys must pass; the warning helps to find typing
 * errors.
 */
function warnOfUnknownKeys(source: Source, value: JsonObject): void {
  for (const key of Object.keys(value)) {
    if (!keys.includes(key))
      source.problems.warn([...source.path, key], `unknown key '${key}' of a workflow is ignored`);
  }
}

function readType(source: Source): 'direct' | 'reverse' {
  const { value } = source;
  if (value === undefined || value === 'direct') return 'direct';
  if (value === 'reverse') return 'reverse';
  wrong(source, 'unknown type of workflow', 'direct or reverse');
  return 'direct';
}

function* readTasks(
  source: Source,
  type: 'direct' | 'reverse',
): Generator<undefined, ReadonlyMap<string, TaskSpec> | undefined> {
  const where = at(source, 'tasks');
  if (where.value === undefined)
    return wrong({ ...source, value: undefined }, "'tasks' is missing", 'at least one task');
  if (where.value === null)
    return wrong(where, 'there is nothing below it', 'at least one task, indented below this key');
  if (!isJsonObject(where.value) || Object.keys(where.value).length === 0)
    return wrong(where, 'wrong type', 'at least one task');
  const defaults = readTaskDefaults(at(source, 'task-defaults'));
  const tasks = new Map<string, TaskSpec>();
  let transitions = 0;
  for (const [position, name] of Object.keys(where.value).entries()) {
    const task = readTask(at(where, name), { name, position, type, defaults });
    if (task !== undefined) tasks.set(name, task);
    yield undefined;
    transitions += task === undefined ? 0 : countTransitions(task);
    if (transitions > maxTransitions) return tooManyTransitions(where);
  }
  return tasks;
}

/** Transitions of task-defaults count for each task: a few lines of text can produce millions. */
const maxTransitions = 10_000;

function countTransitions({ onSuccess, onError, onComplete, onSkip, requires }: TaskSpec): number {
  const all = [onSuccess, onError, onComplete, onSkip];
  const clauses = all.reduce((sum, { transitions }) => sum + transitions.length, 0);
  return clauses + requires.length;
}

function tooManyTransitions(tasks: Source): undefined {
  const message = `the workflow has more than ${maxTransitions} transitions; those of task-defaults count for each task`;
  tasks.problems.error(tasks.path, message);
}
