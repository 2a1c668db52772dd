/** Commands that start an action on the server: how it is requested, and what is printed of it. */
import type { Command } from 'commander';
import type { ApiClient } from '../../client/api-client.ts';
import { CliError } from '../cli-error.ts';
import { warnOfNamesakes, type MaybeNamed } from '../client/namesakes.ts';
import { openSession } from '../client/session.ts';
import { printAction, reportAction, throwIfFailed } from '../client/report-action.ts';
import { isEndedAction, readAction, waitForAction } from '../client/wait-for-action.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { printWarnings } from '../rendering/warnings.ts';
import { printObject, type Resource } from './resource.ts';

export const WAIT_FLAG = '-w, --wait';
export const WAIT_TEXT = 'wait until the action has ended; exit code 1 if it failed';

export interface WaitOption {
  readonly wait?: boolean;
}

/** What a request that starts an action was answered. */
export interface Started<Body = unknown> {
  readonly body: Body;
  readonly actionId: string | undefined;
}

/** Sends a request that starts an action, and prints what became of it. */
export async function startAction(
  command: Command,
  terminal: Terminal,
  request: (api: ApiClient) => Promise<Started>,
  wait: boolean | undefined,
): Promise<void> {
  const session = openSession(command, terminal);
  const answer = await request(session.api);
  printWarnings(session, answer.body);
  await reportAction(session, answer.actionId, wait === true);
}

/** The handler of a command whose action takes its inputs from the options alone. */
export function actionOn<T extends WaitOption>(
  terminal: Terminal,
  request: (api: ApiClient, nameOrId: string, options: T) => Promise<Started>,
): (nameOrId: string, options: T, command: Command) => Promise<void> {
  return async (nameOrId, options, command) => {
    await startAction(command, terminal, (api) => request(api, nameOrId, options), options.wait);
  };
}

/**
 * Creates or changes something that an action then makes true. What is shown is how it is once the action has
 * ended; of a change that has not ended only the action.
 * @param objectIn the object in the answer.
 * @param isNew whether it is created: then it is shown at once.
 * @throws CliError where the action has ended and did not succeed, with or without `wait`.
 */
export async function changeByAction<Body, T extends { readonly id: string }>(
  command: Command,
  terminal: Terminal,
  change: {
    readonly resource: Pick<Resource<T>, 'one' | 'many' | 'first' | 'show' | 'namesakes' | 'inWords'>;
    readonly request: (api: ApiClient) => Promise<Started<Body>>;
    readonly objectIn: (body: Body) => T;
    readonly isNew: boolean;
    /** The name that is given, if one is. */
    readonly name: string | undefined;
    readonly wait: boolean | undefined;
  },
): Promise<void> {
  const session = openSession(command, terminal);
  const { api, json } = session;
  const { resource, request, objectIn, isNew, name, wait } = change;
  const { body, actionId } = await request(api);
  const object = objectIn((body ?? {}) as Body) as T | undefined;
  if (object === undefined || actionId === undefined)
    throw new CliError(`${api.url} answered without a ${resource.one} or an action`);
  printWarnings(session, body);
  await warnOfNamesakes(session, resource, name, object.id);
  const action = await (wait === true ? waitForAction(session, actionId) : readAction(api, actionId));
  const shown = isEndedAction(action) ? await resource.show(api, object.id) : object;
  if (json || isNew || isEndedAction(action))
    await printObject(session, resource, { ...shown, action: actionId });
  if (!json) printAction(session, action);
  throwIfFailed(action);
}

/**
 * Sends a change that is done when the answer comes, and shows what it gave. @param name the name that is
 * given, if one is.
 */
export async function changeAtOnce(
  command: Command,
  terminal: Terminal,
  resource: MaybeNamed & { readonly first: readonly string[] },
  name: string | undefined,
  request: (api: ApiClient) => Promise<{ readonly body: object; readonly object: { readonly id: string } }>,
): Promise<void> {
  const session = openSession(command, terminal);
  const { body, object } = await request(session.api);
  printWarnings(session, body);
  await warnOfNamesakes(session, resource, name, object.id);
  await printObject(session, resource, object);
}
