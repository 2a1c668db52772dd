/**
 * Microversions, as OpenStack has them: `OpenStack-API-Version: clustering 1.N`. The header may name several
 * services; absent (or for others only) means the oldest, so that old clients see what they know.
 */
import { CoppiceError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';

export const MICROVERSION_HEADER = 'openstack-api-version';
export const NEWEST_MINOR = 14;

export type Negotiated =
  | { readonly kind: 'version'; readonly minor: number }
  /** What Senlin answers as text. */
  | { readonly kind: 'malformed'; readonly text: string };

/** @throws CoppiceError `global-version-invalid` for a version outside the range. */
export function negotiate(header: string | undefined): Negotiated {
  const requested = versionFor('clustering', header);
  if (requested === undefined) return { kind: 'version', minor: 0 };
  if (requested.toLowerCase() === 'latest') return { kind: 'version', minor: NEWEST_MINOR };
  const match = /^([1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/.exec(requested);
  if (match === null) return { kind: 'malformed', text: malformed(requested) };
  if (match[1] === '1' && Number(match[2]) <= NEWEST_MINOR)
    return { kind: 'version', minor: Number(match[2]) };
  throw new CoppiceError(
    'global-version-invalid',
    `Version '${requested}' is not supported by the API. Minimum is '1.0' and maximum is '1.${NEWEST_MINOR}'.`,
  );
}

function versionFor(service: string, header: string | undefined): string | undefined {
  for (const part of header?.split(',') ?? []) {
    const [name, version] = part.trim().split(/\s+/);
    if (name?.toLowerCase() === service && version !== undefined) return version;
  }
  return undefined;
}

function malformed(requested: string): string {
  const shown = requested.slice(0, 50);
  return (
    '400 Bad Request\n\nThe server could not comply with the request since it is either malformed or otherwise incorrect.\n\n' +
    ` API Version String '${shown}' is of invalid format. It must be of format 'major.minor'.  `
  );
}

/** @throws CoppiceError `method-version-not-found` where the request is older than the endpoint. */
export function requireMinor(minor: number, since: number): void {
  if (minor >= since) return;
  throw new CoppiceError(
    'method-version-not-found',
    `API version '1.${minor}' is not supported on this method.`,
  );
}

/** What a field holds; nothing where the request is older than the field: Senlin does not look at it then. */
export function readSince<T>(minor: number, since: number, value: T): T | undefined {
  return minor >= since ? value : undefined;
}

/** @param since N of the first microversion 1.N, by key. */
export function withoutLaterKeys(
  minor: number,
  since: Readonly<Record<string, number>>,
  values: JsonObject,
): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter(([key]) => !Object.hasOwn(since, key) || minor >= (since[key] ?? 0)),
  );
}
