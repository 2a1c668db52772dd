/** What stands below the picture of a recovery: the step that runs, and where else to look. */
import { showExecution } from '../../domain/workflow-commands.ts';
import type { Schemas } from '../../client/api-types.ts';
import { duration } from '../../domain/duration.ts';
import { operatorLines } from './explanation.ts';
import { renderHints } from './hints.ts';
import { renderProse } from './prose.ts';
import { workflowNameOf } from './step-title.ts';
import type { Style } from './style.ts';
import type { Times } from './times.ts';

type Recovery = Schemas['Recovery'];
type Step = Schemas['RecoveryStep'];

/** How wide the terminal is, what time it is, and how commands are typed here. */
export interface Screen {
  readonly columns: number;
  readonly times: Times;
  readonly typed: (words: string) => string;
}

/** The step that runs, until when, and what may be done about it. */
export function whatRuns({ running, operator }: Recovery, style: Style, { columns }: Screen): string {
  const tasks = operator.flatMap((task) => operatorLines(task));
  const sentences = [...(running === null ? [] : [`now: ${running.doing}`]), ...tasks];
  return sentences.length === 0 ? '' : `\n${renderProse(sentences, { columns }, style)}`;
}

/**
 * What else the user may want to see: the action that carries it out, and which task it was of a workflow
 * that did not end in SUCCESS. What the server does not know any more is not named.
 */
export function whereToLook(recovery: Recovery, style: Style, { typed, times, columns }: Screen): string {
  const { action_id: action, failed_again: again } = recovery;
  // What only observes has started none.
  const steps = isObserved(recovery) ? [] : recovery.steps;
  const hints = [
    ...steps.flatMap((step) =>
      // Of one that runs it stands with what runs.
      step.execution_id === null || step.state === 'SUCCEEDED' || step.state === 'RUNNING'
        ? []
        : [[showWords(step, step.execution_id, typed), `what ${whichRun(step)} did`] as const],
    ),
    ...(action === null ? [] : [[typed(`action show ${action}`), 'the action that carries it out'] as const]),
    ...(again === null
      ? []
      : [
          [
            typed(`recovery show ${again.recovery_id}`),
            `it failed again after ${duration(again.after_seconds * 1000)}`,
          ] as const,
        ]),
    ...recovery.retained.map(({ id, location, until }) => {
      const end = `removes ${location} before its time is over (${times.relative(until)})`;
      return [typed(`retained delete ${id}`), end] as const;
    }),
  ].map(([command, what]) => ({ command, what }));
  return renderHints(hints, columns, style);
}

/** One of the embedded runner is asked of the server of the other commands. */
function showWords({ workflow_service: service }: Step, id: string, typed: Screen['typed']): string {
  return service === 'mistral' ? showExecution({ id, service }) : typed(`workflow show ${id}`);
}

function whichRun(step: Step): string {
  const attempt = step.attempt;
  return `${workflowNameOf(step)}${attempt > 1 ? ` (attempt ${attempt})` : ''}`;
}

export function isObserved(recovery: Recovery): boolean {
  return recovery.mode === 'OBSERVE';
}
