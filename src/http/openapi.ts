/** OpenAPI 3.1 from the declarations of the routes; committed as `openapi.json` by `npm run generate`. */
import { ruleOf, type AccessRule } from '../authentication/access-rules.ts';
import { z } from 'zod';
import { isOptional, type Route } from './route.ts';
import { dialectOf } from './run-route.ts';

type Schema = Record<string, unknown>;

export function toOpenApi(routes: readonly Route[]): object {
  const components: Schema = {};
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const methods = (paths[route.path] ??= {});
    methods[route.method.toLowerCase()] = operation(route, components);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Coppice',
      version: '1.14',
      description:
        "The API of OpenStack Senlin (clustering v1, microversions 1.0 to 1.14), OpenStack Mistral's (workflow v2), and Coppice's own: " +
        'recoveries, the stream of events, health and metrics. The microversion of clustering is requested with the header ' +
        '`OpenStack-API-Version: clustering 1.14`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:8777' }],
    paths,
    components: { schemas: sortedByKey(components) },
  };
}

function operation(route: Route, components: Schema): object {
  const since = route.since === undefined ? '' : ` From microversion 1.${route.since}.`;
  const body = route.body ?? route.documentedBody;
  return {
    summary: route.summary,
    operationId: operationId(route.method, route.path),
    tags: [route.tag],
    description: `${roleInWords(ruleOf(route))}${since}`,
    parameters: [...pathParameters(route.path), ...queryParameters(route, components)],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !isOptional(body),
            ...content(toSchema(body, 'input', components), route.bodyType),
          },
        }),
    responses: responses(route, components),
  };
}

function roleInWords({ name, role }: AccessRule): string {
  return role === 'public' ? 'Needs no token.' : `Needs the role ${role} (rule ${name}).`;
}

function operationId(method: string, path: string): string {
  const words = path.replaceAll(/[{}]/g, '').split(/[^a-zA-Z0-9]+/);
  return (
    [method.toLowerCase(), ...words.filter((word) => word !== '')].join('_') +
    (path.length > 1 && path.endsWith('/') ? '_' : '')
  );
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(route: Route, components: Schema): object[] {
  if (route.query === undefined) return [];
  const { properties = {} } = toSchema(route.query, 'input', components) as {
    properties?: Record<string, Schema>;
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function responses(route: Route, components: Schema): object {
  const declared = Object.entries(route.answers).map(([status, { description, schema, contentType }]) => {
    const body =
      schema === undefined ? contentType && { type: 'string' } : toSchema(schema, 'output', components);
    const headers = status === '202' ? { headers: { Location: location } } : {};
    return [status, { description, ...headers, ...(body ? content(body, contentType) : {}) }];
  });
  const error = content(toSchema(dialectOf(route).errorSchema, 'output', components));
  return { ...Object.fromEntries(declared), default: { description: 'What is wrong.', ...error } };
}

const location = { description: 'The action that does it.', schema: { type: 'string', format: 'uri' } };

function content(schema: object, contentType = 'application/json'): { content: object } {
  return { content: { [contentType]: { schema } } };
}

/** The schema, its named parts moved to the document's components. */
function toSchema(schema: z.ZodType, io: 'input' | 'output', components: Schema): Schema {
  const { $schema: _, $defs: parts = {}, ...result } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  for (const [name, part] of Object.entries(parts)) components[name] ??= referringToComponents(part);
  return referringToComponents(result);
}

function referringToComponents(schema: object): Schema {
  const { id: _, ...rest } = JSON.parse(
    JSON.stringify(schema).replaceAll('#/$defs/', '#/components/schemas/'),
  ) as Schema;
  return rest;
}

function sortedByKey(schemas: Schema): Schema {
  return Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
