/** `find(**kwargs)` and `findall(**kwargs)`: of all that a list has those whose attributes are equal. */
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { isStatus } from '../cloud-error.ts';
import { MethodFailure, type MethodArguments, type CalledService, type MethodCall } from './client-method.ts';
import { isGiven, pathOf, partOf, type Query } from './requests.ts';

export interface Found {
  /** Of one: `Server`, as its class is named. */
  readonly noun: string;
  /** With all attributes: `/servers/detail`. */
  readonly path: string;
  readonly key: string;
  /** Of one by its id: asked for where an id is looked for. */
  readonly one: { readonly path: string; readonly key: string } | undefined;
  /** What the service can look for itself, which must not leave out any. */
  readonly query?: (wanted: MethodArguments) => Query;
  /** MethodArguments that are for the service only. */
  readonly options?: readonly string[];
}

export function findMatching(found: Found): MethodCall {
  return async (wanted, service) => await matching(found, wanted, service);
}

/** @returns the only one. */
export function find(found: Found): MethodCall {
  return async (wanted, service) => {
    const [first, ...others] = await matching(found, wanted, service);
    if (first !== undefined && others.length === 0) return first;
    const what = `${found.noun} matching ${described(wanted)}`;
    throw new MethodFailure(
      first === undefined
        ? `No ${what}. (HTTP 404)`
        : `There are ${others.length + 1} ${what}: expected one (NoUniqueMatch).`,
    );
  };
}

async function matching(
  found: Found,
  wanted: MethodArguments,
  service: CalledService,
): Promise<JsonObject[]> {
  const { options = [] } = found;
  const attributes = Object.entries(wanted).filter(([name]) => !options.includes(name));
  const listed = (await candidates(found, wanted, service)).filter(isJsonObject);
  const equal = listed.filter((object) => attributes.every(([name, value]) => isEqual(object[name], value)));
  return found.one === undefined || !('name' in wanted) ? equal : await shown(found.one, equal, service);
}

/** What is found by its name is given as it is shown alone, as in Python's clients. */
async function shown(
  one: NonNullable<Found['one']>,
  listed: readonly JsonObject[],
  service: CalledService,
): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  for (const { id = null } of listed) all.push(...(await objectsAt(one, { id }, service)));
  return all;
}

/** One, or none. */
async function objectsAt(
  { path, key }: NonNullable<Found['one']>,
  given: MethodArguments,
  service: CalledService,
): Promise<JsonObject[]> {
  try {
    const { body } = await service.request({ method: 'GET', path: pathOf(path, given) });
    return [partOf(body, key)].filter(isJsonObject);
  } catch (error) {
    if (isStatus(error, 404)) return [];
    throw error;
  }
}

/** An attribute that is not there is equal to nothing, not even to null. */
function isEqual(value: Json | undefined, wanted: Json | undefined): boolean {
  return value !== undefined && isDeepStrictEqual(value, wanted);
}

async function candidates(
  { one, path, key, query }: Found,
  wanted: MethodArguments,
  service: CalledService,
): Promise<readonly Json[]> {
  if (one !== undefined && typeof wanted['id'] === 'string' && isGiven(wanted['id']))
    return await objectsAt(one, wanted, service);
  return await allOf(path, key, query?.(wanted) ?? {}, service);
}

/** A list with all its pages, where the service says that there is another one. */
export async function allOf(
  path: string,
  key: string,
  query: Query,
  service: CalledService,
): Promise<Json[]> {
  const all: Json[] = [];
  for (let marker: string | undefined; ;) {
    const asked = marker === undefined ? query : { ...query, marker };
    const { body } = await service.request({ method: 'GET', path, query: asked });
    const listed = partOf(body, key);
    if (Array.isArray(listed)) all.push(...listed);
    marker = nextMarker(body, key);
    if (marker === undefined) return all;
  }
}

/** Nova's and Cinder's form: `servers_links` with one of rel `next`, behind the last of the page. */
function nextMarker(body: Json, key: string): string | undefined {
  const links = partOf(body, `${key}_links`);
  const hasNext = Array.isArray(links) && links.some((link) => isJsonObject(link) && link['rel'] === 'next');
  const listed = hasNext ? partOf(body, key) : null;
  const last = Array.isArray(listed) ? listed.at(-1) : undefined;
  return isJsonObject(last) && typeof last['id'] === 'string' ? last['id'] : undefined;
}

/** As Python writes a dict of plain values: `{'name': 'web'}`. */
function described(wanted: MethodArguments): string {
  const entries = Object.entries(wanted).map(([name, value]) => `'${name}': ${plain(value ?? null)}`);
  return `{${entries.join(', ')}}`;
}

function plain(value: Json): string {
  if (typeof value === 'string') return `'${value}'`;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return JSON.stringify(value);
}
