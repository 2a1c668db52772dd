/**
 * What is wrong, what is done, what is waited for and what an operator has to do, each as a sentence: for one
 * cluster in every view.
 */
import type { Schemas } from '../../client/api-types.ts';
import type { CliSession } from '../client/session.ts';
import type { Phrase } from './prose.ts';
import type { Style } from './style.ts';
import type { Times } from './times.ts';

type Explanation = Pick<Schemas['ClusterHealth'], 'doing' | 'waiting' | 'operator'>;
type OperatorTask = Schemas['OperatorTask'];

/** How the lines are written on this terminal. */
export interface Voice {
  readonly style: Style;
  readonly typed: CliSession['typed'];
  readonly times: Times;
}

export function explanationLines(
  { doing, waiting, operator }: Explanation,
  { times }: Pick<Voice, 'times'>,
): (readonly Phrase[])[] {
  return [
    ...doing.map((text) => [{ text: `now: ${text}` }]),
    ...waiting.map((each) => waitingText(each, times)),
    ...operator.map((task) => operatorText(task)),
  ];
}

/** The server says how long as of its answer; when that is stands behind it where exact times are. */
function waitingText({ reason, until }: Explanation['waiting'][number], times: Times): Phrase[] {
  const when =
    until === null || / in \d/.test(reason) ? '' : `, checked again at ${times.clock(Date.parse(until))}`;
  return [{ text: 'waits', tone: 'busy' }, { text: `: ${reason}${when}` }];
}

/** @param indent blanks before it, of what belongs to the sentence above. */
export function operatorText({ command, reason, required }: OperatorTask, indent = 0): Phrase[] {
  return [
    { text: ' '.repeat(indent) + (required ? 'do' : 'may do'), tone: required ? 'bad' : 'quiet' },
    { text: ': ' },
    { text: command, tone: 'strong', isCommand: true },
    { text: ` (${reason})` },
  ];
}
