/**
 * What an operator may do about the step of a recovery that runs, before its deadline: the node waits for it
 * until then, up to an hour where the policy says nothing.
 *
 *     a hook before an action   the way past it, or end the recovery: the next one begins with the hook again
 *     a WORKFLOW                see what it waits for; end it: it counts as failed, and the chain goes on
 *     what takes long           end the recovery
 */
import {
  cancelExecution,
  resumeExecution,
  showExecution,
  tryWorkflowService,
} from '../domain/workflow-commands.ts';
import type { ExplainedNode, ExplainedRecovery, ExplainedStep } from './explained-cluster.ts';
import { taskOfSteps, type OperatorTask } from './operator-task.ts';
import { requestedOperations } from './operation-rules.ts';

/**
 * An operation or a verification is seldom worth a decision before: most end within seconds, and advice to
 * cancel what works is worse than advice that comes a minute late.
 */
const longStepMs = 60_000;

interface NodeInStep extends Pick<ExplainedNode, 'name' | 'excluded'> {
  readonly recovery: Pick<ExplainedRecovery, 'id' | 'mode' | 'step'> | null;
}

/** None where nothing is touched, or no step runs. */
export function stepTasks(node: NodeInStep, now: number): OperatorTask[] {
  const { name, recovery } = node;
  const step = recovery?.step ?? null;
  if (recovery === null || step === null || recovery.mode !== 'ENFORCE') return [];
  const cancel = `coppice recovery cancel ${recovery.id}`;
  // What else could be asked for waits for its end.
  if (step.isCancelled === true) return lookingAt(node, step);
  switch (step.purpose) {
    case 'before':
      return [...lookingAt(node, step), ...pastHook(node, step, cancel), ...ending(step)];
    case 'action':
    case 'verification': {
      const takesLong = step.startedAt !== null && now - step.startedAt >= longStepMs;
      const isOffered = takesLong || step.execution !== null;
      const end = { reason: againLater(name, step), command: cancel, required: false };
      return [...lookingAt(node, step), ...ending(step), ...(isOffered ? [end] : [])];
    }
    // What they follow is certain: they hold up nothing but themselves.
    case 'after':
    case 'on_success':
    case 'on_exhausted':
      return [...lookingAt(node, step), ...ending(step)];
  }
}

function lookingAt(
  { name }: NodeInStep,
  { label, execution, unseen, unbegun }: ExplainedStep,
): OperatorTask[] {
  if (unbegun !== undefined) return bringingBack(`${label} of ${name}`, unbegun);
  if (unseen !== undefined) {
    const { problem } = unseen;
    const reason = `${label} of ${name} cannot be seen (${problem}): bring its workflow service back; the recovery goes on by itself when that answers`;
    return [{ reason, command: showExecution(unseen), required: true }];
  }
  if (execution === null) return [];
  const look = {
    reason: `what ${label} of ${name} is waiting for`,
    command: showExecution(execution),
    required: false,
  };
  if (!execution.isPaused) return [look];
  const reason = `${label} of ${name} is paused, and ends at its deadline`;
  return [{ reason, command: resumeExecution(execution), required: true }];
}

/** Nothing has begun that could be seen or ended. */
function bringingBack(
  what: string,
  { service, reason: why }: NonNullable<ExplainedStep['unbegun']>,
): OperatorTask[] {
  if (why === null) return [];
  const setting = service === 'mistral' ? ', or correct workflows.url' : '';
  const reason = `${what} has not begun (${why}): bring its workflow service back${setting}; it begins by itself when that answers`;
  return [{ reason, command: tryWorkflowService(service), required: true }];
}

/**
 * The end of the recovery, and the way past the hook: a recovery by one operation runs no hooks, and as long
 * as the node is excluded no other one begins. It is refused as long as what is cancelled has not ended.
 */
function pastHook({ name, excluded }: NodeInStep, step: ExplainedStep, cancel: string): OperatorTask[] {
  const { label, action } = step;
  const notRun = action === null ? '' : `, and ${action.label} is not run`;
  const end = `end this recovery: ${label} is cancelled${notRun}`;
  const recover = action === null ? null : recoverCommand(name, action);
  const wayOn = [
    ...(recover === null ? [] : [{ command: `${recover} --wait`, text: 'recover it: this runs no hooks' }]),
    { command: `coppice node include ${name}`, text: `once ${name} is healthy` },
  ];
  if (excluded !== null) {
    const ended = { command: `${cancel} --wait`, text: end };
    return taskOfSteps('no other recovery begins while it is excluded', [ended, ...wayOn], false);
  }
  const again = `the next recovery of ${name} begins with its hooks again`;
  const ended = { reason: `${end}; ${again}`, command: cancel, required: false };
  if (recover === null) return [ended];
  const exclude = { command: `coppice node exclude ${name}`, text: `keep ${name} from the next recovery` };
  const stop = { command: `${cancel} --wait`, text: end };
  return [...taskOfSteps(`the way past ${label}`, [exclude, stop, ...wayOn], false), ended];
}

/** A recovery by one operation, which runs no hooks; null: no request does it without the chain. */
export function recoverCommand(node: string, action: NonNullable<ExplainedStep['action']>): string | null {
  const { name } = action;
  if (requestedOperations.includes(name))
    return `coppice node recover ${node} --operation ${name}${parameters(action)}`;
  return name === 'WORKFLOW' ? null : `coppice node op ${node} ${name.toLowerCase()}${parameters(action)}`;
}

/** Those that can be typed, without what is so by default. */
function parameters({ name, params }: NonNullable<ExplainedStep['action']>): string {
  const typed = Object.entries(params).map(([key, value]) => {
    const isUsual = name === 'REBOOT' && key === 'type' && value === 'HARD';
    return isUsual || typeof value === 'object' ? '' : ` --param ${key}=${value}`;
  });
  return typed.join('');
}

function againLater(name: string, { label, purpose }: ExplainedStep): string {
  const first = purpose === 'verification' ? '' : `: what ${label} has begun is brought to an end first`;
  return `end this recovery${first}; while ${name} is failed it is recovered again`;
}

function ending({ label, ifItFails, execution }: ExplainedStep): OperatorTask[] {
  if (execution === null) return [];
  const then = ifItFails === null ? '' : `, then ${ifItFails}`;
  const reason = `end ${label} before its deadline, where it cannot succeed any more: it counts as failed${then}`;
  return [{ reason, command: cancelExecution(execution), required: false }];
}
