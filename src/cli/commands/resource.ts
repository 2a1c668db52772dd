/**
 * What all kinds of objects have in common on the command line: `list`, `show` and `delete`. A kind is declared as a `Resource`; what
 * it has beyond that stands in its own file.
 */
import type { Command } from 'commander';
import type { JsonObject } from '../../domain/json.ts';
import { identity } from '../client/api-client.ts';
import type { Query } from '../client/api-client.ts';
import { describeObject } from '../rendering/describe-object.ts';
import { wholeNumber } from '../option-values.ts';
import { openSession, writeJson } from '../client/session.ts';
import type { Session } from '../client/session.ts';
import { toneOf } from '../rendering/style.ts';
import { renderTable } from '../rendering/table.ts';
import type { Cell } from '../rendering/table.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { orDash } from '../rendering/text-of.ts';
import { timeAgo } from '../rendering/time-text.ts';

export interface Column {
  readonly header: string;
  cell(object: JsonObject, now: number): Cell;
}

export interface Resource {
  /** `cluster`, the key of one in an answer; `clusters` is the key of many, and the path. */
  readonly one: string;
  readonly many: string;
  readonly columns: readonly Column[];
  /** What is typed behind `coppice`, one of each, for the help. */
  readonly examples: { readonly list: string; readonly show: string; readonly delete?: string };
  /** Keys that `show` puts first. */
  readonly first: readonly string[];
  /** The API lists them in one order only. */
  readonly hasFixedOrder?: true;
}

/** A filter that the API has under `key`. */
export interface Filter {
  readonly flags: string;
  readonly key: string;
  readonly description: string;
}

export function textColumn(header: string, key: string): Column {
  return { header, cell: (object) => ({ text: orDash(object[key]) }) };
}

export function statusColumn(header: string, key: string): Column {
  return {
    header,
    cell: (object) => ({ text: orDash(object[key]), tone: toneOf(orDash(object[key])) }),
  };
}

export function ageColumn(header: string, key: string): Column {
  return { header, cell: (object, now) => ({ text: timeAgo(object[key], now) }) };
}

export const idColumn: Column = {
  header: 'ID',
  cell: (object) => ({ text: orDash(object['id']), tone: 'quiet' }),
};

export function pathOf(resource: Resource, nameOrId?: string): string {
  return nameOrId === undefined ? `/v1/${resource.many}` : `/v1/${resource.many}/${identity(nameOrId)}`;
}

/** How help shows what to type. */
export function exampleText(...typed: readonly string[]): string {
  const lines = typed.map((words) => `\n  $ coppice ${words}`).join('');
  return `\n${typed.length === 1 ? 'Example' : 'Examples'}:${lines}`;
}

/** Reads something beside the list that its columns need (names of clusters, ...). */
export type Enrich = (session: Session, objects: readonly JsonObject[]) => Promise<readonly JsonObject[]>;

export function addList(
  group: Command,
  terminal: Terminal,
  resource: Resource,
  filters: readonly Filter[],
  enrich?: Enrich,
): void {
  const list = group.command('list').description(`List ${resource.many}.`);
  for (const filter of filters) list.option(filter.flags, filter.description);
  if (resource.hasFixedOrder !== true) list.option('--sort <keys>', 'for example created_at:desc,name');
  list
    .option('--limit <number>', 'at most so many', wholeNumber(0))
    .addHelpText('after', exampleText(resource.examples.list))
    .action(async (options: Record<string, string | number | undefined>, command: Command) => {
      const session = openSession(command, terminal);
      const query = { ...filterQuery(filters, options), limit: options['limit'], sort: options['sort'] };
      const objects = await session.api.list(pathOf(resource), resource.many, query);
      if (session.json) writeJson(terminal, objects);
      else if (objects.length === 0) terminal.write(`No ${resource.many}.\n`);
      else printList(session, resource, (await enrich?.(session, objects)) ?? objects);
    });
}

function filterQuery(
  filters: readonly Filter[],
  options: Readonly<Record<string, string | number | undefined>>,
): Query {
  return Object.fromEntries(filters.map(({ flags, key }) => [key, options[optionName(flags)]]));
}

/** `--policy-type <type>` is the option policyType. */
function optionName(flags: string): string {
  const long = /--([a-z-]+)/.exec(flags)?.[1] ?? '';
  return long.replaceAll(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

function printList({ terminal, style }: Session, resource: Resource, objects: readonly JsonObject[]): void {
  const now = terminal.now();
  const rows = objects.map((object) => resource.columns.map((column) => column.cell(object, now)));
  const header = resource.columns.map((column) => column.header);
  terminal.write(renderTable(header, rows, style));
}

export function addShow(group: Command, terminal: Terminal, resource: Resource, query: Query = {}): Command {
  return group
    .command(`show <${resource.one}>`)
    .description(`Show one ${resource.one}, found by name, id or the beginning of an id.`)
    .addHelpText('after', exampleText(resource.examples.show))
    .action(async (nameOrId: string, _options: object, command: Command) => {
      const session = openSession(command, terminal);
      printObject(session, resource, await session.api.one(pathOf(resource, nameOrId), resource.one, query));
    });
}

export function printObject(session: Session, resource: Resource, object: JsonObject): void {
  const { terminal, style, json } = session;
  if (json) writeJson(terminal, object);
  else terminal.write(describeObject(object, resource.first, style, terminal.now()));
}

/** For what is gone when the answer comes; deletions that are actions stand with their resource. */
export function addDeleteAtOnce(group: Command, terminal: Terminal, resource: Resource): void {
  group
    .command(`delete <${resource.one}...>`)
    .description(`Delete ${resource.many}.`)
    .addHelpText('after', exampleText(resource.examples.delete ?? ''))
    .action(async (namesOrIds: string[], _options: object, command: Command) => {
      const session = openSession(command, terminal);
      for (const nameOrId of namesOrIds) {
        await session.api.send('DELETE', pathOf(resource, nameOrId));
        if (session.json) writeJson(terminal, { deleted: nameOrId });
        else terminal.write(`Deleted ${resource.one} ${nameOrId}.\n`);
      }
    });
}
