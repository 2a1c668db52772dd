/**
 * How Mistral's API words what is wrong, and writes its answers. There are two forms of errors, as Mistral's
 * clients expect them: resources that speak JSON say `faultcode`, `faultstring` and `debuginfo`, those that
 * take text say `faultstring` alone.
 */
import { z } from 'zod';
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { readJsonBody } from '../json-body.ts';
import { badRequest } from '../../requests/workflows/workflow-tools.ts';
import type { ApiDialect, Route } from '../route.ts';
import { joinSentences } from '../sentences.ts';
import { describeWholeBody } from '../whole-body.ts';
import { invalid } from './wire-fields.ts';

const faultSchema = z
  .strictObject({
    faultstring: z.string(),
    faultcode: z.enum(['Client', 'Server']).optional(),
    debuginfo: z.null().optional(),
  })
  .meta({ id: 'Fault' });

export const mistralDialect: ApiDialect = {
  readQuery({ query = z.strictObject({}) }, given) {
    const result = query.safeParse(eachOnce(given as Readonly<Record<string, string | string[]>>));
    if (result.success) return result.data;
    const sentences = result.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => `Unknown argument: "${key.slice(0, 100)}"`)
        : [`${issue.path.join('.')}: ${issue.message}`],
    );
    throw badRequest(joinSentences(sentences));
  },

  readBody(route, text = '') {
    if (route.bodyType !== undefined || route.body === undefined) return { body: text, rawBody: undefined };
    const rawBody = readJson(route, text);
    const result = route.body.safeParse(rawBody, { reportInput: true });
    if (result.success) return { body: result.data, rawBody };
    throw badRequest(joinSentences(sentencesOf(result.error.issues, route)));
  },

  toText: (body) => JSON.stringify(body),

  errorAnswer(error, route) {
    const status = error.code === 'operation-failed' ? 500 : error.status;
    const faultstring = error.message;
    if (route?.bodyType === 'text/plain') return { status, body: { faultstring } };
    return {
      status,
      body: { debuginfo: null, faultcode: status < 500 ? 'Client' : 'Server', faultstring },
    };
  },

  errorSchema: faultSchema,
};

/** Every parameter once; the last one wins. */
function eachOnce(given: Readonly<Record<string, string | string[]>>): Record<string, string | undefined> {
  const named = Object.entries(given).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : value.at(-1),
  ]);
  return Object.fromEntries(named) as Record<string, string | undefined>;
}

const notJson = 'Request is not in valid JSON format.';

function readJson(route: Route, text: string): JsonObject {
  const json = parsed(text);
  if (json === undefined) throw badRequest(`${notJson} ${describeWholeBody(route, text)}`);
  return json;
}

function parsed(text: string): JsonObject | undefined {
  try {
    // The input of a workflow is data, which is not checked value by value.
    return readJsonBody(text, { mostValues: Infinity, notJson: `${notJson} ` });
  } catch (error) {
    if (error instanceof CoppiceError) throw badRequest(error.message);
    throw error;
  }
}

/** Unknown fields first: another one was meant. */
function sentencesOf(issues: readonly z.core.$ZodIssue[], { bodyName = 'body' }: Route): string[] {
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  return [
    ...unknown.map((key) => `Unknown attribute for argument ${bodyName}: ${key.slice(0, 100)}`),
    ...issues.filter(({ code }) => code !== 'unrecognized_keys').map(sentenceOf),
  ];
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  const field = issue.path.join('.');
  if (issue.code === 'custom') return issue.message;
  if (issue.input === undefined) return `Missing argument: '${field}'`;
  return `${invalid(field, issue.input)} Expected ${expectedOf(issue)}.`;
}

const words: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  number: 'a number',
};

function expectedOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union') return 'an object, or its JSON text';
  return issue.code === 'invalid_type' ? (words[issue.expected] ?? issue.expected) : issue.message;
}
