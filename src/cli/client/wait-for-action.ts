/** Actions of the server: read, and followed to their end. */
import { setTimeout as delay } from 'node:timers/promises';
import { UnreachableError } from '../../client/api-client.ts';
import type { ApiClient } from '../../client/api-client.ts';
import type { Schemas } from '../../client/api-types.ts';
import { duration } from '../../domain/duration.ts';
import { actionStates } from '../../domain/states.ts';
import { count } from '../../recovery/describe.ts';
import { progressLine } from '../rendering/progress-line.ts';
import { readTime } from '../rendering/times.ts';
import type { CliSession } from './session.ts';

type Action = Schemas['Action'];

/** Polls soon at first, because most actions are short, then once a second. */
const firstPollMs = 100;
const longestPauseMs = 1000;

/** A server that restarts is back within this; the action continues where it was. */
const patienceMs = 15_000;

/** The action once it has ended; meanwhile a terminal shows that it runs, and since when. */
export async function waitForAction(
  { api, terminal }: Pick<CliSession, 'api' | 'terminal'>,
  actionId: string,
): Promise<Action> {
  const progress = progressLine(terminal);
  try {
    return await untilEnded(api, actionId, (action) => {
      progress.show(typeof action === 'string' ? action : progressText(action, terminal.now()));
    });
  } finally {
    progress.clear();
  }
}

/** @param onWaiting is given the action each time it has not ended yet, or why it could not be read. */
export async function untilEnded(
  api: ApiClient,
  actionId: string,
  onWaiting: (action: Action | string) => void = () => undefined,
): Promise<Action> {
  let pauseMs = firstPollMs;
  let lastAnswer = performance.now();
  for (;;) {
    try {
      const action = await readAction(api, actionId);
      lastAnswer = performance.now();
      if (isEndedAction(action)) return action;
      onWaiting(action);
    } catch (error) {
      if (!(error instanceof UnreachableError) || performance.now() - lastAnswer > patienceMs) throw error;
      onWaiting(error.message);
    }
    await delay(pauseMs);
    pauseMs = Math.min(pauseMs * 1.5, longestPauseMs);
  }
}

export function readAction(api: ApiClient, action: string): Promise<Action> {
  return api.read('GET /v1/actions/{action}', 'action', { path: { action } });
}

export function isEndedAction({ status }: Action): boolean {
  return Object.hasOwn(actionStates, status) && actionStates[status as keyof typeof actionStates].ended;
}

/** `CLUSTER_CREATE for 12 s: 2 nodes under way` */
function progressText(action: Action, now: number): string {
  const since = readTime(action.start_time) ?? readTime(action.created_at);
  const ran = since === undefined ? '' : ` for ${duration(Math.max(0, now - since))}`;
  const { length } = action.depends_on;
  const state = length === 0 ? action.status : `${count(length, 'node')} under way`;
  return `${action.action}${ran}: ${state}`;
}
