/**
 * What profiles and policies have in common: both are made from a spec in a file, which can be checked
 * without a server.
 */
import type { Command } from 'commander';
import type { ApiClient } from '../../client/api-client.ts';
import type { JsonObject } from '../../domain/json.ts';
import { usageError } from '../cli-error.ts';
import { given } from '../option-values.ts';
import { addList, addShow, exampleText } from './resource.ts';
import { addDeleteAtOnce } from './deletion.ts';
import type { Resource } from './resource.ts';
import { openSession } from '../client/session.ts';
import { reportCheck, withPositions } from './spec-check.ts';
import type { SpecChecker } from './spec-check.ts';
import { readSpecFile } from '../files/spec-file.ts';
import { changeAtOnce } from './started-action.ts';
import type { Terminal } from '../rendering/terminal.ts';

interface NameAndType {
  readonly name?: unknown;
  readonly type?: unknown;
}

/** What a change answers: the whole of it, and the object in it. */
export interface Changed {
  readonly body: object;
  readonly object: { readonly id: string };
}

export interface SpecKind<T extends object, Query extends NameAndType> {
  readonly resource: Resource<T, T, Query>;
  readonly create: (
    api: ApiClient,
    values: { readonly name: string; readonly spec: JsonObject; readonly metadata?: JsonObject },
  ) => Promise<Changed>;
  readonly update: (
    api: ApiClient,
    nameOrId: string,
    values: { readonly name?: string; readonly metadata?: JsonObject },
  ) => Promise<Changed>;
  readonly remove: (api: ApiClient, nameOrId: string) => Promise<unknown>;
  /** Name of a file, for the help. */
  readonly example: string;
  /** Loaded when it is needed: the other commands start faster without it. */
  readonly readCheck: (options: CheckOptions, api: ApiClient) => Promise<SpecChecker>;
}

/** What a kind adds to `check` as options of its own. */
export interface CheckOptions {
  readonly profile?: string;
  /** Query the server for what only it knows. */
  readonly online?: boolean;
}

interface ChangeOptions {
  readonly name?: string;
  readonly metadata?: Record<string, string>;
}

export function addSpecCommands<T extends { readonly id: string }, Query extends NameAndType>(
  group: Command,
  terminal: Terminal,
  kind: SpecKind<T, Query>,
): { create: Command; update: Command; check: Command } {
  const { resource } = kind;
  addList(group, terminal, resource, [
    { flags: '--name <name>', key: 'name', description: 'with this name' },
    { flags: '--type <type>', key: 'type', description: 'of this type' },
  ]);
  addShow(group, terminal, resource);
  const create = addCreate(group, terminal, kind);
  const update = addUpdate(group, terminal, kind);
  addDeleteAtOnce(group, terminal, resource, kind.remove);
  return { create, update, check: addCheck(group, terminal, kind) };
}

type Kind<K extends 'create' | 'update' | 'readCheck'> = Pick<SpecKind<never, never>, K | 'example'> & {
  readonly resource: Pick<Resource<never>, 'one' | 'many' | 'first' | 'namesakes'>;
};

function addCreate(
  group: Command,
  terminal: Terminal,
  { resource, example, create }: Kind<'create'>,
): Command {
  return group
    .command('create <name> <file>')
    .description(`Create a ${resource.one} from a spec in a YAML or JSON file (- for standard input).`)
    .addHelpText(
      'after',
      `\nExample:\n  $ coppice ${resource.one} create ${example.replace('.yaml', '')} ${example}`,
    )
    .action(async (name: string, file: string, options: ChangeOptions, command: Command) => {
      const read = await readSpecFile(file);
      // What is no map is refused by the server, with its reason.
      const values = { name, spec: read.spec as JsonObject, ...given({ metadata: options.metadata }) };
      await changeAtOnce(
        command,
        terminal,
        resource,
        name,
        async (api) => await withPositions(file, read, async () => await create(api, values)),
      );
    });
}

function addUpdate(
  group: Command,
  terminal: Terminal,
  { resource, example, update }: Kind<'update'>,
): Command {
  return group
    .command(`update <${resource.one}>`)
    .description(`Change a ${resource.one}; its spec stays as it is (create another instead).`)
    .option('--name <name>', 'new name')
    .addHelpText(
      'after',
      exampleText(`${resource.one} update ${example.replace('.yaml', '')} --name old-one`),
    )
    .action(async (nameOrId: string, options: ChangeOptions, command: Command) => {
      const values = given({ name: options.name, metadata: options.metadata });
      if (Object.keys(values).length === 0) throw usageError('nothing to change: give --name');
      await changeAtOnce(command, terminal, resource, options.name, (api) => update(api, nameOrId, values));
    });
}

function addCheck(group: Command, terminal: Terminal, { resource, readCheck }: Kind<'readCheck'>): Command {
  return group
    .command('check <file>')
    .description(`Check the spec of a ${resource.one} in a YAML or JSON file; needs no server.`)
    .action(async (file: string, options: CheckOptions, command: Command) => {
      const session = openSession(command, terminal);
      const check = await readCheck(options, session.api);
      await reportCheck(session, file, await readSpecFile(file), check);
    });
}
