/** What is printed of an action that a command started. */
import type { Schemas } from '../../client/api-types.ts';
import { duration } from '../../domain/duration.ts';
import { CliError } from '../cli-error.ts';
import { actionResult } from '../rendering/action-result.ts';
import { printable } from '../rendering/table.ts';
import { readTime } from '../rendering/times.ts';
import { writeJson } from './session.ts';
import type { CliSession } from './session.ts';
import { isEndedAction, readAction, waitForAction } from './wait-for-action.ts';

type Action = Schemas['Action'];

/**
 * Prints a started action, or how it ended: with `wait`, and where it has ended already.
 * @param label what it is done to, where several actions are reported; '': nothing stands before it.
 * @throws CliError where it has ended and did not succeed.
 */
export async function reportAction(
  session: CliSession,
  actionId: string | undefined,
  wait: boolean,
  label = '',
): Promise<void> {
  if (actionId === undefined)
    throw new CliError(`${session.api.url} accepted the request and named no action`);
  const action = await (wait ? waitForAction(session, actionId) : readAction(session.api, actionId));
  if (session.json) writeJson(session.terminal, action);
  else printAction(session, action, label);
  throwIfFailed(action);
}

/** Of one that failed nothing: its failure is the error of the command. */
export function printAction(session: CliSession, action: Action, label = ''): void {
  const { terminal, style } = session;
  if (isEndedAction(action) && action.status !== 'SUCCEEDED') return;
  const before = label === '' ? '' : `${label}: `;
  const name = `${before}${action.action} ${style('quiet', action.id)}`;
  terminal.write(
    isEndedAction(action) ? `${name} ${ended(session, action)}\n` : `${name} ${started(session, action)}\n`,
  );
  if (!isEndedAction(action)) return;
  for (const line of actionResult(action)) terminal.write(`  ${printable(line).replaceAll('\n', ' ')}\n`);
}

function started({ typed }: CliSession, { id }: Action): string {
  return `started; follow it with: ${typed(`action show ${id}`)}`;
}

function ended({ style }: CliSession, action: Action): string {
  const start = readTime(action.start_time);
  const end = readTime(action.end_time);
  const took = start === undefined || end === undefined ? '' : ` in ${duration(end - start)}`;
  return `${style('good', 'SUCCEEDED')}${took}`;
}

/** @throws CliError with the action's own reason, where it has ended and did not succeed. */
export function throwIfFailed(action: Action): void {
  const { action: name, status, status_reason: reason } = action;
  if (isEndedAction(action) && status !== 'SUCCEEDED')
    throw new CliError(`${name} ended ${status}: ${reason}`);
}
