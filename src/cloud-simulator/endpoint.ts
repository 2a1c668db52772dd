/** One request that a simulated service answers. */
import type { Json, JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import type { Fault } from './faults.ts';
import type { TokenRecord } from './identity.ts';
import type { ServiceName } from './settings.ts';

export interface SimulatorCall {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  /** A body that is a list, as a patch in JSON is; else empty. */
  readonly list: readonly Json[];
  readonly requestId: string;
  /** With the query, below the prefix of the service: `/v2.1/servers?limit=1`. */
  readonly path: string;
  header(name: string): string | undefined;
  /** Of the caller. @throws SimulatorError 401 where the token is missing, unknown or expired. */
  readonly token: TokenRecord;
  /** The project of the token. @throws SimulatorError 401 where it has none. */
  readonly projectId: string;
  readonly isAdmin: boolean;
  /** The fault `fail` that hits this call: what it starts is to end in ERROR. */
  readonly fail: Fault | undefined;
}

export interface SimulatorAnswer {
  readonly status: number;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SimulatorEndpoint {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the service's prefix: `/v2.1/servers/:id`. */
  readonly path: string;
  /** By which faults and the log name it: `create`. */
  operation(call: Pick<SimulatorCall, 'body'>): string;
  /** All that `operation` may say of a request that is carried out. */
  readonly operations: readonly string[];
  /** The parameter of the path with the server or stack that it is about. */
  readonly target?: string;
  /** Answered without a token. */
  readonly isOpen?: boolean;
  handle(call: SimulatorCall): SimulatorAnswer;
}

export interface SimulatorService {
  readonly name: ServiceName;
  /** `/compute` */
  readonly prefix: string;
  readonly endpoints: readonly SimulatorEndpoint[];
  /** Of all answers that come from the service's own code, errors too. @throws SimulatorError */
  readonly headersOf?: (call: Pick<SimulatorCall, 'header'>) => Readonly<Record<string, string>>;
}

type Handler = (call: SimulatorCall) => SimulatorAnswer;

/** `endpoint('GET /v2.1/servers/:id', 'show', ...)` */
export function endpoint(
  request: `${SimulatorEndpoint['method']} ${string}`,
  operation: string | Pick<SimulatorEndpoint, 'operation' | 'operations'>,
  handle: Handler,
  options: Pick<SimulatorEndpoint, 'target' | 'isOpen'> = {},
): SimulatorEndpoint {
  const [method, path] = request.split(' ') as [SimulatorEndpoint['method'], string];
  return {
    method,
    path,
    ...(typeof operation === 'string' ? { operation: () => operation, operations: [operation] } : operation),
    handle,
    ...options,
  };
}

/** The member of a body under its name. @throws SimulatorError 400 where it is no object. */
export function member(body: JsonObject, name: string): JsonObject {
  const value = body[name];
  if (isJsonObject(value)) return value;
  throw new SimulatorError(400, `Invalid input: '${name}' is a required property`);
}

/** A text, or undefined where there is none. */
export function textIn(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' ? value : undefined;
}

/** In a sentence, or beside a text of a query. */
export function shown(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** Of a query: Python's clients write `True`. */
export function isTrueText(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}

export function textsIn(value: Json | undefined): Record<string, string> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, typeof item === 'string' ? item : JSON.stringify(item)]),
  );
}

export function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item: Json) => isJsonObject(item)) : [];
}

/**
 * One page: what follows `marker`, at most `limit`.
 * @throws SimulatorError 400 for a marker that is not there.
 */
export function page<T extends { readonly id: string }>(
  all: readonly T[],
  { marker, limit }: Readonly<Record<string, string>>,
  largest = 1000,
): { readonly items: readonly T[]; readonly hasMore: boolean } {
  const start = marker === undefined ? 0 : all.findIndex(({ id }) => id === marker) + 1;
  if (marker !== undefined && start === 0) throw new SimulatorError(400, `marker [${marker}] not found`);
  const wanted = limit === undefined ? largest : Math.min(Number(limit), largest);
  if (!Number.isInteger(wanted) || wanted < 0)
    throw new SimulatorError(400, `Invalid input for limit: ${limit}`);
  return { items: all.slice(start, start + wanted), hasMore: start + wanted < all.length };
}
