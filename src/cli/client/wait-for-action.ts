/** An action that a command started: printed at once, or followed to its end with --wait. */
import { setTimeout as delay } from 'node:timers/promises';
import { UnreachableError } from '../../client/api-client.ts';
import type { ApiClient } from '../../client/api-client.ts';
import type { Schemas } from '../../client/api-types.ts';
import { duration } from '../../domain/duration.ts';
import { actionStates } from '../../domain/states.ts';
import { CliError } from '../cli-error.ts';
import { readTime } from '../rendering/times.ts';
import { writeJson } from './session.ts';
import type { Session } from './session.ts';

type Action = Schemas['Action'];

/** Polls soon at first, because most actions are short, then once a second. */
const firstPollMs = 100;
const longestPauseMs = 1000;

/** A server that restarts is back within this; the action continues where it was. */
const patienceMs = 15_000;

/**
 * Prints a started action, or how it ended: with `wait`, and where it has ended already.
 * @throws CliError where it has ended and did not succeed.
 */
export async function reportAction(
  session: Session,
  actionId: string | undefined,
  wait: boolean,
): Promise<void> {
  if (actionId === undefined)
    throw new CliError(`${session.api.url} accepted the request and named no action`);
  const { api, terminal, json } = session;
  const action = wait ? await waitForAction(api, actionId) : await readAction(api, actionId);
  if (json) writeJson(terminal, action);
  else terminal.write(describeAction(session, action));
  if (hasEnded(action)) throwUnlessSucceeded(action);
}

/** The action once it has ended. */
export async function waitForAction(api: ApiClient, actionId: string): Promise<Action> {
  let pauseMs = firstPollMs;
  let lastAnswer = performance.now();
  for (;;) {
    try {
      const action = await readAction(api, actionId);
      lastAnswer = performance.now();
      if (hasEnded(action)) return action;
    } catch (error) {
      if (!(error instanceof UnreachableError) || performance.now() - lastAnswer > patienceMs) throw error;
    }
    await delay(pauseMs);
    pauseMs = Math.min(pauseMs * 1.5, longestPauseMs);
  }
}

/** @throws CliError with the action's own reason. */
export function throwUnlessSucceeded({ action, status, status_reason: reason }: Action): void {
  if (status !== 'SUCCEEDED') throw new CliError(`${action} ended ${status}: ${reason}`);
}

function readAction(api: ApiClient, action: string): Promise<Action> {
  return api.read('GET /v1/actions/{action}', 'action', { path: { action } });
}

function hasEnded({ status }: Action): boolean {
  return Object.hasOwn(actionStates, status) && actionStates[status as keyof typeof actionStates].ended;
}

function describeAction({ style, typed }: Session, action: Action): string {
  const name = `${action.action} ${style('quiet', action.id)}`;
  if (!hasEnded(action)) return `${name} started; follow it with: ${typed(`action show ${action.id}`)}\n`;
  if (action.status !== 'SUCCEEDED') return '';
  const start = readTime(action.start_time);
  const end = readTime(action.end_time);
  const took = start === undefined || end === undefined ? '' : ` in ${duration(end - start)}`;
  return `${name} ${style('good', 'SUCCEEDED')}${took}\n`;
}
