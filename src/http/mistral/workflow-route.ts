/** A route of the workflow API: one of the server's routes, in Mistral's words. */
import { z } from 'zod';
import { route, type AnswerDeclaration, type Route, type RouteDeclaration } from '../route.ts';
import { mistralDialect } from './mistral-dialect.ts';

type Own = 'tag' | 'dialect' | 'answers';
type WorkflowRoute<Query, Body> = Omit<RouteDeclaration<Query, Body>, Own> & {
  /** What is answered where nothing is wrong; without a schema there is no body. */
  readonly answer: readonly [status: number, schema?: z.ZodType];
  readonly tag?: string;
};

export function workflowRoute<Query = unknown, Body = unknown>({
  answer: [status, schema],
  ...declaration
}: WorkflowRoute<Query, Body>): Route {
  const answer: AnswerDeclaration = {
    description: descriptions[status] ?? '',
    ...(schema === undefined ? {} : { schema }),
  };
  return route<Query, Body>({
    tag: 'Workflow API (Mistral)',
    dialect: mistralDialect,
    ...declaration,
    answers: { [status]: answer },
  });
}

const descriptions: Readonly<Record<number, string>> = { 200: 'OK.', 201: 'Created.', 204: 'No Content.' };

/** The YAML of a definition. */
export const definitionText = {
  body: z.string().describe('The YAML of the definition.'),
  bodyType: 'text/plain',
} as const;

/** Query parameters of which each is a text. */
export function parameters<const Names extends readonly string[]>(
  ...names: Names
): z.ZodType<{ readonly [Name in Names[number]]?: string | undefined }> {
  return z.strictObject(
    Object.fromEntries(names.map((name) => [name, z.string().optional()])),
  ) as unknown as z.ZodType<{ readonly [Name in Names[number]]?: string | undefined }>;
}
