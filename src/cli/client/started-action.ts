/** Commands that start an action on the server: how it is asked for, and what is told of it. */
import type { Command } from 'commander';
import type { JsonObject } from '../../domain/json.ts';
import { isJsonObject } from '../../domain/json.ts';
import { CliError } from '../cli-error.ts';
import { openSession, writeJson } from './session.ts';
import { exampleText, pathOf, printObject } from '../commands/resource.ts';
import type { Resource } from '../commands/resource.ts';
import { textOf } from '../rendering/text-of.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { printWarnings } from '../rendering/warnings.ts';
import { reportAction, throwUnlessSucceeded, waitForAction } from './wait-for-action.ts';

export const WAIT_FLAG = '-w, --wait';
export const WAIT_TEXT = 'wait until the action has ended; exit code 1 if it failed';

/** `POST /v1/clusters/{id}/actions` with `{"resize": {...}}`, and the like for nodes. */
export async function startAction(
  command: Command,
  terminal: Terminal,
  target: { readonly resource: Resource; readonly nameOrId: string },
  request: { readonly action: string; readonly inputs: JsonObject; readonly wait: boolean | undefined },
): Promise<void> {
  const session = openSession(command, terminal);
  const path = `${pathOf(target.resource, target.nameOrId)}/actions`;
  const answer = await session.api.send('POST', path, { body: { [request.action]: request.inputs } });
  printWarnings(session, answer.body);
  await reportAction(session, answer.actionId, request.wait === true);
}

export interface WaitOption {
  readonly wait?: boolean;
}

/** The handler of a command whose action takes its inputs from the options alone. */
export function actionOn<T extends WaitOption>(
  terminal: Terminal,
  resource: Resource,
  action: string,
  inputsOf: (options: T) => JsonObject,
): (nameOrId: string, options: T, command: Command) => Promise<void> {
  return async (nameOrId, options, command) => {
    const request = { action, inputs: inputsOf(options), wait: options.wait };
    await startAction(command, terminal, { resource, nameOrId }, request);
  };
}

/** Creates or changes something that an action then makes true. With `wait`, what is shown is how it became. */
export async function changeByAction(
  command: Command,
  terminal: Terminal,
  change: {
    readonly resource: Resource;
    readonly method: 'POST' | 'PATCH';
    readonly nameOrId?: string;
    readonly values: JsonObject;
    readonly wait: boolean | undefined;
  },
): Promise<void> {
  const session = openSession(command, terminal);
  const { resource, method, nameOrId, values } = change;
  const answer = await session.api.send(method, pathOf(resource, nameOrId), {
    body: { [resource.one]: values },
  });
  const object = isJsonObject(answer.body) ? answer.body[resource.one] : undefined;
  if (!isJsonObject(object) || answer.actionId === undefined) {
    throw new CliError(`${session.api.url} answered without a ${resource.one} or an action`);
  }
  const action = change.wait === true ? await waitForAction(session.api, answer.actionId) : undefined;
  const path = pathOf(resource, textOf(object['id']));
  const shown = action === undefined ? object : await session.api.one(path, resource.one);
  printObject(session, resource, { ...shown, action: answer.actionId });
  if (action !== undefined) throwUnlessSucceeded(action);
}

/** `delete` of clusters and nodes: each deletion is an action. */
export function addDeleteByAction(group: Command, terminal: Terminal, resource: Resource): void {
  group
    .command(`delete <${resource.one}...>`)
    .description(`Delete ${resource.many} and all that belongs to them.`)
    .addHelpText('after', exampleText(resource.examples.delete ?? ''))
    .option('--force', 'also where an action holds it')
    .option(WAIT_FLAG, WAIT_TEXT)
    .action(async (names: string[], options: { force?: boolean; wait?: boolean }, command: Command) => {
      const session = openSession(command, terminal);
      const query = options.force === true ? { force: true } : {};
      const started = [];
      for (const name of names) {
        started.push((await session.api.send('DELETE', pathOf(resource, name), { query })).actionId);
      }
      for (const actionId of started) await reportAction(session, actionId, options.wait === true);
    });
}

/** Sends a change that is done when the answer comes, and shows what it gave. */
export async function changeAtOnce(
  command: Command,
  terminal: Terminal,
  change: {
    readonly resource: Resource;
    readonly method: 'POST' | 'PATCH';
    readonly nameOrId?: string;
    readonly values: JsonObject;
  },
): Promise<void> {
  const session = openSession(command, terminal);
  const { resource, method, nameOrId, values } = change;
  const answer = await session.api.send(method, pathOf(resource, nameOrId), {
    body: { [resource.one]: values },
  });
  printWarnings(session, answer.body);
  const object = isJsonObject(answer.body) ? answer.body[resource.one] : undefined;
  if (isJsonObject(object)) printObject(session, resource, object);
  else writeJson(terminal, answer.body);
}
