/**
 * TypeScript types of the API, written from `openapi.json`'s document into `src/client/api-types.ts`: one
 * entry in `Schemas` for each named schema, one in `Operations` for each method and path. openapi-typescript
 * does the same, but drives the compiler through the JavaScript API that TypeScript 7 no longer has.
 *
 * Not covered, because no route needs it: `allOf`, `not`, discriminators, header and cookie parameters.
 */
type Schema = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly schema: Schema;
}

interface DocumentedOperation {
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content>>;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

function head(types: string): string {
  const used = ['Json', 'JsonObject'].filter((name) => new RegExp(`\\b${name}\\b`).test(types));
  return `/**
 * Generated from openapi.json by \`npm run generate\`: do not edit.
 * \`Schemas\`: the objects of the API. \`Operations\`: what each request takes and answers.
 */
import type { ${used.join(', ')} } from '../domain/json.ts';
`;
}

export function apiTypes(document: OpenApiDocument): string {
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) => `${comment(schema, 1)}  readonly ${name}: ${typeOf(schema, 1)};\n`,
  );
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) =>
        `  /** ${operation.summary} */\n  readonly '${method.toUpperCase()} ${path}': ${operationType(operation)};\n`,
    ),
  );
  const types = `export interface Schemas {\n${schemas.join('')}}\n\nexport interface Operations {\n${operations.join('')}}\n`;
  return `${head(types)}\n${types}`;
}

function operationType({ parameters, requestBody, responses }: DocumentedOperation): string {
  const ofPath = parameters.filter((parameter) => parameter.in === 'path');
  const ofQuery = parameters.filter((parameter) => parameter.in === 'query');
  const success = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1];
  const members = [
    `readonly path: ${mapOf(ofPath, ({ name, schema }) => `${key(name)}: ${typeOf(schema, 3)}`)};`,
    // What is undefined is not sent.
    `readonly query: ${mapOf(ofQuery, ({ name, schema }) => `${key(name)}?: ${typeOf(schema, 3)} | undefined`)};`,
    `readonly body: ${bodyType(requestBody)};`,
    `readonly answer: ${contentType(success)};`,
  ];
  return `{\n${members.map((member) => `    ${member}\n`).join('')}  }`;
}

function mapOf(parameters: readonly Parameter[], member: (parameter: Parameter) => string): string {
  if (parameters.length === 0) return '{}';
  const members = parameters.map((parameter) => `${indent(3)}readonly ${member(parameter)};\n`);
  return `{\n${members.join('')}${indent(2)}}`;
}

/** With `undefined` where it may be left out. */
function bodyType(body: DocumentedOperation['requestBody']): string {
  return contentType(body) + (body?.required === false ? ' | undefined' : '');
}

/** `undefined`: there is no body, or it is no JSON (`string` for text). */
function contentType(content: Content | undefined): string {
  const [type] = Object.values(content?.content ?? {});
  return type === undefined ? 'undefined' : typeOf(type.schema, 2);
}

function typeOf(schema: Schema, depth: number): string {
  const { $ref, anyOf, oneOf, type } = schema;
  if (typeof $ref === 'string') return `Schemas['${$ref.slice($ref.lastIndexOf('/') + 1)}']`;
  if ('const' in schema) return literal(schema['const']);
  if (Array.isArray(schema['enum'])) return union(schema['enum'].map(literal));
  const alternatives = (anyOf ?? oneOf) as readonly Schema[] | undefined;
  if (alternatives !== undefined) return union(alternatives.map((each) => typeOf(each, depth)));
  if (Array.isArray(type)) return union(type.map((each) => typeOf({ ...schema, type: each }, depth)));
  switch (type) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array':
      return arrayType(schema, depth);
    case 'object':
      return objectType(schema, depth);
    case undefined:
      return 'Json';
    default:
      throw new Error(`expected a schema with a type that TypeScript has, found ${JSON.stringify(schema)}`);
  }
}

function arrayType({ items }: Schema, depth: number): string {
  const item = typeOf((items ?? {}) as Schema, depth);
  return / [|] /.test(item) && !item.startsWith('{') ? `readonly (${item})[]` : `readonly ${item}[]`;
}

function objectType(schema: Schema, depth: number): string {
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, Schema>>);
  const rest = schema['additionalProperties'];
  if (properties.length === 0) {
    const isClosed = rest === false;
    const isTyped = typeof rest === 'object' && rest !== null && Object.keys(rest).length > 0;
    if (isTyped) return `{ readonly [key: string]: ${typeOf(rest as Schema, depth)} }`;
    return isClosed ? '{ readonly [key: string]: never }' : 'JsonObject';
  }
  const required = new Set((schema['required'] ?? []) as readonly string[]);
  const members = properties.map(([name, property]) => {
    const optional = required.has(name) ? '' : '?';
    return `${comment(property, depth + 1)}${indent(depth + 1)}readonly ${key(name)}${optional}: ${typeOf(property, depth + 1)};\n`;
  });
  return `{\n${members.join('')}${indent(depth)}}`;
}

function comment({ description }: Schema, depth: number): string {
  return typeof description === 'string'
    ? `${indent(depth)}/** ${description.replaceAll('*/', '* /')} */\n`
    : '';
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ');
}

function literal(value: unknown): string {
  return typeof value === 'string'
    ? `'${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`
    : JSON.stringify(value);
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : literal(name);
}

function indent(depth: number): string {
  return '  '.repeat(depth);
}
