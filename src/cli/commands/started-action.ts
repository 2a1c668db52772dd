/** Commands that start an action on the server: how it is requested, and what is printed of it. */
import type { Command } from 'commander';
import type { ApiClient } from '../../client/api-client.ts';
import { CliError } from '../cli-error.ts';
import { openSession } from '../client/session.ts';
import { reportAction, throwUnlessSucceeded, waitForAction } from '../client/wait-for-action.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { printWarnings } from '../rendering/warnings.ts';
import { exampleText, idsOf, printObject } from './resource.ts';
import type { Deletable, Resource } from './resource.ts';

export const WAIT_FLAG = '-w, --wait';
export const WAIT_TEXT = 'wait until the action has ended; exit code 1 if it failed';

export interface WaitOption {
  readonly wait?: boolean;
}

/** What a request that starts an action was answered. */
interface Started<Body = unknown> {
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
 * Creates or changes something that an action then makes true. With `wait`, what is shown is how it became.
 * @param objectIn the object in the answer.
 */
export async function changeByAction<Body, T extends { readonly id: string }>(
  command: Command,
  terminal: Terminal,
  change: {
    readonly resource: Pick<Resource<T>, 'one' | 'first' | 'show'>;
    readonly request: (api: ApiClient) => Promise<Started<Body>>;
    readonly objectIn: (body: Body) => T;
    readonly wait: boolean | undefined;
  },
): Promise<void> {
  const session = openSession(command, terminal);
  const { resource, request, objectIn, wait } = change;
  const { body, actionId } = await request(session.api);
  const object = objectIn((body ?? {}) as Body) as T | undefined;
  if (object === undefined || actionId === undefined)
    throw new CliError(`${session.api.url} answered without a ${resource.one} or an action`);
  const action = wait === true ? await waitForAction(session.api, actionId) : undefined;
  const shown = action === undefined ? object : await resource.show(session.api, object.id);
  printObject(session, resource, { ...shown, action: actionId });
  if (action !== undefined) throwUnlessSucceeded(action);
  // What is shown is how it was before the action.
  else if (!session.json) await reportAction(session, actionId, false);
}

/** `delete` of clusters and nodes: each deletion is an action. */
export function addDeleteByAction(
  group: Command,
  terminal: Terminal,
  { one, many, examples, show }: Deletable,
  remove: (api: ApiClient, id: string) => Promise<Started>,
): void {
  group
    .command(`delete <${one}...>`)
    .description(`Delete ${many} and all that belongs to them.`)
    .addHelpText('after', exampleText(examples.delete ?? ''))
    .option(WAIT_FLAG, WAIT_TEXT)
    .action(async (names: string[], options: WaitOption, command: Command) => {
      const session = openSession(command, terminal);
      const started = [];
      for (const id of await idsOf(session.api, show, names))
        started.push((await remove(session.api, id)).actionId);
      for (const actionId of started) await reportAction(session, actionId, options.wait === true);
    });
}

/** Sends a change that is done when the answer comes, and shows what it gave. */
export async function changeAtOnce(
  command: Command,
  terminal: Terminal,
  resource: { readonly first: readonly string[] },
  request: (api: ApiClient) => Promise<{ readonly body: object; readonly object: object }>,
): Promise<void> {
  const session = openSession(command, terminal);
  const { body, object } = await request(session.api);
  printWarnings(session, body);
  printObject(session, resource, object);
}
