/** How Senlin's API words what is wrong, and writes its answers. */
import { z } from 'zod';
import { CoppiceError } from '../domain/errors.ts';
import { errorAnswer } from './error-answer.ts';
import { readJsonBody } from './json-body.ts';
import { isOptional, type ApiDialect, type Route } from './route.ts';
import { describeProblems, MALFORMED, type FieldLocation, type Problems } from './sentences.ts';
import { describeWholeBody } from './whole-body.ts';
import { errorShape } from './shapes/common.ts';
import { toSortedJson } from './sorted-json.ts';

export const clusteringDialect: ApiDialect = {
  readQuery(route, given) {
    refuseUnknownDryRun(route, given);
    return parse(route.query, given, { in: 'query', quoted: route.path === '/v1/clusters' });
  },

  readBody(route, text) {
    const rawBody =
      text === undefined ? undefined : readJsonBody(text, { mayRound: route.mayRound ?? false });
    if (rawBody === undefined) refuseWithoutObject(route, text ?? '');
    const body = parse(route.body, rawBody, { in: 'body', method: route.method });
    return { body, rawBody };
  },

  toText: toSortedJson,
  errorAnswer: (error) => errorAnswer(error),
  errorSchema: errorShape,
};

/** What a caller only wants to see beforehand must not be carried out. */
function refuseUnknownDryRun({ method, path, query }: Route, given: unknown): void {
  const isKnown = query instanceof z.ZodObject && Object.hasOwn(query.shape, 'dry_run');
  if (method === 'GET' || isKnown || !Object.hasOwn(given as object, 'dry_run')) return;
  const sentence = `dry_run: expected in an update of a cluster and in its actions, found in ${method} ${path}, which shows nothing beforehand`;
  throw new CoppiceError('bad-request', sentence);
}

/**
 * What is no object counts as no body, as in Senlin. An action without any body has a sentence of its own.
 */
function refuseWithoutObject(route: Route, text: string): void {
  const { body, documentedBody } = route;
  const needsOne = documentedBody !== undefined && !isOptional(documentedBody);
  if (body !== undefined || (needsOne && text.trim() !== ''))
    throw new CoppiceError('malformed-request', `${MALFORMED} ${describeWholeBody(route, text)}`, {
      senlinMessage: MALFORMED,
    });
}

function parse(schema: z.ZodType | undefined, value: unknown, place: FieldLocation): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw malformed(describeProblems(result.error, schema, place));
}

/** What is wrong, in Senlin's sentence and in our own. */
export function malformed({ sentence, detail, issues }: Problems): CoppiceError {
  return new CoppiceError('malformed-request', detail, {
    senlinMessage: sentence,
    details: { issues: issues.map((issue) => ({ ...issue })) },
  });
}
