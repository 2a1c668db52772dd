/**
 * Values that rest encrypted: in the database, and in all that is read from it, such a value is a map with
 * one key. Only what uses it opens it (`store/secret-box.ts`).
 */
import { isJsonObject, type Json, type JsonObject } from './json.ts';

const key = '$secret';
/** How each text of a `SecretBox` begins. A user may have written such a map with another text. */
const form = /^v\d+\.[0-9a-f]{8}\./;

/** How a text that holds one can be found. */
export const sealedMark = `"${key}":`;

export interface Sealed extends JsonObject {
  readonly [key]: string;
}

export function toSealed(text: string): Sealed {
  return { [key]: text };
}

/** What `toSealed` was given; null: it is something else. */
export function sealedText(value: Json | undefined): string | null {
  if (!isJsonObject(value)) return null;
  const { [key]: text, ...others } = value;
  return typeof text === 'string' && form.test(text) && Object.keys(others).length === 0 ? text : null;
}

export function isSealed(value: Json | undefined): boolean {
  return sealedText(value) !== null;
}

/** Every sealed value within `value`, replaced. */
export function mapSealed(value: Json, replace: (text: string) => Json): Json {
  const text = sealedText(value);
  if (text !== null) return replace(text);
  if (Array.isArray(value)) return value.map((each: Json) => mapSealed(each, replace));
  return isJsonObject(value) ? mapSealedIn(value, replace) : value;
}

export function mapSealedIn(value: JsonObject, replace: (text: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapSealed(each, replace)]));
}

/** As it is shown, and kept once nothing needs it any more. */
export const hiddenValue = '***';
