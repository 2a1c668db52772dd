/** A recovery drawn as a timeline: decisions and steps in the order in which they happened, each with its reason. */
import { isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { failureReason, failureText } from './failure-text.ts';
import { toneOf } from './style.ts';
import type { Style, Tone } from './style.ts';
import { padTo, printable } from './table.ts';
import { textOf } from './text-of.ts';
import { clockTime, duration, readTime, timeAgo } from './time-text.ts';

interface Entry {
  readonly at: number | undefined;
  readonly mark: string;
  readonly title: string;
  readonly tone: Tone;
  readonly result: string;
  readonly reason: string;
}

export function renderRecovery(recovery: JsonObject, style: Style, now: number): string {
  const opened = readTime(recovery['opened_at']);
  const entries = entriesOf(recovery);
  const width = Math.max(0, ...entries.map((entry) => entry.title.length));
  return `${heading(recovery, style, now)}\n${entries.map((entry) => line(entry, opened, width, style)).join('')}`;
}

function heading(recovery: JsonObject, style: Style, now: number): string {
  const state = textOf(recovery['state']);
  const opened = readTime(recovery['opened_at']);
  const closed = readTime(recovery['closed_at']);
  const took = opened === undefined || closed === undefined ? '' : ` after ${duration(closed - opened)}`;
  const reason = failureReason(recovery['failure']);
  const observed =
    recovery['mode'] === 'OBSERVE' ? style('busy', '  observed only: nothing was touched') : '';
  return [
    `${style('strong', printable(textOf(recovery['node_name'])))}  ${style(toneOf(state), state)}${took}${observed}\n`,
    `${failureText(recovery['failure'])}${reason === '' ? '' : `: ${printable(reason)}`}\n`,
    style(
      'quiet',
      `opened ${opened === undefined ? '-' : clockTime(opened)}, ${timeAgo(recovery['opened_at'], now)}`,
    ),
    `${style('quiet', `   ${textOf(recovery['id'])}`)}\n`,
  ].join('');
}

/** Decisions whose outcome is a step of its own, or the heading. */
const toldBySteps = new Set(['run', 'finish', 'skip', 'settle']);

function entriesOf(recovery: JsonObject): Entry[] {
  const decisions = objectsIn(recovery['decisions'])
    .filter((decision) => !toldBySteps.has(textOf(decision['decision'])))
    .map(decisionEntry);
  const steps = objectsIn(recovery['steps']).map(stepEntry);
  // What has not begun comes last; a decision stands before the step that it starts.
  return [...decisions, ...steps].sort((left, right) => (left.at ?? Infinity) - (right.at ?? Infinity) || 0);
}

function decisionEntry(decision: JsonObject): Entry {
  return {
    at: readTime(decision['at']),
    mark: '·',
    title: textOf(decision['decision']),
    tone: 'quiet',
    result: '',
    reason: textOf(decision['reason']),
  };
}

const stepMarks: Readonly<Record<string, string>> = {
  SUCCEEDED: '✔',
  FAILED: '✘',
  CANCELLED: '✘',
  SKIPPED: '○',
  PENDING: '○',
};

function stepEntry(step: JsonObject): Entry {
  const state = textOf(step['state']);
  const started = readTime(step['started_at']);
  const ended = readTime(step['ended_at']);
  const took = started === undefined || ended === undefined ? '' : ` in ${duration(ended - started)}`;
  return {
    at: started ?? ended,
    mark: stepMarks[state] ?? '▶',
    title: stepTitle(step),
    tone: toneOf(state),
    result: `${state}${took}`,
    reason: textOf(step['reason']),
  };
}

/** `WORKFLOW drain`, `REBOOT`, and from the second attempt on `REBOOT (attempt 2)`. */
export function stepTitle(step: JsonObject): string {
  const item = textOf(step['item']);
  const id = item === '' || /[[\].]/.test(item) ? '' : ` ${item}`;
  const attempt = Number(step['attempt'] ?? 1);
  return `${textOf(step['name'])}${id}${attempt > 1 ? ` (attempt ${attempt})` : ''}`;
}

function line(entry: Entry, opened: number | undefined, width: number, style: Style): string {
  const at = entry.at === undefined || opened === undefined ? '' : seconds(entry.at - opened);
  const head = `${style('quiet', at.padStart(9))}  ${style(entry.tone, entry.mark)} ${style(entry.tone, padTo(entry.title, width))}`;
  const rest = [entry.result, printable(entry.reason)].filter((part) => part !== '');
  return `${`${head}  ${rest.join('  ')}`.trimEnd()}\n`;
}

/** Relative to the opening, `+1.24 s`; what led to it is before. */
function seconds(ms: number): string {
  return `${ms < 0 ? '-' : '+'}${(Math.abs(ms) / 1000).toFixed(2)} s`;
}

function objectsIn(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
