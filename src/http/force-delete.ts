/** `force` of a deletion: in the query, or in the body as openstackclient sends it. */
import { z } from 'zod';
import type { JsonObject } from '../domain/json.ts';
import { parseParameters } from './action-parameters.ts';
import { booleanField, last, optional } from './fields.ts';

/** The first microversion that knows it; below it is ignored, as in Senlin. */
const FORCE_SINCE = 8;

const given = booleanField('query-boolean');

export const forceQuery = z.object({
  force: last(given).describe('Do not wait for what runs to end. From microversion 1.8.'),
});

const sent = z.looseObject({ force: optional(given) });

export const forceBody = sent.optional();

/** @throws CoppiceError `malformed-request` */
export function isForced(request: {
  readonly query: { readonly force?: boolean | undefined };
  readonly rawBody: JsonObject | undefined;
  readonly minor: number;
}): boolean {
  const { query, rawBody, minor } = request;
  const { force = parseParameters(sent, rawBody ?? {}).force } = query;
  return force === true && minor >= FORCE_SINCE;
}
