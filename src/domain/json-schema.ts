/** JSON Schema (draft 2020-12) of a spec's fields: for editors, and for those who generate specs. */
import type { Json, JsonObject } from './json.ts';
import { allowedWords, fieldsIn } from './spec-schema.ts';
import type { Field, Fields } from './spec-schema.ts';

const jsonTypes = {
  String: 'string',
  Integer: 'integer',
  Number: 'number',
  Boolean: 'boolean',
  Map: 'object',
  List: 'array',
} as const satisfies Record<Field['type'], string>;

/** Schema of the map that has these keys and no others. */
export function toJsonSchema(fields: Fields, version: string): JsonObject {
  const known = fieldsIn(fields, version);
  const required = known.filter(([, field]) => field.required === true).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(known.map(([name, field]) => [name, fieldSchema(field, version)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function fieldSchema(field: Field, version: string): JsonObject {
  const short = field.shortFor === undefined ? undefined : field.fields?.[field.shortFor];
  if (short === undefined) return fullSchema(field, version);
  const { description, ...full } = fullSchema(field, version);
  return { description: description ?? '', anyOf: [fullSchema(short, version), full] };
}

function fullSchema(field: Field, version: string): JsonObject {
  const nested =
    field.fields === undefined ? { type: jsonTypes[field.type] } : toJsonSchema(field.fields, version);
  const facets: Record<string, Json | undefined> = {
    description: field.description,
    default: field.default,
    enum: allowedWords(field, version),
    minimum: field.min,
    maximum: field.max,
    pattern: field.pattern?.regex.source,
    items: field.items === undefined ? undefined : fieldSchema(field.items, version),
    minItems: field.minItems,
  };
  return { ...nested, ...withoutUndefined(facets) };
}

function withoutUndefined(values: Record<string, Json | undefined>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}
