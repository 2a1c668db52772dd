/**
 * Values of the shape that a JSON Schema asks for, of which some are something else: a request that is wrong
 * in one place gets further than one that is wrong everywhere.
 */
import fc from 'fast-check';

/** What of JSON Schema openapi.json uses for bodies. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Parts {
  /** Names, and texts that are none. */
  readonly word: fc.Arbitrary<string>;
  /** Anything. */
  readonly odd: fc.Arbitrary<unknown>;
  /** What fits a key, whatever its schema says: a spec. */
  readonly known: Readonly<Record<string, readonly unknown[]>>;
}

export function valueOf(schema: Schema, parts: Parts): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 24, arbitrary: rightValue(schema, parts) }, { weight: 1, arbitrary: parts.odd });
}

function rightValue(schema: Schema, parts: Parts): fc.Arbitrary<unknown> {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((one) => valueOf(one, parts)));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (Array.isArray(schema.type))
    return fc.oneof(
      ...(schema.type as readonly string[]).map((type) => rightValue({ ...schema, type }, parts)),
    );
  return typeof schema.type === 'string' ? ofType(schema.type, schema, parts) : parts.odd;
}

function ofType(type: string, schema: Schema, parts: Parts): fc.Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return parts.word;
    case 'integer':
    case 'number': {
      const min = schema.minimum ?? -2;
      return fc.integer({ min, max: Math.min(schema.maximum ?? min + 8, min + 8) });
    }
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valueOf(schema.items ?? {}, parts), { maxLength: 3 });
    case 'object':
      return mapOf(schema, parts);
    default:
      return parts.odd;
  }
}

function mapOf(schema: Schema, parts: Parts): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties: others } = schema;
  const fields = Object.entries(properties).map(([key, property]) => {
    const { [key]: known } = parts.known;
    const shaped = valueOf(property, parts);
    const value =
      known === undefined ? shaped : fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...known) }, shaped);
    const isThere = { weight: required.includes(key) ? 60 : 1, arbitrary: fc.constant(true) };
    return fc
      .tuple(fc.oneof(isThere, { weight: 2, arbitrary: fc.constant(false) }), value)
      .map(([given, one]) => (given ? [[key, one] as const] : []));
  });
  const more =
    others === undefined || others === false
      ? fc.constant({})
      : fc.dictionary(parts.word, typeof others === 'object' ? valueOf(others, parts) : parts.odd, {
          maxKeys: 2,
        });
  return fc
    .tuple(fc.tuple(...fields), more)
    .map(([given, added]) => ({ ...added, ...Object.fromEntries(given.flat()) }));
}
