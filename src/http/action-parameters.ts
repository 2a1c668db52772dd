/** The body of `.../actions`: one key, the action, and its parameters. */
import type { z } from 'zod';
import { didYouMean } from '../domain/did-you-mean.ts';
import { CoppiceError, type Issue } from '../domain/errors.ts';
import { MOST_ISSUES } from '../domain/issue-list.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { RecoverRequest } from '../requests/recover-inputs.ts';
import { booleanField, withoutUndefined, mapField, optional, textField } from './fields.ts';
import { malformed } from './clustering-dialect.ts';
import { describeProblems, type Problems } from './sentences.ts';

/** The sentences of Senlin for what is no map of one key: those of clusters and nodes differ. */
interface Sentences {
  readonly end: '' | '.';
  readonly notMap: string;
}

const ofClusters: Sentences = { end: '', notMap: 'The data provided is not a map' };
const ofNodes: Sentences = { end: '.', notMap: 'The params provided is not a map.' };

export function readActionBody(
  body: JsonObject | undefined,
  on: 'cluster' | 'node',
): [name: string, JsonObject] {
  return readOnly(body, 'action', on === 'cluster' ? ofClusters : ofNodes);
}

/** The body of `.../ops`: one key, the operation. */
export function readOperation(
  body: JsonObject | undefined,
  on: 'cluster' | 'node',
): [name: string, JsonObject] {
  const sentences = on === 'cluster' ? ofClusters : { ...ofNodes, notMap: 'The data provided is not a map.' };
  return readOnly(body, 'operation', sentences);
}

function readOnly(
  body: JsonObject | undefined,
  what: 'action' | 'operation',
  { end, notMap }: Sentences,
): [name: string, JsonObject] {
  const [first, second] = Object.entries(body ?? {});
  if (first === undefined) throw refused(`No ${what} specified${end}`);
  if (second !== undefined) throw refused(`Multiple ${what}s specified${end}`);
  const [name, parameters] = first;
  if (!isJsonObject(parameters)) throw refused(notMap);
  return [name, parameters];
}

export function unknownAction(name: string): CoppiceError {
  return refused(`Unrecognized action '${name.slice(0, 100)}' specified`);
}

function refused(sentence: string): CoppiceError {
  return new CoppiceError('malformed-request', sentence);
}

/** Parameters whose values are right, and how they are refused if others than those are there. */
export interface ReadParameters<T> {
  readonly values: T;
  /** Senlin looks for the object before it refuses a parameter that it does not know. */
  readonly refuseUnknown: () => void;
}

/** @throws CoppiceError `malformed-request` for a wrong value. */
export function readParameters<T>(schema: z.ZodType<T>, parameters: JsonObject): ReadParameters<T> {
  const result = schema.safeParse(parameters, { reportInput: true });
  if (result.success) return { values: result.data, refuseUnknown: () => undefined };
  const { issues } = result.error;
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  const others = issues.filter((issue) => issue.code !== 'unrecognized_keys');
  const problems = describeProblems({ issues }, schema, inBody);
  if (others.length > 0) {
    const { sentence } = describeProblems({ issues: others }, schema, inBody);
    throw malformed({ ...problems, sentence });
  }
  const known = Object.fromEntries(Object.entries(parameters).filter(([key]) => !unknown.includes(key)));
  return { values: schema.parse(known), refuseUnknown: () => refuseUnknown(unknown, problems) };
}

const inBody = { in: 'body', method: 'POST' } as const;

function refuseUnknown(unknown: readonly string[], { issues }: Problems): never {
  const names = unknown.map((key) => `'${key.slice(0, 100)}'`).join(', ');
  const hints = issues.flatMap(({ hint }) => hint ?? []);
  const hinted = hints.length === 0 ? '' : ` (${hints.join(' ')})`;
  const senlinMessage = `Action parameter [${names}] is not recognizable.`;
  throw new CoppiceError('bad-request', senlinMessage + hinted, {
    senlinMessage,
    details: { issues: issues.map((issue) => ({ ...issue })) },
  });
}

/** @throws CoppiceError `malformed-request`, or `bad-request` for a parameter that does not exist. */
export function parseParameters<T>(schema: z.ZodType<T>, parameters: JsonObject): T {
  const { values, refuseUnknown: check } = readParameters(schema, parameters);
  check();
  return values;
}

/**
 * Of what a caller sends who does not know the action: a monitoring system (Aodh, Alertmanager) posts its
 * whole alarm to the URL of a webhook.
 * @returns what the action takes, and keys beside it that are probably its parameters, misspelled.
 */
export function onlyKnown(
  schema: z.ZodObject,
  sent: JsonObject,
): { readonly known: JsonObject; readonly misspelled: Issue[] } {
  const names = Object.keys(schema.shape);
  const others = Object.keys(sent).filter((key) => !names.includes(key));
  return {
    known: Object.fromEntries(Object.entries(sent).filter(([key]) => names.includes(key))),
    misspelled: others.slice(0, MOST_ISSUES).flatMap((key) => {
      const hint = didYouMean(key, names);
      if (hint === undefined) return [];
      const expected = `one of ${names.join(', ')}`;
      return [{ field: key.slice(0, 100), expected, found: 'an unknown key, which was ignored', hint }];
    }),
  };
}

export const recoverParameters = {
  operation: optional(textField()),
  operation_params: optional(mapField()),
  check: optional(booleanField()),
};

export function readRecoverRequest(requested: {
  readonly operation: string | undefined;
  readonly operation_params: JsonObject | undefined;
  readonly check: boolean | undefined;
}): RecoverRequest {
  const { operation, operation_params: operationParams, check } = requested;
  return withoutUndefined({ operation, operationParams, check });
}
