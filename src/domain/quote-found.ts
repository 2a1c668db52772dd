/**
 * How an error shows the value that it found. An error goes into answers, logs and tickets, so that a value
 * that may be secret is described and never quoted: judged by its place or name, where no field declares it
 * (`secret-fields.ts`).
 */
import { quoteValue } from './errors.ts';

/** Whatever stands here or below it: environments, data of workflows, requests and their headers. */
const secretPlaces: ReadonlySet<string> = new Set([
  'auth',
  'body',
  'context',
  'cookies',
  'env',
  'environment',
  'headers',
  'input',
  'inputs',
  'json',
  'variables',
  'vars',
]);

/** Whole documents, where one stands in the wrong form: a list, or its text. */
const documents: ReadonlySet<string> = new Set(['definition', 'properties', 'spec', 'template']);

/** `admin_pass`, `application_credential_secret`, `apiToken`, `Authorization` */
const secretName = /(?:pass|passwd|password|secret|token|key|credential|authorization)s?$/i;
/** The name of a key pair or of a label is no secret. */
const openNames: ReadonlySet<string> = new Set(['key', 'keys', 'key_name', 'sort_key', 'sort_keys']);

/** @param field path from the top of the document: `networks[0].port`, `env.TOKEN`. */
export function mayBeSecret(field: string): boolean {
  const steps = field.split(/[.[\]]/).filter((step) => step !== '');
  if (documents.has(steps.at(-1) ?? '')) return true;
  return steps.some(
    (step) => secretPlaces.has(step.toLowerCase()) || (secretName.test(step) && !openNames.has(step)),
  );
}

export function quoteFound(field: string, value: unknown): string {
  return mayBeSecret(field) ? describeShape(value) : quoteValue(value);
}

/** What kind of value it is, and nothing of what it holds: `a text`, `a list of 3`. */
export function describeShape(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'a text';
  if (typeof value === 'number' || typeof value === 'boolean') return `a ${typeof value}`;
  if (Array.isArray(value) || value === undefined || value === null) return quoteValue(value);
  return Object.keys(value).length === 0 ? 'an empty map' : 'a map';
}
