/** An action that a command started: told at once, or followed to its end with --wait. */
import { setTimeout as delay } from 'node:timers/promises';
import { actionStates } from '../../domain/states.ts';
import type { JsonObject } from '../../domain/json.ts';
import { UnreachableError } from './api-client.ts';
import type { ApiClient } from './api-client.ts';
import { CliError } from '../cli-error.ts';
import { textOf } from '../rendering/text-of.ts';
import { duration, readTime } from '../rendering/time-text.ts';
import { writeJson } from './session.ts';
import type { Session } from './session.ts';

/** Looks soon at first, because most actions are short, then once a second. */
const firstPollMs = 100;
const longestPauseMs = 1000;

/** A server that restarts is back within this; the action goes on where it was. */
const patienceMs = 15_000;

/**
 * Tells of a started action, or with `wait` of its end.
 * @throws CliError where it was waited for and did not succeed.
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
  if (wait) throwUnlessSucceeded(action);
}

/** The action once it has ended. */
export async function waitForAction(api: ApiClient, actionId: string): Promise<JsonObject> {
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
export function throwUnlessSucceeded(action: JsonObject): void {
  if (action['status'] === 'SUCCEEDED') return;
  throw new CliError(
    `${textOf(action['action'])} ended ${textOf(action['status'])}: ${textOf(action['status_reason'])}`,
  );
}

function readAction(api: ApiClient, actionId: string): Promise<JsonObject> {
  return api.one(`/v1/actions/${actionId}`, 'action');
}

function hasEnded(action: JsonObject): boolean {
  const status = textOf(action['status']);
  return Object.hasOwn(actionStates, status) && actionStates[status as keyof typeof actionStates].ended;
}

function describeAction({ style }: Session, action: JsonObject): string {
  const name = `${textOf(action['action'])} ${style('quiet', textOf(action['id']))}`;
  if (!hasEnded(action))
    return `${name} started; follow it with: coppice action show ${textOf(action['id'])}\n`;
  if (action['status'] !== 'SUCCEEDED') return '';
  const start = readTime(action['start_time']);
  const end = readTime(action['end_time']);
  const took = start === undefined || end === undefined ? '' : ` in ${duration(end - start)}`;
  return `${name} ${style('good', 'SUCCEEDED')}${took}\n`;
}
