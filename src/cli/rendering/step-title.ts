import type { Schemas } from '../../client/api-types.ts';
import { verificationLabel } from '../../recovery/describe.ts';
import { textOf } from './text-of.ts';

/** What a title is made from: a step of a recovery, or the step that a health answer names. */
export type TitledStep = Pick<
  Schemas['RecoveryStep'],
  'name' | 'item' | 'attempt' | 'purpose' | 'workflow_name'
> & {
  readonly id?: string;
  readonly verifies?: string | null;
  /** What the server calls it; a health answer has it, as it names one step alone. */
  readonly label?: string;
};

/**
 * `REBOOT`, `WORKFLOW drain`; a hook with what it belongs to: `before REBOOT: drain`, `on_success: announce`;
 * a verification with what it verifies: `verification of REBOOT`; from the second attempt on
 * `REBOOT (attempt 2)`.
 * @param steps all of the recovery, in order; without them it is not known of which action a hook is.
 */
export function stepTitle(step: TitledStep, steps: readonly TitledStep[] = []): string {
  const purpose = step.purpose;
  if (purpose === 'action') return actionTitle(step);
  if (purpose === 'verification') {
    const verified = steps.find(({ id }) => id !== undefined && id === step.verifies);
    return verified === undefined
      ? `${step.label ?? verificationLabel(null)}${attemptText(step)}`
      : `verification of ${stepTitle(verified, steps)}`;
  }
  const action = actionOf(step, purpose, steps);
  const when = action === undefined ? purpose : `${purpose} ${action.name}`;
  return `${when}: ${actionTitle(step).replace(/^WORKFLOW (?!\()/, '')}`;
}

/** What it does, and of a verification, what it verifies. @param steps all of the recovery. */
export function shortTitle(step: TitledStep, steps: readonly TitledStep[]): string {
  return step.purpose === 'verification' ? stepTitle(step, steps) : actionTitle(step);
}

/**
 * What it does, whatever it is for; the id that the policy gives it stands behind, where it adds something.
 */
function actionTitle(step: TitledStep): string {
  const name = step.name;
  const id = idOf(step);
  const workflow = workflowNameOf(step);
  const what = workflow === '' ? name : `${name} ${workflow}`;
  return `${what}${id === '' || id === workflow ? '' : ` (${id})`}${attemptText(step)}`;
}

function attemptText({ attempt }: TitledStep): string {
  return attempt > 1 ? ` (attempt ${attempt})` : '';
}

/** Its name; empty where it is no workflow, or nothing names it. */
export function workflowNameOf(step: TitledStep): string {
  return textOf(step.workflow_name, step.name === 'WORKFLOW' ? idOf(step) : '');
}

function idOf(step: TitledStep): string {
  const item = step.item;
  return /[[\].]/.test(item) ? '' : item;
}

/** The action that follows a `before`, or that an `after` follows. */
function actionOf(step: TitledStep, purpose: string, steps: readonly TitledStep[]): TitledStep | undefined {
  const at = steps.findIndex((each) => each.id === step.id);
  if (at < 0) return undefined;
  const isAction = (each: TitledStep): boolean => each.purpose === 'action';
  if (purpose === 'before') return steps.slice(at + 1).find(isAction);
  return purpose === 'after' ? steps.slice(0, at).findLast(isAction) : undefined;
}
