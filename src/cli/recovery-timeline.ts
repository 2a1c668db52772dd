/**
 * A recovery drawn as a picture: what was decided and done, in order, each step as a bar in time, each with its reason. What somebody knows
 * already is not said twice: the failure stands at the top, and what a step says is not repeated by the decision that it leads to. All
 * of it, word by word, is in `--json`.
 */
import type { Json, JsonObject } from '../domain/json.ts';
import { failureReason, failureText } from './failure-text.ts';
import { toneOf } from './style.ts';
import type { Style, Tone } from './style.ts';
import { padTo, printable } from './table.ts';
import { textOf } from './text-of.ts';
import { clockTime, duration, readTime, timeAgo } from './time-text.ts';
import { objectsIn } from './objects-in.ts';

interface Entry {
  readonly at: number | undefined;
  readonly mark: string;
  readonly title: string;
  readonly tone: Tone;
  /** Of a step that has begun; `until` undefined: it is under way. */
  readonly bar: { readonly from: number; readonly until: number | undefined } | null;
  readonly result: string;
  readonly reason: string;
}

export function renderRecovery(recovery: JsonObject, style: Style, now: number): string {
  const opened = readTime(recovery['opened_at']);
  const entries = entriesOf(recovery);
  const picture: Picture = {
    opened,
    width: Math.max(0, ...entries.map((entry) => entry.title.length)),
    axis: axisOf(entries, now),
    style,
  };
  const story = entries.map((entry) => line(entry, picture)).join('');
  return `${heading(recovery, style, now)}\n${story}${whereToLook(recovery, style)}`;
}

/** Of a workflow that did not end well, somebody wants to see which of its tasks it was. */
function whereToLook(recovery: JsonObject, style: Style): string {
  const lines = objectsIn(recovery['steps'])
    .filter((step) => textOf(step['execution_id']) !== '' && textOf(step['state']) !== 'SUCCEEDED')
    .map((step) => `  coppice workflow show ${textOf(step['execution_id'])}   what ${stepTitle(step)} did\n`);
  return lines.length === 0 ? '' : style('quiet', `\n${lines.join('')}`);
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

/** Decisions whose outcome is a step of its own, or the close. */
const toldBySteps = new Set(['run', 'finish', 'skip', 'settle']);
/** Of interest only while nothing has come of it. */
const passing = new Set(['probe', 'verify', 'wait']);

function entriesOf(recovery: JsonObject): Entry[] {
  const steps = objectsIn(recovery['steps']);
  const isOpen = textOf(recovery['state']) === 'OPEN';
  const decisions = objectsIn(recovery['decisions']).filter((decision, index, all) => {
    const kind = textOf(decision['decision']);
    if (passing.has(kind)) return isOpen && index === all.length - 1;
    // Nothing stood in its way from the first: that is what everybody expects.
    if (kind === 'start') return all.slice(0, index).some((before) => textOf(before['decision']) === 'hold');
    return !toldBySteps.has(kind);
  });
  const told = decisions.map((decision) => decisionEntry(decision, recovery, steps));
  // What has not begun comes last; a decision stands before the step that it starts.
  return [...told, ...steps.map(stepEntry)].sort(
    (left, right) => (left.at ?? Infinity) - (right.at ?? Infinity) || 0,
  );
}

const decisionTitles: Readonly<Record<string, string>> = {
  open: 'opened',
  join: 'asked again',
  pass: 'by hand',
  hold: 'held',
  release: 'held',
  start: 'started',
  probe: 'looking again',
  confirm: 'looked again',
  verify: 'verifying',
  wait: 'waiting',
};

function decisionEntry(decision: JsonObject, recovery: JsonObject, steps: readonly JsonObject[]): Entry {
  const kind = textOf(decision['decision']);
  const at = readTime(decision['at']);
  const reason = textOf(decision['reason']);
  if (kind === 'close') return closeEntry(at, reason, textOf(recovery['state']), steps);
  return {
    at,
    mark: '·',
    title: decisionTitles[kind] ?? kind,
    tone: 'quiet',
    bar: null,
    result: '',
    reason: withoutFailure(reason.replace(/^held: /, ''), recovery['failure']),
  };
}

/** `REBOOT helped`, in place of all that the step itself says. */
function closeEntry(
  at: number | undefined,
  reason: string,
  state: string,
  steps: readonly JsonObject[],
): Entry {
  const rest = reason.startsWith(`${state}: `) ? reason.slice(state.length + 2) : reason;
  const step = steps.findLast(
    (each) => textOf(each['reason']) !== '' && rest.includes(textOf(each['reason'])),
  );
  const said = step === undefined ? '' : textOf(step['reason']);
  const what = state === 'RECOVERED' ? 'helped' : 'did not help';
  const words =
    step === undefined ? rest : `${stepTitle(step)} ${what}${rest.slice(rest.indexOf(said) + said.length)}`;
  return { at, mark: '●', title: state, tone: toneOf(state), bar: null, result: '', reason: words };
}

/** The failure is what the heading says. */
function withoutFailure(reason: string, failure: Json | undefined): string {
  const seen = failureReason(failure);
  const short = seen !== '' && reason.endsWith(`: ${seen}`) ? reason.slice(0, -seen.length - 2) : reason;
  return short.replace(` (${failureText(failure)})`, '');
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
  const reason = textOf(step['reason']);
  return {
    at: started ?? ended,
    mark: stepMarks[state] ?? '▶',
    title: stepTitle(step),
    tone: toneOf(state),
    bar: started === undefined ? null : { from: started, until: ended },
    result: `${state}${took}`,
    reason: state === 'SUCCEEDED' && reason === 'the workflow ended in SUCCESS' ? '' : reason,
  };
}

/** `WORKFLOW drain`, `REBOOT`, and from the second attempt on `REBOOT (attempt 2)`. */
export function stepTitle(step: JsonObject): string {
  const item = textOf(step['item']);
  const id = item === '' || /[[\].]/.test(item) ? '' : ` ${item}`;
  const attempt = Number(step['attempt'] ?? 1);
  return `${textOf(step['name'])}${id}${attempt > 1 ? ` (attempt ${attempt})` : ''}`;
}

interface Picture {
  /** Times are relative to the opening. */
  readonly opened: number | undefined;
  /** Of the titles. */
  readonly width: number;
  /** From the first step to the end of the last; null: no step has begun. */
  readonly axis: { readonly from: number; readonly until: number } | null;
  readonly style: Style;
}

/** Columns of the bars: enough to see which step took the time. */
const barColumns = 24;

function axisOf(entries: readonly Entry[], now: number): Picture['axis'] {
  const bars = entries.flatMap(({ bar }) => bar ?? []);
  if (bars.length === 0) return null;
  const from = Math.min(...bars.map((bar) => bar.from));
  return { from, until: Math.max(from + 1, ...bars.map((bar) => bar.until ?? now)) };
}

function line(entry: Entry, { opened, width, axis, style }: Picture): string {
  const at = entry.at === undefined || opened === undefined ? '' : sinceOpening(entry.at - opened);
  const head = `${style('quiet', at.padStart(9))}  ${style(entry.tone, entry.mark)} ${style(entry.tone, padTo(entry.title, width))}`;
  const bar = axis === null || entry.bar === null ? '' : ` ${drawBar(entry.bar, axis, entry.tone, style)}`;
  const rest = [entry.result, printable(entry.reason)].filter((part) => part !== '');
  return `${`${head}${bar}  ${rest.join('  ')}`.trimEnd()}\n`;
}

function drawBar(
  { from, until }: NonNullable<Entry['bar']>,
  axis: NonNullable<Picture['axis']>,
  tone: Tone,
  style: Style,
): string {
  const column = (time: number): number => ((time - axis.from) / (axis.until - axis.from)) * barColumns;
  const first = Math.min(Math.floor(column(from)), barColumns - 1);
  const last = Math.max(Math.round(column(until ?? axis.until)), first + 1);
  const bar = style(tone, (until === undefined ? '▒' : '█').repeat(last - first));
  return `${style('quiet', '▕')}${' '.repeat(first)}${bar}${' '.repeat(barColumns - last)}${style('quiet', '▏')}`;
}

/** `+1.24 s`, and `+3 h 2 min` where hundredths say nothing any more; what led to the opening is before it. */
function sinceOpening(ms: number): string {
  const distance = Math.abs(ms);
  const words = distance < 100_000 ? `${(distance / 1000).toFixed(2)} s` : duration(distance);
  return `${ms < 0 ? '-' : '+'}${words}`;
}
