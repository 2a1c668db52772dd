/** What is printed of an action that a command started. */
import type { Schemas } from '../../client/api-types.ts';
import { duration } from '../../domain/duration.ts';
import { CliError } from '../cli-error.ts';
import { actionResult } from '../rendering/action-result.ts';
import type { Phrase } from '../rendering/prose.ts';
import { readTime } from '../rendering/times.ts';
import { writeJson, writeProse } from './session.ts';
import type { CliSession } from './session.ts';
import { isEndedAction, readAction, waitForAction } from './wait-for-action.ts';

type Action = Schemas['Action'];

/**
 * Prints a started action, or how it ended: with `wait`, and where it has ended already.
 * @throws CliError where it has ended and did not succeed.
 */
export async function reportAction(
  session: CliSession,
  actionId: string | undefined,
  wait: boolean,
): Promise<void> {
  const action = await followAction(session, actionId, wait);
  if (session.json) writeJson(session.terminal, action);
  else printAction(session, action);
  throwIfFailed(action);
}

/** As it is now; with `wait`, as it has ended. */
export async function followAction(
  session: CliSession,
  actionId: string | undefined,
  wait: boolean,
): Promise<Action> {
  if (actionId === undefined)
    throw new CliError(`${session.api.url} accepted the request and named no action`);
  return await (wait ? waitForAction(session, actionId) : readAction(session.api, actionId));
}

/**
 * Of one that failed nothing: its failure is the error of the command.
 * @param label what it is done to, where several actions are reported; '': nothing stands before it.
 */
export function printAction(session: CliSession, action: Action, label = ''): void {
  if (isEndedAction(action) && action.status !== 'SUCCEEDED') return;
  const before = label === '' ? '' : `${label}: `;
  const name: readonly Phrase[] = [
    { text: `${before}${action.action} ` },
    { text: action.id, tone: 'quiet' },
  ];
  const result = isEndedAction(action) ? ended(action) : started(session, action);
  writeProse(session, [[...name, { text: ' ' }, ...result]]);
  if (isEndedAction(action)) writeProse(session, actionResult(action), 2);
}

function started({ typed }: CliSession, { id }: Action): Phrase[] {
  return [{ text: 'started; follow it with: ' }, { text: typed(`action show ${id}`), isCommand: true }];
}

function ended(action: Action): Phrase[] {
  const start = readTime(action.start_time);
  const end = readTime(action.end_time);
  const took = start === undefined || end === undefined ? '' : ` in ${duration(end - start)}`;
  return [{ text: 'SUCCEEDED', tone: 'good' }, { text: took }];
}

/** @throws CliError with the action's own reason, where it has ended and did not succeed. */
export function throwIfFailed(action: Action): void {
  const { action: name, status, status_reason: reason } = action;
  if (isEndedAction(action) && status !== 'SUCCEEDED')
    throw new CliError(`${name} ended ${status}: ${reason}`);
}
