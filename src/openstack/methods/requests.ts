/** What the calls of methods are made from: one request, and the part of its answer that the method gives. */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { pathSegment } from '../answer-body.ts';
import type { CloudRequest } from '../cloud-request.ts';
import { MethodFailure, type MethodArguments, type MethodCall } from './client-method.ts';

export type Query = NonNullable<CloudRequest['query']>;
type Body = (given: MethodArguments) => JsonObject;

/** `/servers/{server}` with the arguments in their places. @throws MethodFailure for one that is no name. */
export function pathOf(template: string, given: MethodArguments): string {
  return template.replaceAll(/\{(\w+)\}/g, (_all, name: string) => pathSegment(idIn(name, given)));
}

/** An id or a name: Python's clients take an object in its place as well, and so do we. */
export function idIn(name: string, given: MethodArguments): string {
  const value = given[name];
  const id = isJsonObject(value) ? (value['id'] ?? value['uuid']) : value;
  if (typeof id === 'number' || (typeof id === 'string' && id !== '')) return String(id);
  throw new MethodFailure(`${name}: expected an id, found ${describe(id)}`);
}

function describe(value: Json | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  return value === '' ? 'an empty text' : Array.isArray(value) ? 'a list' : typeof value;
}

/** The value at a key of an answer's body; the whole of it where there is no key. */
export function partOf(body: Json, key: string | undefined): Json {
  if (key === undefined) return body;
  return isJsonObject(body) ? (body[key] ?? null) : null;
}

/** One object. */
export function show(
  path: string,
  key?: string,
  query: (given: MethodArguments) => Query = () => ({}),
): MethodCall {
  return async (given, service) => {
    const { body } = await service.request({ method: 'GET', path: pathOf(path, given), query: query(given) });
    // An id such as `detail` is the name of another resource.
    if (key !== undefined && isJsonObject(body) && !(key in body))
      throw new MethodFailure(`the service has answered with something else than the ${key}`);
    return partOf(body, key);
  };
}

/** @param query the names of arguments that go into the query as they are, or how it is made. */
export function list(
  path: string,
  key: string,
  query: readonly string[] | ((given: MethodArguments) => Query) = [],
): MethodCall {
  const make = typeof query === 'function' ? query : (given: MethodArguments) => queryOf(pick(given, query));
  return show(path, key, make);
}

/** What is empty, null or false is not asked for, as in Python's clients. */
export function queryOf(wanted: JsonObject): Query {
  const given = Object.entries(wanted).filter(([, value]) => isGiven(value));
  return Object.fromEntries(given.map(([name, value]) => [name, queryText(value)]));
}

function queryText(value: Json): string | number {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return Array.isArray(value) ? value.join(',') : JSON.stringify(value);
}

/** A value in the place of a text: in a path, a query, or a name. */
export function plainText(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** Python's truth of a value. */
export function isGiven(value: Json | undefined): value is NonNullable<Json> {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return false;
  return Array.isArray(value) ? value.length > 0 : !isJsonObject(value) || Object.keys(value).length > 0;
}

export function remove(path: string, query: readonly string[] = []): MethodCall {
  return async (given, service) => {
    const asked = queryOf(pick(given, query));
    await service.request({ method: 'DELETE', path: pathOf(path, given), query: asked });
    return null;
  };
}

/** @param body null: there is none. @param key of what the method gives; null: all, absent: nothing. */
export function send(
  verb: 'POST' | 'PUT' | 'PATCH',
  path: string,
  body: Body | null,
  key?: string | null,
): MethodCall {
  return async (given, service) => {
    const request = {
      method: verb,
      path: pathOf(path, given),
      ...(body === null ? {} : { body: body(given) }),
    };
    const answer = await service.request(request);
    return key === undefined ? null : partOf(answer.body, key ?? undefined);
  };
}

/** Those arguments that are given, under the same names. */
export function pick(given: MethodArguments, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.flatMap((name) => (name in given ? [[name, given[name] ?? null]] : [])));
}

/** Of an object what is not null. */
export function withoutNull(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

/** Those that are given, by the names that the wire has for them. */
export function renamed(names: Readonly<Record<string, string>>): (given: MethodArguments) => JsonObject {
  return (all) =>
    Object.fromEntries(
      Object.entries(names).flatMap(([name, wire]) =>
        isGiven(all[name]) ? [[wire, all[name] as Json] as const] : [],
      ),
    );
}
