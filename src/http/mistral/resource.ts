/**
 * What the API shows of a thing is declared once: each field with its schema and what it is read from. The
 * schema is for `openapi.json` and holds the answers of the tests; a field that shows something else than its
 * schema does not compile.
 */
import { z } from 'zod';

export type ResourceField<Source, Schema extends z.ZodType> = readonly [
  schema: Schema,
  read: (source: Source) => z.input<Schema>,
];

type Shape = Readonly<Record<string, z.ZodType>>;

export type ResourceFields<Source, Own extends Shape> = {
  readonly [Name in keyof Own]: ResourceField<Source, Own[Name]>;
};

export interface MistralResource<Source, Own extends Shape = Shape> {
  readonly schema: z.ZodObject<Own, z.core.$strict>;
  readonly fields: ResourceFields<Source, Own>;
  readonly names: readonly string[];
  show(source: Source): Shown<Own>;
}

export type Shown<Own extends Shape> = { [Name in keyof Own]: z.input<Own[Name]> };

/** `resource<Source>()('Name in OpenAPI', {id: [text, (source) => source.id], ...})` */
export function resource<Source>() {
  return <Own extends Shape>(
    id: string,
    fields: ResourceFields<Source, Own>,
  ): MistralResource<Source, Own> => {
    const entries = Object.entries<ResourceField<Source, z.ZodType>>(fields as ResourceFields<Source, Shape>);
    const schemas = Object.fromEntries(entries.map(([name, [schema]]) => [name, schema])) as Own;
    return {
      schema: z.strictObject(schemas).meta({ id }),
      fields,
      names: Object.keys(fields),
      show: (source) =>
        Object.fromEntries(entries.map(([name, [, read]]) => [name, read(source)])) as Shown<Own>,
    };
  };
}

/** A field on its own, to be used in several resources. */
export function field<Source, Schema extends z.ZodType>(
  schema: Schema,
  read: (source: Source) => z.input<Schema>,
): ResourceField<Source, Schema> {
  return [schema, read];
}

/** `{"executions": [...], "next": url}`; `fields` may cut what is shown of each. */
export function listSchema(name: string, item: z.ZodObject): z.ZodType {
  return z.strictObject({
    [name]: z.array(item.partial()),
    next: z.string().describe('URL of the next page, where there may be one.').optional(),
  });
}
