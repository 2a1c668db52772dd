/** JSON Schema of the outside of a policy: `{type, version, properties}`; what is inside is the type's. */
import type { JsonObject } from '../domain/json.ts';

export const jsonSchemaDialect = 'https://json-schema.org/draft/2020-12/schema';

/** Of the whole document, in one version. @param properties the schema of its `properties`. */
export function documentSchema(name: string, version: string, properties: JsonObject): JsonObject {
  const outside = documentOutside(name, [version]);
  return {
    $schema: jsonSchemaDialect,
    title: `${name} ${version}`,
    ...outside,
    properties: { ...outside.properties, properties },
  };
}

/** Without `properties`. */
export function documentOutside(
  name: string,
  versions: readonly string[],
): JsonObject & { readonly properties: JsonObject } {
  return {
    type: 'object',
    required: ['type', 'version', 'properties'],
    additionalProperties: false,
    properties: {
      type: { const: name },
      version: versionSchema(versions),
      description: { description: "The author's own words; kept as they are." },
    },
  };
}

/** YAML reads an unquoted version as a number. */
export function versionSchema(versions: readonly string[]): JsonObject {
  return { enum: [...versions, ...versions.map(Number)] };
}
