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
/** A server of an earlier version tells no steps. */
type ToldTask = Omit<OperatorTask, 'steps'> & Partial<Pick<OperatorTask, 'steps'>>;

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
    ...operator.flatMap((task) => operatorLines(task)),
  ];
}

/** The server says how long as of its answer; when that is stands behind it where exact times are. */
function waitingText({ reason, until }: Explanation['waiting'][number], times: Times): Phrase[] {
  const when =
    until === null || / in \d/.test(reason) ? '' : `, checked again at ${times.clock(Date.parse(until))}`;
  return [{ text: 'waits', tone: 'busy' }, { text: `: ${reason}${when}` }];
}

/**
 * One line; where it takes several commands they stand below the reason, numbered in their order.
 * @param indent blanks before it, of what belongs to the sentence above.
 */
export function operatorLines(task: ToldTask, indent = 0): Phrase[][] {
  const { command, reason, required, steps = [] } = task;
  const isList = steps.length > 1;
  const first = [
    { text: ' '.repeat(indent) + (required ? 'do' : 'may do'), tone: required ? 'bad' : 'quiet' },
    { text: ': ' },
    ...(isList ? [{ text: reason }] : commandText(command, reason)),
  ] as const;
  const below = isList ? steps : [];
  return [
    [...first],
    ...below.map((step, index) => [
      { text: `${' '.repeat(indent + stepIndent)}${index + 1}. ` },
      ...commandText(step.command, step.text),
    ]),
  ];
}

const stepIndent = 4;

function commandText(command: string, why: string): Phrase[] {
  return [{ text: command, tone: 'strong', isCommand: true }, { text: ` (${why})` }];
}
