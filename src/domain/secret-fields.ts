/**
 * Which values of a document are secret: those whose field says so (`secret` in `spec-schema.ts`). Here is
 * the one walk to them; encryption, decryption and what an answer shows all take it.
 */
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { isSealed } from './sealed.ts';
import type { Field, Fields } from './spec-schema.ts';

/** @param path where it stands: `admin_pass`, `personality[0].contents`. */
export type ReplaceSecret = (secret: Json, path: string) => Json;

/** @returns the same document where nothing in it is secret. */
export function mapSecrets(
  fields: Fields,
  document: JsonObject,
  replace: ReplaceSecret,
  prefix = '',
): JsonObject {
  let changed: Record<string, Json> | undefined;
  for (const [name, field] of Object.entries(fields)) {
    const value = Object.hasOwn(document, name) ? document[name] : undefined;
    if (value === undefined) continue;
    const mapped = mapSecret(field, value, replace, `${prefix}${name}`);
    if (mapped !== value) (changed ??= { ...document })[name] = mapped;
  }
  return changed ?? document;
}

function mapSecret(field: Field, value: Json, replace: ReplaceSecret, path: string): Json {
  if (field.secret === true) return isEmpty(value) ? value : replace(value, path);
  const { fields, values, items } = field;
  if (isJsonObject(value)) {
    const inner = fields ?? (values && Object.fromEntries(Object.keys(value).map((key) => [key, values])));
    return inner === undefined ? value : mapSecrets(inner, value, replace, `${path}.`);
  }
  if (items === undefined || !Array.isArray(value)) return value;
  const mapped = value.map((item: Json, index) => mapSecret(items, item, replace, `${path}[${index}]`));
  return mapped.some((item, index) => item !== value[index]) ? mapped : value;
}

/** There is nothing in it to hide. */
function isEmpty(value: Json): boolean {
  if (value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Whether it is secret, or something in it may be. */
export function holdsSecret({ secret, fields, values, items }: Field): boolean {
  if (secret === true) return true;
  const inner = [...Object.values(fields ?? {}), ...(values ? [values] : []), ...(items ? [items] : [])];
  return inner.some(holdsSecret);
}

/** `admin_pass`, `personality[].contents` */
export function secretPaths(fields: Fields, prefix = ''): string[] {
  return Object.entries(fields).flatMap(([name, field]) => pathsIn(field, `${prefix}${name}`));
}

function pathsIn({ secret, fields, values, items }: Field, path: string): string[] {
  if (secret === true) return [path];
  return [
    ...secretPaths(fields ?? {}, `${path}.`),
    ...(values ? pathsIn(values, `${path}.*`) : []),
    ...(items ? pathsIn(items, `${path}[]`) : []),
  ];
}

/** @throws Error where a secret is still encrypted: what is read from it would be wrong. */
export function requireDecrypted(fields: Fields, document: JsonObject): void {
  mapSecrets(fields, document, (secret, path) => {
    if (isSealed(secret)) throw new Error(`${path} is read without being decrypted`);
    return secret;
  });
}
