/**
 * What is wrong, what is done, what is waited for and what an operator has to do, each as a line: for one
 * cluster in every view.
 */
import type { Schemas } from '../../client/api-types.ts';
import type { CliSession } from '../client/session.ts';
import type { Style, Tone } from './style.ts';
import { printable } from './table.ts';
import type { Times } from './times.ts';

type Explanation = Pick<Schemas['ClusterHealth'], 'doing' | 'waiting' | 'operator'>;
type OperatorTask = Schemas['OperatorTask'];

/** How the lines are written on this terminal. */
export interface Voice {
  readonly style: Style;
  readonly typed: CliSession['typed'];
  readonly times: Times;
}

export function explanationLines({ doing, waiting, operator }: Explanation, voice: Voice): string[] {
  return [
    ...doing.map((text) => `now: ${printable(text)}`),
    ...waiting.map((each) => waitingText(each, voice)),
    ...operator.map((task) => operatorText(task, voice)),
  ];
}

/**
 * The server says how long as of its answer; when that is stands behind it where exact times are
 * are.
 */
function waitingText({ reason, until }: Explanation['waiting'][number], { style, times }: Voice): string {
  const when =
    until === null || / in \d/.test(reason) ? '' : `, checked again at ${times.clock(Date.parse(until))}`;
  return `${style('busy', 'waits')}: ${printable(reason)}${when}`;
}

export function operatorText(
  { command, reason, required }: OperatorTask,
  { style }: Pick<Voice, 'style'>,
): string {
  const tone: Tone = required ? 'bad' : 'quiet';
  return `${style(tone, required ? 'do' : 'may do')}: ${style('strong', printable(command))} (${printable(reason)})`;
}
