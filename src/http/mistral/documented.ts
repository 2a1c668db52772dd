/** What `openapi.json` says of a route of Mistral's API. */
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { DocumentedRoute } from '../openapi.ts';
import type { MistralRoute } from './mistral-route.ts';
import { faultSchema } from './schemas.ts';

export function documentedRoute(route: MistralRoute): DocumentedRoute {
  const { method, path, summary, takes, query = [], answers } = route;
  const { status, schema } = answers;
  const description = `${STATUS_CODES[status] ?? ''}.`;
  return {
    method,
    path,
    summary,
    tag: 'Workflow API (Mistral)',
    role: 'member',
    ...(query.length === 0 ? {} : { query: queryOf(query) }),
    ...bodyOf(takes),
    answers: { [status]: { description, ...(schema === undefined ? {} : { schema }) } },
    error: faultSchema,
  };
}

function queryOf(names: readonly string[]): z.ZodType {
  return z.object(Object.fromEntries(names.map((name) => [name, z.string().optional()])));
}

function bodyOf(takes: MistralRoute['takes']): Pick<DocumentedRoute, 'body' | 'bodyType'> {
  if (takes === undefined) return {};
  if (takes !== 'text') return { body: takes.schema };
  return { body: z.string().describe('The YAML of the definition.'), bodyType: 'text/plain' };
}
