/**
 * The tables of `docs/profiles.md`: every property of each profile type, from its declaration. What
 * stands between the marks of a type is replaced, so that the page cannot differ from the code.
 */
import { secretPaths } from '../src/domain/secret-fields.ts';
import { toSenlinSchema, type Fields, type SchemaEntry } from '../src/domain/spec-schema.ts';
import { fields as heatStack } from '../src/profiles/os-heat-stack/spec.ts';
import { fields as localProcess } from '../src/profiles/local-process/spec.ts';
import { fields as novaServer } from '../src/profiles/os-nova-server/spec.ts';

const types: Readonly<Record<string, Fields>> = {
  'local.process-1.0': localProcess,
  'os.nova.server-1.0': novaServer,
  'os.heat.stack-1.0': heatStack,
};

/** @throws Error where the page lacks the marks of a type. */
export function withProfileTables(page: string): string {
  return Object.entries(types).reduce((text, [type, fields]) => {
    const [begin, end] = [`<!-- properties of ${type} -->`, `<!-- end of ${type} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`docs/profiles.md lacks ${begin} and ${end}.`);
    return `${text.slice(0, from)}${begin}\n${tableOf(fields)}\n${text.slice(to)}`;
  }, page);
}

function tableOf(fields: Fields): string {
  const secrets = new Set(secretPaths(fields));
  const schema = toSenlinSchema(fields, '1.0');
  const rows = [...rowsOf(schema, '', secrets)].map((cells) => `| ${cells.join(' | ')} |`);
  return ['| property | type | default | in place | |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

function* rowsOf(
  schema: Readonly<Record<string, SchemaEntry>>,
  prefix: string,
  secrets: ReadonlySet<string>,
): Generator<string[]> {
  for (const [name, entry] of Object.entries(schema)) {
    const path = name === '*' ? `${prefix}[]` : prefix === '' ? name : `${prefix}.${name}`;
    if (name !== '*' || entry.schema === undefined) yield rowOf(path, entry, secrets.has(path));
    if (entry.schema !== undefined) yield* rowsOf(entry.schema, path, secrets);
  }
}

function rowOf(path: string, entry: SchemaEntry, isSecret: boolean): string[] {
  const given = entry.required ? '**required**' : entry.default === undefined ? '' : codeOf(entry.default);
  const words = entry.constraints?.flatMap(({ constraint }) => (Array.isArray(constraint) ? constraint : []));
  const allowed =
    words === undefined ? '' : ` One of ${words.map((word) => `\`${String(word)}\``).join(', ')}.`;
  const kept = isSecret ? ' Secret: encrypted in the database.' : '';
  const text = `${entry.description ?? ''}${allowed}${kept}`.replaceAll('|', String.raw`\|`).trim();
  return [`\`${path}\``, entry.type, given, entry.updatable === true ? 'yes' : '', text];
}

function codeOf(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}
