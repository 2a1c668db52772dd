/** The body of `.../actions`: one key, the action, and its parameters. */
import type { z } from 'zod';
import { CoppiceError } from '../domain/errors.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { RecoverRequest } from '../requests/recover-inputs.ts';
import { booleanField, defined, mapField, optional, textField } from './fields.ts';
import { describeProblems } from './sentences.ts';

/** @param end how the sentences end: Senlin's differ between clusters and nodes. */
export function readAction(body: JsonObject | undefined, end: '' | '.'): [name: string, JsonObject] {
  return readOnly(body, 'action', end);
}

/** The body of `.../ops`: one key, the operation. */
export function readOperation(body: JsonObject | undefined, end: '' | '.'): [name: string, JsonObject] {
  return readOnly(body, 'operation', end);
}

function readOnly(
  body: JsonObject | undefined,
  what: 'action' | 'operation',
  end: '' | '.',
): [name: string, JsonObject] {
  const [first, second] = Object.entries(body ?? {});
  if (first === undefined) throw malformed(`No ${what} specified${end}`);
  if (second !== undefined) throw malformed(`Multiple ${what}s specified${end}`);
  const [name, parameters] = first;
  if (!isJsonObject(parameters)) throw malformed(`The data provided is not a map${end}`);
  return [name, parameters];
}

export function unknownAction(name: string): CoppiceError {
  return malformed(`Unrecognized action '${name.slice(0, 100)}' specified`);
}

function malformed(sentence: string): CoppiceError {
  return new CoppiceError('malformed-request', sentence);
}

/**
 * @throws CoppiceError `bad-request` for a parameter that does not exist, `malformed-request` for a wrong
 * value.
 */
export function parseParameters<T>(schema: z.ZodType<T>, parameters: JsonObject): T {
  const result = schema.safeParse(parameters, { reportInput: true });
  if (result.success) return result.data;
  const { sentence, issues } = describeProblems(result.error, schema, { in: 'body', method: 'POST' });
  const details = { issues: issues.map((issue) => ({ ...issue })) };
  const unknown = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys : [],
  );
  if (unknown.length === 0) throw new CoppiceError('malformed-request', sentence, { details });
  const names = unknown.map((key) => `'${key.slice(0, 100)}'`).join(', ');
  const hints = issues.flatMap(({ hint }) => hint ?? []);
  const hinted = hints.length === 0 ? '' : ` (${hints.join(' ')})`;
  const others = result.error.issues.filter((issue) => issue.code !== 'unrecognized_keys');
  const also =
    others.length === 0
      ? ''
      : ` ${describeProblems({ issues: others }, schema, { in: 'body', method: 'POST' }).sentence}`;
  throw new CoppiceError('bad-request', `Action parameter [${names}] is not recognizable.${hinted}${also}`, {
    details,
  });
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
  return defined({ operation, operationParams, check });
}
