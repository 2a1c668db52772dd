/** Nodes with commands of one kind in a list of tasks; there may be hundreds. */
export const mostNodes = 5;

/**
 * What cannot be seen, or cannot be recovered, for longer needs an operator: an API or a host that restarts,
 * or a network that is switched, is back in a few minutes, and healing goes on by itself. An alarm that comes
 * sooner is for nothing.
 */
export const longOutageMs = 5 * 60_000;

/** One command, to be typed as it stands. */
export interface TaskStep {
  readonly command: string;
  /** What it is for, or when it is the one to type. */
  readonly text: string;
}

/** One thing that an operator has to do, or may do, with the command, to be typed as it stands. */
export interface OperatorTask {
  readonly reason: string;
  readonly command: string;
  /** Coppice does nothing more about it by itself. */
  readonly required: boolean;
  /** Where it takes more than one command, all of them in order: `command` is the first. */
  readonly steps?: readonly TaskStep[];
}

/**
 * One task, whatever number of commands it takes: of one command the text stands with the reason. None where
 * there is no command.
 * @param then what follows by itself, as a clause behind both.
 */
export function taskOfSteps(
  reason: string,
  [first, ...others]: readonly TaskStep[],
  required: boolean,
  then = '',
): OperatorTask[] {
  if (first === undefined) return [];
  const { command } = first;
  return others.length === 0
    ? [{ reason: `${reason}: ${first.text}${then}`, command, required }]
    : [{ reason: `${reason}${then}`, command, required, steps: [first, ...others] }];
}

/** The commands of a task, in order. */
export function taskSteps({ reason: text, command, steps = [] }: OperatorTask): readonly TaskStep[] {
  return steps.length === 0 ? [{ command, text }] : steps;
}
