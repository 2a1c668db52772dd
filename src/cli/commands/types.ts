/** `coppice profile types` and `coppice policy types`: the types, and what a spec of one may hold. */
import type { Command } from 'commander';
import type { ApiClient } from '../../client/api-client.ts';
import { compareNaturally } from '../../domain/natural-order.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { openSession, writeJson } from '../client/session.ts';
import { renderFields, type ShownField } from '../rendering/fields.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { textOf } from '../rendering/text-of.ts';
import { exampleText } from './resource.ts';

export interface TypeKind {
  /** `policy` */
  readonly one: string;
  /** Of a type, for the help. */
  readonly example: string;
  readonly list: (api: ApiClient) => Promise<readonly ListedType[]>;
  /** @param type `senlin.policy.health-1.3` */
  readonly show: (api: ApiClient, type: string) => Promise<TypeDescription>;
}

interface ListedType {
  readonly name: string;
  readonly version?: string;
}

export interface TypeDescription {
  readonly name: string;
  /** Keys of the spec's properties, as Senlin describes them. */
  readonly schema: JsonObject;
  /** By name; absent: types of this kind have none. */
  readonly operations?: JsonObject;
}

export function addTypes(group: Command, terminal: Terminal, kind: TypeKind): void {
  group
    .command('types [type]')
    .description(
      `List the ${kind.one} types; with a type: show what a spec of it may hold, of the newest version where none is given.`,
    )
    .addHelpText('after', exampleText(`${kind.one} types`, `${kind.one} types ${kind.example}`))
    .action(async (type: string | undefined, _: object, command: Command) => {
      const { api, json, style, columns } = openSession(command, terminal);
      if (type === undefined) {
        const types = await kind.list(api);
        if (json) writeJson(terminal, types);
        else terminal.write(types.map(({ name, version }) => `${name}-${version ?? ''}\n`).join(''));
        return;
      }
      const description = await kind.show(api, await withNewest(kind, api, type));
      if (json) {
        writeJson(terminal, description);
        return;
      }
      const { name, schema, operations } = description;
      const keys = renderFields(keysOf(schema, ''), style, { columns });
      terminal.write(`${style('strong', name)}\n\n${keys}`);
      if (operations === undefined) return;
      terminal.write(`\n${style('quiet', 'Operations')}\n`);
      terminal.write(renderFields(operationsOf(operations), style, { columns }));
    });
}

/** A type without its version stands for the newest; what is not known goes to the server as it is. */
async function withNewest(kind: TypeKind, api: ApiClient, type: string): Promise<string> {
  if (/-\d+\.\d+$/.test(type)) return type;
  const versions = (await kind.list(api)).flatMap(({ name, version }) =>
    name === type && version !== undefined ? [version] : [],
  );
  const newest = versions.toSorted(compareNaturally).at(-1);
  return newest === undefined ? type : `${type}-${newest}`;
}

/** A line for each key; those in a map or in the items of a list stand below it. */
function keysOf(schema: JsonObject, indent: string): ShownField[] {
  return Object.entries(schema).flatMap(([key, entry]): ShownField[] => {
    if (!isJsonObject(entry)) return [];
    // The items of a list stand under `*`.
    const name = key === '*' ? '-' : key;
    const below = isJsonObject(entry['schema']) ? keysOf(entry['schema'], `${indent}  `) : [];
    return [[`${indent}${name}`, { text: meaningOf(entry) }], ...below];
  });
}

function operationsOf(operations: JsonObject): ShownField[] {
  return Object.entries(operations).flatMap(([name, entry]): ShownField[] => {
    if (!isJsonObject(entry)) return [];
    const parameters = isJsonObject(entry['parameters']) ? keysOf(entry['parameters'], '  ') : [];
    return [[name, { text: textOf(entry['description']) }], ...parameters];
  });
}

/** `text, required, one of A, B. What it is for.` */
function meaningOf(entry: JsonObject): string {
  const { type, required, description, constraints, default: otherwise } = entry;
  const allowed = (Array.isArray(constraints) ? constraints : []).flatMap((each) =>
    isJsonObject(each) && Array.isArray(each['constraint'])
      ? each['constraint'].map((word) => textOf(word))
      : [],
  );
  const facts = [
    textOf(type).toLowerCase(),
    ...(required === true ? ['required'] : []),
    ...(otherwise === undefined || otherwise === null ? [] : [`default ${JSON.stringify(otherwise)}`]),
    ...(allowed.length === 0 ? [] : [`one of ${allowed.join(', ')}`]),
  ].join(', ');
  return description === undefined ? facts : `${facts}. ${textOf(description)}`;
}
