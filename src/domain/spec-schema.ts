/**
 * What a spec may hold, declared once as `Field`s. Three things derive from the declaration and are written
 * nowhere else: the check of a document (`check-fields.ts`), Senlin's notation for `GET
 * /v1/policy-types/{type}`, and JSON Schema for editors.
 */
import type { Issue } from './errors.ts';
import type { Json, JsonObject } from './json.ts';

/** What a spec may hold, in Senlin's own schema notation: the answer of `GET /v1/profile-types/{type}`. */
export interface SchemaEntry {
  readonly type: 'String' | 'Integer' | 'Number' | 'Boolean' | 'Map' | 'List';
  readonly description?: string;
  readonly required: boolean;
  readonly updatable?: boolean;
  readonly default?: Json;
  readonly constraints?: readonly JsonObject[];
  readonly schema?: Readonly<Record<string, SchemaEntry>>;
}

export interface SupportStatus {
  readonly status: 'EXPERIMENTAL' | 'SUPPORTED' | 'DEPRECATED';
  readonly since: string;
}

export type Fields = Readonly<Record<string, Field>>;

/** One key of a spec. `since` is the first version of the type that knows it; absent: all do. */
export interface Field {
  readonly type: SchemaEntry['type'];
  readonly description?: string;
  readonly required?: boolean;
  /** Whether an object that was made from the spec can be changed in it without being made again. */
  readonly updatable?: boolean;
  readonly default?: Json;
  readonly since?: string;
  /** Words that it may be; a word may be younger than the key. */
  readonly allowed?: readonly (string | { readonly word: string; readonly since: string })[];
  /** Smallest and largest number. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: TextPattern;
  /** Of a String, in characters. */
  readonly maxLength?: number;
  /** A number or a boolean is not read as a text: its spelling counts, and YAML has lost it. */
  readonly verbatim?: boolean;
  /**
   * It rests encrypted in the database, is decrypted where it is needed and in answers that show the spec,
   * and is never quoted in an error, a log or an event.
   */
  readonly secret?: boolean;
  /** The keys of a Map; absent: any keys, of `keys` and `values` where those are given. */
  readonly fields?: Fields;
  /** Of a Map with `fields`: those that mean something, by what stands beside it; undefined: all. */
  readonly keysBeside?: (beside: JsonObject) => readonly string[] | undefined;
  /** Of a Map with `fields`: the key that is meant where a text stands in the place of the map. */
  readonly shortFor?: string;
  /** Of a Map of any keys: those that it has in some places, to find what belongs there. */
  readonly keysOfSome?: Fields;
  readonly keys?: TextPattern;
  readonly values?: Field;
  /** What each entry of a List is. */
  readonly items?: Field;
  readonly minItems?: number;
  /** Said instead of what follows from the type. */
  readonly expected?: string;
  /** What the user may have meant by a value that was refused. */
  readonly hint?: (found: Json) => string | undefined;
  /** What the other keys cannot say. @param value of the right type. @param path where it stands. */
  readonly check?: (value: Json, path: string) => Issue[];
}

export interface TextPattern {
  readonly regex: RegExp;
  readonly expected: string;
}

/** Whether something that came with version `since` is there in `version`; versions are `major.minor`. */
export function isInVersion(version: string, since: string | undefined): boolean {
  if (since === undefined) return true;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [sinceMajor = 0, sinceMinor = 0] = since.split('.').map(Number);
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}

export function allowedWords(field: Field, version: string): string[] | undefined {
  return field.allowed?.flatMap((entry) => {
    if (typeof entry === 'string') return [entry];
    return isInVersion(version, entry.since) ? [entry.word] : [];
  });
}

export function fieldsIn(fields: Fields, version: string): [string, Field][] {
  return Object.entries(fields).filter(([, field]) => isInVersion(version, field.since));
}

/** The defaults of the keys at the top. */
export function defaultsOf(fields: Fields, version: string): JsonObject {
  const given = fieldsIn(fields, version).flatMap(([name, field]) =>
    field.default === undefined ? [] : [[name, field.default] as const],
  );
  return Object.fromEntries(given);
}

export function toSenlinSchema(fields: Fields, version: string): Record<string, SchemaEntry> {
  return Object.fromEntries(
    fieldsIn(fields, version).map(([name, field]) => [name, toSchemaEntry(field, version)]),
  );
}

function toSchemaEntry(field: Field, version: string): SchemaEntry {
  const allowed = allowedWords(field, version);
  const nested = field.items ? { '*': field.items } : field.fields;
  return {
    type: field.type,
    ...(field.description === undefined ? {} : { description: field.description }),
    required: field.required ?? false,
    updatable: field.updatable ?? false,
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(allowed === undefined ? {} : { constraints: [{ type: 'AllowedValues', constraint: allowed }] }),
    ...(nested === undefined ? {} : { schema: toSenlinSchema(nested, version) }),
  };
}
