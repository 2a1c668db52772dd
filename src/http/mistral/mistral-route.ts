/**
 * A route of Mistral's API: how its request is read, and how what goes wrong is answered. There are two forms of errors, as
 * Mistral's clients expect them: resources that speak JSON say `faultcode`, `faultstring` and `debuginfo`, those that take text say
 * `faultstring` alone.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { CoppiceError } from '../../domain/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { Caller } from '../../requests/request-tools.ts';
import { hasControlCharacters } from '../fields.ts';
import { inexactNumberIn, readJsonBody } from '../json-body.ts';
import { header } from '../run-route.ts';
import type { Store } from '../../store/store.ts';
import type { EmbeddedWorkflows } from '../../workflow/runner/embedded-workflows.ts';
import type { Authentication } from '../authentication.ts';

export interface MistralOptions {
  readonly workflows: EmbeddedWorkflows;
  readonly store: Store;
  readonly authentication: Authentication;
  readonly now: () => number;
  readonly log: { error(details: object, message: string): void };
  /** Whether answers are held against their declaration: for tests. */
  readonly checkAnswers?: boolean;
}

export interface MistralRequest {
  readonly options: MistralOptions;
  readonly caller: Caller;
  /** Last part of the path, where it has a parameter. */
  readonly id: string;
  /** Every parameter once; the last one wins. */
  readonly query: Readonly<Record<string, string>>;
  /** The body of a route that takes text. */
  readonly text: string;
  /** The body of a route that takes JSON. */
  readonly json: JsonObject;
  /** `http://127.0.0.1:8777/v2/workflows`, as the client reached us. */
  readonly url: string;
}

export interface MistralAnswer {
  readonly status: number;
  /** Absent: no body at all. */
  readonly body?: JsonObject | readonly Json[];
}

export interface MistralRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/v2/executions/{id}` */
  readonly path: string;
  readonly summary: string;
  /** What the body is: the YAML of a definition, or JSON; absent: there is none. */
  readonly takes?: 'text' | JsonBody;
  /** Known query parameters; another one is refused. */
  readonly query?: readonly string[];
  /** What is answered where nothing is wrong; without a schema there is no body. */
  readonly answers: { readonly status: number; readonly schema?: z.ZodType };
  handle(request: MistralRequest): Promise<MistralAnswer>;
}

/** A field that the schema does not name is refused; what is in the others, the handler reads. */
export interface JsonBody {
  /** What errors call it. */
  readonly argument: string;
  readonly schema: z.ZodObject;
}

export function addMistralRoute(app: FastifyInstance, route: MistralRoute, options: MistralOptions): void {
  app.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    handler: async (request, reply) => {
      const answer = await carryOut(route, request, options).catch((error: unknown) =>
        toFault(route, error, request, options),
      );
      await send(reply, answer);
      return reply;
    },
  });
}

async function carryOut(
  route: MistralRoute,
  request: FastifyRequest,
  options: MistralOptions,
): Promise<MistralAnswer> {
  const facts = { method: request.method, header: (name: string) => header(request, name) };
  const caller = await options.authentication.authenticate(facts);
  const query = queryOf(request);
  for (const name of Object.keys(query)) {
    if (route.query?.includes(name) !== true) throw badRequest(`Unknown argument: "${name}"`);
  }
  const body = typeof request.body === 'string' ? request.body : '';
  const answer = await route.handle({
    options,
    caller,
    query: { ...namespaceInPath(request), ...query },
    id: idOf(request),
    text: body,
    json: typeof route.takes === 'object' ? jsonOf(body, route.takes) : {},
    url: `${request.protocol}://${request.host}${request.url.split('?')[0] ?? ''}`,
  });
  if (options.checkAnswers === true) checkAnswer(route, answer);
  return answer;
}

/** @throws Error for an answer that is not as it is declared. */
function checkAnswer({ method, path, answers }: MistralRoute, { status, body }: MistralAnswer): void {
  if (status !== answers.status) throw new Error(`${method} ${path} answers ${status}, undeclared`);
  answers.schema?.parse(body);
}

function idOf(request: FastifyRequest): string {
  const { id = '' } = request.params as { id?: string };
  // Nothing is called so, and not every database takes such text even to look for it.
  if (hasControlCharacters(id)) throw new CoppiceError('resource-not-found', 'Resource not found');
  return id;
}

/** Of actions clients write the namespace behind the name: `/v2/actions/<name>/<namespace>`. */
function namespaceInPath(request: FastifyRequest): Record<string, string> {
  const { namespace } = request.params as { namespace?: string };
  return namespace === undefined || namespace === '' ? {} : { namespace };
}

function queryOf(request: FastifyRequest): Record<string, string> {
  const given = Object.entries(request.query as Record<string, string | string[]>);
  const named = given.map(([name, value]) => [
    name,
    typeof value === 'string' ? value : (value.at(-1) ?? ''),
  ]);
  return Object.fromEntries(named) as Record<string, string>;
}

function jsonOf(body: string, { argument, schema }: JsonBody): JsonObject {
  const json = readJson(body);
  if (json === undefined) throw badRequest('Request is not in valid JSON format.');
  refuseInexact(inexactNumberIn(body));
  const unknown = Object.keys(json).find((name) => !Object.hasOwn(schema.shape, name));
  if (unknown !== undefined) throw badRequest(`Unknown attribute for argument ${argument}: ${unknown}`);
  return json;
}

function refuseInexact(place: string | undefined): void {
  if (place === undefined) return;
  throw badRequest(`${place}: a whole number beyond 2^53 cannot be kept exactly: send it as text`);
}

function readJson(body: string): JsonObject | undefined {
  try {
    return readJsonBody(body);
  } catch (error) {
    if (error instanceof CoppiceError) return undefined;
    throw error;
  }
}

async function send(reply: FastifyReply, { status, body }: MistralAnswer): Promise<void> {
  if (body === undefined) await reply.code(status).send();
  else await reply.code(status).type('application/json').send(JSON.stringify(body));
}

function toFault(
  route: MistralRoute,
  error: unknown,
  request: FastifyRequest,
  { log }: MistralOptions,
): MistralAnswer {
  if (error instanceof CoppiceError && error.code !== 'internal')
    return fault(route, statusOf(error), error.message);
  const { id, method, url } = request;
  log.error({ err: error, requestId: id, method, url }, 'A request failed in a way that nobody foresaw.');
  return fault(route, 500, `Something went wrong in Coppice itself; its log says what, under ${id}.`);
}

function statusOf(error: CoppiceError): number {
  return error.code === 'operation-failed' ? 500 : error.status;
}

function fault(route: MistralRoute, status: number, faultstring: string): MistralAnswer {
  if (route.takes === 'text') return { status, body: { faultstring } };
  return { status, body: { debuginfo: null, faultcode: status < 500 ? 'Client' : 'Server', faultstring } };
}

export function badRequest(sentence: string): CoppiceError {
  return new CoppiceError('bad-request', sentence);
}

export function notFound(sentence: string): CoppiceError {
  return new CoppiceError('resource-not-found', sentence);
}

/** A dictionary as requests carry it: an object, or its JSON text. @throws CoppiceError */
export function dictionary(json: JsonObject, field: string): JsonObject | undefined {
  const value = json[field];
  if (value === undefined || value === null) return undefined;
  const parsed = typeof value === 'string' ? parseText(value, field) : value;
  if (isJsonObject(parsed)) return parsed;
  throw badRequest(
    `Invalid input for field/attribute ${field}. Value: '${shortly(value)}'. Expected an object, or its JSON text.`,
  );
}

function parseText(text: string, field: string): Json {
  if (text.trim() === '') return {};
  const { value, place } = readText(text, field);
  refuseInexact(place === undefined ? undefined : `${field}.${place}`);
  return value;
}

function readText(text: string, field: string): { value: Json; place: string | undefined } {
  try {
    return { value: JSON.parse(text) as Json, place: inexactNumberIn(text) };
  } catch {
    throw badRequest(
      `Invalid input for field/attribute ${field}. Value: '${shortly(text)}'. It is not JSON.`,
    );
  }
}

function shortly(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= 100 ? text : `${text.slice(0, 97)}...`;
}

/** A text field; undefined where it is not given. @throws CoppiceError */
export function textField(json: JsonObject, field: string): string | undefined {
  const value = json[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw badRequest(
    `Invalid input for field/attribute ${field}. Value: '${shortly(value)}'. Expected a text.`,
  );
}

export function isTrue(value: string | undefined): boolean {
  return value !== undefined && ['true', '1', 'yes', 'on', 't', 'y'].includes(value.toLowerCase());
}
