/**
 * Carries out a route for a request: version, role, query, body, handler, answer. Knows the declaration, and
 * no particular route.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CoppiceError } from '../domain/errors.ts';
import type { Caller, RequestTools } from '../requests/request-tools.ts';
import type { Authentication } from '../authentication/authentication.ts';
import { requireRole, ruleOf, type AccessRule, type RuleOverrides } from '../authentication/access-rules.ts';
import type { AnswerCache } from './answer-cache.ts';
import { clusteringDialect } from './clustering-dialect.ts';
import { MICROVERSION_HEADER, negotiate, requireMinor } from './microversion.ts';
import type { Answer, ApiDialect, Route, RouteRequest } from './route.ts';
import { hasControlCharacters } from './fields.ts';
import { endWhenRefused, type ValidUntil } from './watch-access.ts';

export interface RouteRunner {
  readonly tools: RequestTools;
  readonly authentication: Authentication;
  readonly rules: RuleOverrides;
  readonly answerCache: AnswerCache;
  /** Whether answers are held against their declaration: for tests. */
  readonly checkAnswers: boolean;
}

export interface RuledRoute {
  readonly route: Route;
  readonly rule: AccessRule;
}

export async function runRoute(
  runner: RouteRunner,
  { route, rule }: RuledRoute,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const versioned = route.path.startsWith('/v1/');
  const negotiated = versioned ? negotiate(header(request, MICROVERSION_HEADER)) : undefined;
  if (negotiated?.kind === 'malformed') {
    await reply.code(400).type('text/plain; charset=UTF-8').send(negotiated.text);
    return;
  }
  const { caller, validUntil } = await admit(runner, rule, request);
  const minor = negotiated?.minor ?? 0;
  requireMinor(minor, route.since ?? 0);
  const asked = routeRequest(runner, route, request, caller, minor);
  const answer =
    route.isRepeatable === true ? await repeatableAnswer(runner, route, asked) : await route.handle(asked);
  if (versioned && !isTextError(answer)) {
    void reply
      .header('OpenStack-API-Version', `clustering 1.${minor}`)
      .header('Vary', 'OpenStack-API-Version');
  }
  await send(runner, route, request, reply, answer);
  if ('stream' in answer)
    endWhenRefused(reply.raw, validUntil, async () => (await admit(runner, rule, request)).validUntil);
}

/** The same text for all whose request differs in nothing that the answer depends on. */
async function repeatableAnswer(
  runner: RouteRunner,
  route: Route,
  asked: RouteRequest<unknown, unknown>,
): Promise<Answer> {
  const { caller, minor, origin, path, search } = asked;
  const { requestId: _, ...who } = caller;
  const key = JSON.stringify([minor, origin, path, search, who]);
  const text = await runner.answerCache.find(key, async () => {
    const answer = await route.handle(asked);
    if (!('body' in answer)) throw new Error(`${route.method} ${route.path} is not repeatable.`);
    return Buffer.from(jsonText(runner, route, answer));
  });
  return { status: 200, contentType: 'application/json', text };
}

/** As of all errors, the client learns no version of it. */
function isTextError(answer: Answer): boolean {
  return 'text' in answer && answer.status >= 400;
}

/** Of an endpoint that needs no token. */
const anonymous: Caller = { project: '', user: '', domain: null, roles: [] };

interface Admission {
  readonly caller: Caller;
  readonly validUntil: ValidUntil;
}

async function admit(
  { authentication }: RouteRunner,
  rule: AccessRule,
  request: FastifyRequest,
): Promise<Admission> {
  const { method, id: requestId } = request;
  if (rule.role === 'public') return { caller: { ...anonymous, requestId }, validUntil: undefined };
  const facts = { method, header: (name: string) => header(request, name) };
  const { validUntil, ...caller } = await authentication.authenticate(facts);
  requireRole(caller, rule);
  // What a reader may do changes nothing, whatever its method.
  if (rule.role !== 'reader') await authentication.admitted?.(facts);
  return { caller: { ...caller, requestId }, validUntil };
}

function routeRequest(
  { tools, authentication, rules }: RouteRunner,
  route: Route,
  request: FastifyRequest,
  caller: Caller,
  minor: number,
): RouteRequest<unknown, unknown> {
  const params = request.params as Record<string, string>;
  for (const [kind, value] of Object.entries(params)) {
    // No object has such a name, and not every database accepts such text in a query.
    if (hasControlCharacters(value))
      throw new CoppiceError('resource-not-found', `The ${kind} could not be found.`);
  }
  const dialect = dialectOf(route);
  const { body, rawBody } = dialect.readBody(
    route,
    typeof request.body === 'string' ? request.body : undefined,
  );
  return {
    tools,
    caller,
    params,
    query: dialect.readQuery(route, request.query),
    body,
    rawBody,
    minor,
    origin: originOf(request),
    path: request.url.split('?')[0] ?? '',
    search: request.url.slice(request.url.split('?')[0]?.length),
    rolesOf: (...asked) => authentication.rolesOf(...asked),
    requireAccess: (of, endpoint) => requireRole(of, ruleOf(endpoint, rules)),
    header: (name) => header(request, name),
  };
}

export function dialectOf(route: Route | undefined): ApiDialect {
  return route?.dialect ?? clusteringDialect;
}

function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

export function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

async function send(
  runner: RouteRunner,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
): Promise<void> {
  if ('stream' in answer) {
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    answer.stream(reply.raw);
    return;
  }
  if ('text' in answer) {
    await reply.code(answer.status).type(answer.contentType).send(answer.text);
    return;
  }
  if (answer.actionId !== undefined) {
    void reply.header('Location', `${originOf(request)}/v1/actions/${answer.actionId}`);
  }
  if (answer.body === undefined) {
    await reply.code(answer.status).send();
    return;
  }
  await reply
    .code(answer.status)
    .type('application/json')
    .send(jsonText(runner, route, answer));
}

function jsonText(
  { checkAnswers }: RouteRunner,
  route: Route,
  { status, body }: { readonly status: number; readonly body?: unknown },
): string {
  if (checkAnswers) checkAnswer(route, status, body);
  return dialectOf(route).toText(body);
}

function checkAnswer(route: Route, status: number, body: unknown): void {
  const declared = route.answers[status];
  if (declared?.schema === undefined)
    throw new Error(`${route.method} ${route.path} does not declare ${status}.`);
  declared.schema.parse(body);
}
