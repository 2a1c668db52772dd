/**
 * A recovery drawn as a picture: what was decided and done, in order, each step as a bar in time, each with
 * its reason. What the reader knows already is not repeated: the failure stands at the top, and what a step
 * reports is not repeated by the decision that it leads to. All of it, word by word, is in `--json`.
 */
import type { Schemas } from '../../client/api-types.ts';
import { duration } from '../../domain/duration.ts';
import { notVerified, operationDone } from '../../recovery/describe.ts';
import { failureReason, failureText } from './failure-text.ts';
import { renderProse } from './prose.ts';
import { isObserved, whatRuns, whereToLook, type Screen } from './recovery-hints.ts';
import { stepTitle } from './step-title.ts';
import { toneOf } from './style.ts';
import type { Style, Tone } from './style.ts';
import { textOf } from './text-of.ts';
import { drawTimeline, type DrawnEntry } from './timeline-picture.ts';
import { readTime } from './times.ts';
import type { Times } from './times.ts';

type Recovery = Schemas['Recovery'];
type Step = Schemas['RecoveryStep'];
type Decision = Schemas['RecoveryDecision'];

export function renderRecovery(recovery: Recovery, style: Style, screen: Screen): string {
  const entries = entriesOf(recovery);
  const timeline = drawTimeline(entries, { ...screen, style, opened: readTime(recovery.opened_at) });
  const now = whatRuns(recovery, style, screen);
  return `${heading(recovery, style, screen)}\n${timeline}${now}${whereToLook(recovery, style, screen)}`;
}

/** `18:19:19, 3 min ago` */
function openedText(opened: number, times: Times): string {
  const [clock, relative] = [times.clock(opened), times.relative(new Date(opened).toISOString())];
  return clock === relative ? clock : `${clock}, ${relative}`;
}

function heading(recovery: Recovery, style: Style, { columns, times }: Omit<Screen, 'typed'>): string {
  const state = recovery.state;
  const opened = readTime(recovery.opened_at);
  const closed = readTime(recovery.closed_at);
  const took = opened === undefined || closed === undefined ? '' : ` after ${duration(closed - opened)}`;
  const reason = failureReason(recovery.failure);
  const failure = `${failureText(recovery.failure)}${reason === '' ? '' : `: ${reason}`}`;
  const observed = isObserved(recovery) ? '  observed only: nothing was touched' : '';
  const sentences = [
    [
      { text: recovery.node_name, tone: 'strong' },
      { text: '  ' },
      { text: state, tone: stateTone(recovery) },
      { text: took },
      { text: observed, tone: 'busy' },
    ],
    failure,
    [
      { text: `opened ${opened === undefined ? '-' : openedText(opened, times)}`, tone: 'quiet' },
      { text: `   ${recovery.id}`, tone: 'quiet' },
    ],
  ] as const;
  return renderProse(sentences, { columns }, style);
}

/** A node that was not touched is not healthy because of that. */
function stateTone(recovery: Recovery): Tone {
  const state = recovery.state;
  return isObserved(recovery) && state === 'RECOVERED' ? 'busy' : toneOf(state);
}

/** Decisions whose outcome is a step of its own, or the close. */
const shownBySteps = new Set(['run', 'finish', 'end-verification', 'skip', 'settle']);
/** Of interest only while nothing has come of it. */
const passing = new Set(['probe', 'verify', 'wait']);
/**
 * They follow the steps that began in the same millisecond; the other decisions come before what they lead
 * to.
 */
const afterSteps = new Set(['verify', 'wait', 'close']);

function entriesOf(recovery: Recovery): DrawnEntry[] {
  const steps = recovery.steps;
  const isOpen = recovery.state === 'OPEN';
  const decisions = recovery.decisions.filter((decision, index, all) => {
    const kind = decision.decision;
    if (passing.has(kind)) return isOpen && index === all.length - 1;
    // No gate was closed: that is the usual case.
    if (kind === 'start') return all.slice(0, index).some((before) => before.decision === 'hold');
    return !shownBySteps.has(kind);
  });
  const isLater = (decision: Decision): boolean => afterSteps.has(decision.decision);
  const toEntry = (decision: Decision): DrawnEntry => decisionEntry(decision, recovery, steps);
  return [
    ...decisions.filter((decision) => !isLater(decision)).map(toEntry),
    ...steps.filter((step) => isShown(step, recovery)).map((step) => stepEntry(step, recovery, steps)),
    ...decisions.filter(isLater).map(toEntry),
    // What has not begun comes last; a sort keeps the order of what is equal.
  ].sort((left, right) => (left.at ?? Infinity) - (right.at ?? Infinity) || 0);
}

/** What only observes verifies nothing: that a step would help is supposed. */
function isShown({ purpose }: Step, recovery: Recovery): boolean {
  return purpose !== 'verification' || !isObserved(recovery);
}

const decisionTitles: Readonly<Record<string, string>> = {
  open: 'opened',
  join: 'asked again',
  pass: 'by hand',
  hold: 'held',
  release: 'held',
  start: 'started',
  probe: 'probing again',
  confirm: 'probed again',
  verify: 'verifying',
  wait: 'waiting',
};

function decisionEntry(decision: Decision, recovery: Recovery, steps: readonly Step[]): DrawnEntry {
  const kind = decision.decision;
  const at = readTime(decision.at);
  const reason = decision.reason;
  if (kind === 'close') return closeEntry(at, reason, recovery, steps);
  return {
    at,
    mark: '·',
    title: decisionTitles[kind] ?? kind,
    tone: 'quiet',
    bar: null,
    result: '',
    reason: withoutSteps(withoutFailure(reason.replace(/^held: /, ''), recovery.failure), steps),
  };
}

/**
 * `REBOOT helped; after hook failed`, in place of the reasons of the steps. What helped, or did not, is an
 * action or its verification: a hook may be quoted behind it.
 */
function closeEntry(
  at: number | undefined,
  reason: string,
  recovery: Recovery,
  steps: readonly Step[],
): DrawnEntry {
  const state = recovery.state;
  const rest = reason.startsWith(`${state}: `) ? reason.slice(state.length + 2) : reason;
  const judged = steps.filter(({ purpose }) => purpose === 'action' || purpose === 'verification');
  const step = state === 'RECOVERED' || state === 'EXHAUSTED' ? lastStepIn(rest, judged) : undefined;
  const words = step === undefined ? firstLine(rest) : whatCameOfIt(step, rest, recovery, steps);
  return { at, mark: '●', title: state, tone: stateTone(recovery), bar: null, result: '', reason: words };
}

/** @param rest the reason of the close, which quotes that of the step. */
function whatCameOfIt(step: Step, rest: string, recovery: Recovery, steps: readonly Step[]): string {
  const after = rest.slice(rest.indexOf(step.reason) + step.reason.length);
  return `${whatHelped(step, steps)}${whatItDid(step, recovery)}${withoutSteps(after, steps)}`;
}

/** A verification reports on the step that it verifies. */
function whatHelped(step: Step, steps: readonly Step[]): string {
  if (step.purpose !== 'verification') return stepTitle(step, steps);
  const verified = steps.find(({ id }) => id === step.verifies);
  return verified === undefined ? 'the chain' : stepTitle(verified, steps);
}

function whatItDid(step: Step, recovery: Recovery): string {
  if (recovery.state !== 'RECOVERED') return step.started_at === null ? ' was not run' : ' did not help';
  if (isObserved(recovery)) return ' is supposed to help (OBSERVE touched nothing)';
  const { failed_again: again } = recovery;
  const after = again === null ? null : `failed again after ${duration(again.after_seconds * 1000)}`;
  if (step.reason === notVerified)
    return after === null ? ' succeeded; whether it helped was not verified' : ` succeeded; ${after}`;
  return after === null ? ' helped' : `: healthy at verification, ${after}`;
}

/** The last step whose reason is quoted in a reason. */
function lastStepIn(reason: string, steps: readonly Step[]): Step | undefined {
  const isQuoted = ({ reason: own }: Step): boolean =>
    own !== '' && own !== operationDone && reason.includes(own);
  return steps.findLast(isQuoted);
}

/**
 * What the line of a step shows: `attempt 1 of 2 failed (...); trying again in 5 s`, `passed over by GOTO
 * page: WORKFLOW drain: ...`
 */
function withoutSteps(reason: string, steps: readonly Step[]): string {
  const stepReason = textOf(lastStepIn(reason, steps)?.['reason']);
  const before = reason.slice(0, reason.indexOf(stepReason));
  // Two steps may have the same reason.
  if (stepReason === '' || !/(?:: | \()$/.test(before)) return firstLine(reason);
  const after = reason.slice(before.length + stepReason.length).replace(/^\)/, '');
  return firstLine(`${before.replace(/(?:: | \()$/, '')}${after}`);
}

/** A workflow that failed reports each of its tasks: `coppice workflow show` has room for that. */
function firstLine(text: string): string {
  return text.trimStart().split('\n', 1)[0] ?? '';
}

/** The heading shows the failure. */
function withoutFailure(reason: string, failure: Recovery['failure']): string {
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

function stepEntry(step: Step, recovery: Recovery, steps: readonly Step[]): DrawnEntry {
  const state = step.state;
  const started = readTime(step.started_at);
  const ended = readTime(step.ended_at);
  const title = stepTitle(step, steps);
  if (isObserved(recovery) && state === 'SUCCEEDED')
    return {
      at: started ?? ended,
      mark: '○',
      title,
      tone: 'quiet',
      bar: null,
      result: 'would run',
      reason: '',
    };
  const took = started === undefined || ended === undefined ? '' : ` in ${duration(ended - started)}`;
  return {
    at: started ?? ended,
    mark: stepMarks[state] ?? '▶',
    title,
    tone: toneOf(state),
    bar: started === undefined ? null : { from: started, until: ended },
    result: `${state}${took}`,
    reason: stepReason(step, steps),
  };
}

function stepReason(step: Step, steps: readonly Step[]): string {
  const reason = step.reason;
  // Why all of it was cancelled is shown once, by the close.
  if (step.state === 'CANCELLED' || reason === operationDone || reason === 'the workflow ended in SUCCESS')
    return '';
  return withoutSteps(reason, steps.slice(0, steps.indexOf(step)));
}
