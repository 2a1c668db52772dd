/**
 * An execution drawn as a tree: each task with its state and time, below it its actions (where they add
 * something) and sub-workflows.
 */
import { duration } from '../../domain/duration.ts';
import { describeHttpFailure } from '../../domain/http-failure.ts';
import { type Json, type JsonObject } from '../../domain/json.ts';
import { toneOf, type Style } from './style.ts';
import { padTo, printable } from './table.ts';
import { textOf } from './text-of.ts';
import { readTime, type Times } from './times.ts';
import { objectsIn } from './objects-in.ts';

const openStates = new Set(['IDLE', 'WAITING', 'RUNNING', 'DELAYED', 'PAUSED']);

interface Timed {
  readonly state?: Json;
  readonly created_at?: Json;
  readonly started_at?: Json;
  readonly updated_at?: Json;
  readonly finished_at?: Json;
}

/** The API's times are whole seconds. */
export function tookText(object: Timed, now: number): string {
  const from = readTime(object.started_at ?? object.created_at);
  const isOpen = openStates.has(textOf(object.state));
  const to = isOpen ? now : readTime(object.finished_at ?? object.updated_at);
  if (from === undefined || to === undefined) return '-';
  return to - from < 1000 ? '< 1 s' : duration(to - from);
}

interface Line {
  readonly indent: string;
  readonly name: string;
  readonly state: string;
  readonly detail: string;
}

/** `report`: the answer of `/v2/executions/<id>/report`. */
export function renderExecution(
  { root_workflow_execution: root }: { readonly root_workflow_execution?: JsonObject },
  style: Style,
  times: Times,
): string {
  if (root === undefined) return '';
  const lines = linesOfTasks(root, '', times.now);
  const width = Math.max(0, ...lines.map((line) => line.indent.length + line.name.length));
  const tree = lines.map((line) => renderLine(line, width, style)).join('');
  return heading(root, style, times) + tree + ending(root, style);
}

function heading(execution: JsonObject, style: Style, times: Times): string {
  const state = textOf(execution['state']);
  const name = style('strong', printable(textOf(execution['workflow_name'])));
  const when = `started ${times.relative(execution['created_at'])}, took ${tookText(execution, times.now)}`;
  return `${name}  ${style(toneOf(state), state)}\n${style('quiet', `${when}   ${textOf(execution['id'])}`)}\n`;
}

function renderLine({ indent, name, state, detail }: Line, width: number, style: Style): string {
  const label = style('quiet', indent) + padTo(name, width - indent.length);
  return `${label}  ${style(toneOf(state), padTo(state, 9))}  ${detail}`.trimEnd().concat('\n');
}

function linesOfTasks(execution: JsonObject, indent: string, now: number): Line[] {
  const tasks = objectsIn(execution['task_executions']);
  return tasks.flatMap((task, index) => {
    const isLast = index === tasks.length - 1;
    const below = `${indent}${isLast ? '   ' : '│  '}`;
    return [
      withRunningAction(task, lineOf(task, `${indent}${isLast ? '└─ ' : '├─ '}`, textOf(task['name']), now)),
      ...actionLines(task, below, now),
      ...subLines(task, below, now),
    ];
  });
}

function lineOf(object: JsonObject, indent: string, name: string, now: number): Line {
  const reason = reasonOf(object);
  const detail = reason === '' ? tookText(object, now) : `${tookText(object, now)}  ${printable(reason)}`;
  return { indent, name: printable(name), state: textOf(object['state']), detail };
}

/**
 * The first line; a colon at its end announced what is not shown. Of an HTTP action that failed: status and
 * reason.
 */
function reasonOf(object: JsonObject): string {
  const failure = object['state'] === 'ERROR' ? httpFailureOf(object) : undefined;
  if (failure !== undefined) return failure;
  return (textOf(object['state_info']).split('\n')[0] ?? '').replace(/:$/, '');
}

/**
 * A task's `result` is JSON text, an action's is in its `output`; a task that failed for another reason says
 * so.
 */
function httpFailureOf(object: JsonObject): string | undefined {
  if (typeof object['result'] !== 'string' || !textOf(object['state_info']).startsWith('{')) return undefined;
  return describeHttpFailure(JSON.parse(object['result']) as Json);
}

/** The action of a task that still runs, where it has no line of its own. */
function withRunningAction(task: JsonObject, line: Line): Line {
  const [action, ...others] = objectsIn(task['action_executions']);
  if (action === undefined || others.length > 0 || textOf(action['state']) !== 'RUNNING') return line;
  return { ...line, detail: `${line.detail}  ${printable(textOf(action['name']))}${awaited(action)}` };
}

/** Actions that are completed by a request from outside: without it they go on without an end. */
const external: Readonly<Record<string, string>> = {
  'std.async_noop': 'waits to be completed from outside',
  'std.mistral_http': 'waits for the server that it called',
};

function awaited(action: JsonObject): string {
  const name = textOf(action['name']);
  if (textOf(action['state']) !== 'RUNNING' || !Object.hasOwn(external, name)) return '';
  return `: ${external[name] ?? ''}, by PUT /v2/action_executions/${textOf(action['id'])}`;
}

/** A single action that ended as its task did adds nothing. */
function actionLines(task: JsonObject, indent: string, now: number): Line[] {
  const actions = objectsIn(task['action_executions']);
  if (actions.length < 2) return [];
  return actions.map((action, index) => {
    const mark = index === actions.length - 1 ? '└─ ' : '├─ ';
    const plain = lineOf(action, indent + mark, textOf(action['name']), now);
    const line = { ...plain, detail: plain.detail + awaited(action) };
    const isThrownAway = action['accepted'] === false && line.state !== 'RUNNING';
    return isThrownAway ? { ...line, detail: `${line.detail}  tried again` } : line;
  });
}

function subLines(task: JsonObject, indent: string, now: number): Line[] {
  const executions = objectsIn(task['workflow_executions']);
  return executions.flatMap((execution, index) => {
    const isLast = index === executions.length - 1;
    const name = textOf(execution['workflow_name']);
    return [
      lineOf(execution, `${indent}${isLast ? '└─ ' : '├─ '}`, name, now),
      ...linesOfTasks(execution, `${indent}${isLast ? '   ' : '│  '}`, now),
    ];
  });
}

function ending(execution: JsonObject, style: Style): string {
  const isTold = objectsIn(execution['task_executions']).some(
    (task) => reasonOf(task) === reasonOf(execution),
  );
  const reason = isTold ? '' : textOf(execution['state_info']);
  const output = outputText(execution['output']);
  return [
    reason === '' ? '' : `${style('bad', printable(reason.trimEnd()))}\n`,
    output === '' ? '' : `${style('quiet', 'output')}  ${printable(output)}\n`,
  ].join('');
}

/** An error's text stands above it already. */
function outputText(value: Json | undefined): string {
  const text = textOf(value);
  if (text === '' || text === '{}') return '';
  const output = JSON.parse(text) as JsonObject;
  const { result, ...rest } = output;
  const isRepeat = typeof result === 'string' && Object.keys(rest).length === 0;
  return isRepeat ? '' : JSON.stringify(output);
}
