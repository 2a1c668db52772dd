/**
 * An execution drawn as a tree: each task with its state and time, below it its actions (where they add
 * something) and sub-workflows.
 */
import stringWidth from 'string-width';
import { duration } from '../../domain/duration.ts';
import { describeHttpFailure } from '../../domain/http-failure.ts';
import { type Json, type JsonObject } from '../../domain/json.ts';
import { renderFields } from './fields.ts';
import { onOneLine } from './printable.ts';
import { renderProse, wrapProse, type Prose } from './prose.ts';
import { toneOf, type Style } from './style.ts';
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
  { times, columns }: { readonly times: Times; readonly columns: number },
): string {
  if (root === undefined) return '';
  const lines = linesOfTasks(root, '', times.now);
  const width = Math.max(0, ...lines.map((line) => line.indent.length + stringWidth(line.name)));
  const tree = lines
    .map((line, at) => renderLine(line, lines[at + 1]?.indent ?? '', { width, columns, style }))
    .join('');
  return heading(root, { times, columns, style }) + tree + ending(root, columns, style);
}

interface Screen {
  readonly style: Style;
  readonly columns: number;
}

function heading(
  execution: JsonObject,
  { style, columns, times }: Screen & { readonly times: Times },
): string {
  const state = textOf(execution['state']);
  const when = `started ${times.relative(execution['created_at'])}, took ${tookText(execution, times.now)}`;
  const sentences = [
    [
      { text: textOf(execution['workflow_name']), tone: 'strong' },
      { text: '  ' },
      { text: state, tone: toneOf(state) },
    ],
    [{ text: `${when}   ${textOf(execution['id'])}`, tone: 'quiet' }],
  ] as const;
  return renderProse(sentences, { columns }, style);
}

const stateWidth = 9;
const gap = '  ';
/** A column of text that is narrower than this is harder to read than one below the name. */
const leastOfDetail = 30;

/** Below the name where there is no room beside it. @param next the branches before the line that follows. */
function renderLine(
  { indent, name, state, detail }: Line,
  next: string,
  { width, columns, style }: Screen & { readonly width: number },
): string {
  const own = indent.length + stringWidth(name);
  // The state stands behind its name alone where the names of all are too wide.
  const begin = width + 2 * gap.length + stateWidth;
  const isWide = begin > columns;
  const padding = ' '.repeat(isWide ? 0 : width - own);
  const label = `${style('quiet', indent)}${name}`;
  const isAlone = own + gap.length + stringWidth(state) > columns;
  const head = isAlone ? label : `${label}${padding}${gap}${style(toneOf(state), state)}`;
  const text = isAlone ? `${state}${gap}${detail}`.trimEnd() : detail;
  if (text === '') return `${head}\n`;
  const behind = ' '.repeat(Math.max(0, stateWidth - stringWidth(state))) + gap;
  if (begin + stringWidth(text) <= columns) return `${head}${behind}${text}\n`;
  const branches = style('quiet', continued(indent, next));
  const below = columns - begin < leastOfDetail ? indent.length + deeper : begin;
  const [first = '', ...rest] = wrapProse(text, { columns, begin: below, indent: below });
  const lines = [' '.repeat(below) + first, ...rest].map((line) => branches + line.slice(indent.length));
  return below === begin
    ? `${head}${behind}${first}\n${lines
        .slice(1)
        .map((line) => `${line}\n`)
        .join('')}`
    : `${head}\n${lines.map((line) => `${line}\n`).join('')}`;
}

const deeper = 4;

/** The branches beside a line that continues, as far as the line below has them. */
function continued(indent: string, next: string): string {
  const branches = next.slice(0, indent.length).replaceAll(/[├└]/g, '│').replaceAll('─', ' ');
  return branches.padEnd(indent.length);
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
  const detail = reason === '' ? tookText(object, now) : `${tookText(object, now)}  ${onOneLine(reason)}`;
  return { indent, name: onOneLine(name), state: textOf(object['state']), detail };
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
  return { ...line, detail: `${line.detail}  ${onOneLine(textOf(action['name']))}${awaited(action)}` };
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

function ending(execution: JsonObject, columns: number, style: Style): string {
  const isTold = objectsIn(execution['task_executions']).some(
    (task) => reasonOf(task) === reasonOf(execution),
  );
  const reason = isTold ? '' : textOf(execution['state_info']).trimEnd();
  const output = outputOf(execution['output']);
  const lines = reason === '' ? [] : reason.split('\n').map((text): Prose => [{ text, tone: 'bad' }]);
  return (
    renderProse(lines, { columns }, style) +
    renderFields(output === null ? [] : [['output', { yaml: output }]], style, { columns })
  );
}

/** An error's text stands above it already. */
function outputOf(value: Json | undefined): JsonObject | null {
  const text = textOf(value);
  if (text === '' || text === '{}') return null;
  const output = JSON.parse(text) as JsonObject;
  const { result, ...rest } = output;
  const isRepeat = typeof result === 'string' && Object.keys(rest).length === 0;
  return isRepeat ? null : output;
}
