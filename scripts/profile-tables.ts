/**
 * The tables of `docs/profiles.md`: every property of each profile type, from the schema that the API shows.
 * What stands between the marks of a type is replaced, so that the page cannot differ from the code.
 */
import type { SchemaEntry } from '../src/domain/spec-schema.ts';
import { schema as heatStack } from '../src/profiles/os-heat-stack/spec.ts';
import { schema as localProcess } from '../src/profiles/local-process/spec.ts';
import { schema as novaServer } from '../src/profiles/os-nova-server/spec.ts';

type Schema = Readonly<Record<string, SchemaEntry>>;

const types: Readonly<Record<string, Schema>> = {
  'local.process-1.0': localProcess,
  'os.nova.server-1.0': novaServer,
  'os.heat.stack-1.0': heatStack,
};

/** @throws Error where the page lacks the marks of a type. */
export function withProfileTables(page: string): string {
  return Object.entries(types).reduce((text, [type, schema]) => {
    const [begin, end] = [`<!-- properties of ${type} -->`, `<!-- end of ${type} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`docs/profiles.md lacks ${begin} and ${end}.`);
    return `${text.slice(0, from)}${begin}\n${tableOf(schema)}\n${text.slice(to)}`;
  }, page);
}

function tableOf(schema: Schema): string {
  const rows = [...rowsOf(schema, '')].map((cells) => `| ${cells.join(' | ')} |`);
  return ['| property | type | default | in place | |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

function* rowsOf(schema: Schema, prefix: string): Generator<string[]> {
  for (const [name, entry] of Object.entries(schema)) {
    const path = name === '*' ? `${prefix}[]` : prefix === '' ? name : `${prefix}.${name}`;
    if (name !== '*' || entry.schema === undefined) yield rowOf(path, entry);
    if (entry.schema !== undefined) yield* rowsOf(entry.schema, path);
  }
}

function rowOf(path: string, entry: SchemaEntry): string[] {
  const given = entry.required ? '**required**' : entry.default === undefined ? '' : codeOf(entry.default);
  const words = entry.constraints?.flatMap(({ constraint }) => (Array.isArray(constraint) ? constraint : []));
  const allowed =
    words === undefined ? '' : ` One of ${words.map((word) => `\`${String(word)}\``).join(', ')}.`;
  const text = `${entry.description ?? ''}${allowed}`.replaceAll('|', String.raw`\|`).trim();
  return [`\`${path}\``, entry.type, given, entry.updatable === true ? 'yes' : '', text];
}

function codeOf(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}
