/**
 * The server: Senlin's API and our own on one port. It reads requests, and leaves carrying them out to
 * `requests/`.
 *
 *     request -> who may reach us -> route -> microversion -> role -> query and body -> use case
 *         -> wire shape
 *
 *     route.ts, routes.ts, routes/   one declaration a route; openapi.json comes from them
 *     shapes/                        what goes over the wire, in Senlin's words
 *     sentences.ts, error-answer.ts  how errors read
 *     event-stream.ts                events as they happen
 *     mistral/                       the workflow API, in Mistral's words
 *
 * It decides nothing about clusters, writes no SQL, and lets no stack trace out: an unexpected error is a 500
 * with the request's id, and stands in the log.
 */
import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Registry } from 'prom-client';
import { CoppiceError } from '../domain/errors.ts';
import type { RequestTools } from '../requests/request-tools.ts';
import type { Authentication } from '../authentication/authentication.ts';
import { ruleOf, type RuleOverrides } from '../authentication/access-rules.ts';
import { AnswerCache } from './answer-cache.ts';
import { unauthenticatedAnswer, unforeseen, unknownPathAnswer } from './error-answer.ts';
import { EventStreams } from './event-stream.ts';
import { httpMetrics } from './http-metrics.ts';
import { withKnownHost, type ListenAddress } from './listen-address.ts';
import { Port } from './port.ts';
import type { ApiDialect, Route } from './route.ts';
import { allRoutes } from './routes.ts';
import { dialectOf, header, runRoute, type RouteRunner, type RuledRoute } from './run-route.ts';
import { mistralDialect } from './mistral/mistral-dialect.ts';
import { noSchemas } from './no-schemas.ts';
import { MALFORMED } from './sentences.ts';
import { answerUnreadable } from './unreadable-request.ts';

export interface HttpServerOptions {
  /** How others reach the API, without a slash at its end; absent: as the client of a request did. */
  readonly publicUrl?: string | null;
  /** One that listens already, and is closed by who opened it; absent: one of the server's own. */
  readonly port?: Port;
  readonly tools: RequestTools;
  readonly authentication: Authentication;
  /** Absent: the roles of the table. */
  readonly rules?: RuleOverrides;
  readonly registry: Registry;
  /** For unexpected errors. */
  readonly log: { error(details: object, message: string): void };
  readonly streams?: { readonly heartbeatMs?: number; readonly drainMs?: number; readonly most?: number };
  /** Whether answers are held against their declaration: for tests. */
  readonly checkAnswers?: boolean;
}

export interface HttpServer {
  /** @returns the URL. @throws Error with a sentence for the operator. */
  listen(address: ListenAddress): Promise<string>;
  /** Ends the streams, lets requests that run be answered, and closes. */
  close(): Promise<void>;
  /** `http://127.0.0.1:8777`, once it listens. */
  readonly url: string;
  /** Answers a request without a port: for tests. */
  readonly inject: FastifyInstance['inject'];
}

/** A spec of 1 MiB is larger than any that an operator writes. */
const BODY_LIMIT = 1_048_576;

export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { tools, authentication, registry, log } = options;
  const failed = (error: unknown) => log.error({ err: error }, 'An event stream failed.');
  const streams = new EventStreams({ store: tools.store, failed, ...options.streams });
  const port = options.port ?? new Port();
  const hasWorkflows = tools.runner !== undefined;
  const { app, answer } = createApp(port, hasWorkflows);
  const metrics = httpMetrics(registry, () => streams.size);
  const { rules = {} } = options;
  const runner: RouteRunner = {
    tools,
    authentication,
    rules,
    answerCache: new AnswerCache(tools.store, tools.now),
    checkAnswers: options.checkAnswers ?? false,
  };

  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-OpenStack-Request-ID', request.id);
    try {
      authentication.checkRequest({ method: request.method, header: (name) => header(request, name) });
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  app.addHook('onResponse', (request, reply, done) => {
    const path = request.routeOptions.url ?? 'unknown';
    metrics.observe(request.method, path, reply.statusCode, reply.elapsedTime);
    done();
  });
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    if (error instanceof CoppiceError && error.code === 'unauthenticated')
      return answerUnauthenticated(error, reply, authentication);
    return answerError(error, request, reply, log);
  });
  app.setNotFoundHandler((request, reply) => answerUnknownPath(request, reply, hasWorkflows));
  const { maxNodesPerCluster } = tools.limits;
  for (const route of allRoutes({
    maxNodesPerCluster,
    publicUrl: options.publicUrl ?? null,
    streams,
    registry,
  }))
    // A process without a runner has no workflow API.
    if (hasWorkflows || route.dialect !== mistralDialect)
      addRoute(app, runner, { route, rule: ruleOf(route, rules) });
  app.addHook('preClose', async () => streams.close());
  await app.ready();
  port.answerWith(answer);
  return new ListeningServer(app, authentication, port);
}

function createApp(port: Port, hasWorkflows: boolean): { app: FastifyInstance; answer: RequestListener } {
  let answer: RequestListener | undefined;
  const app = fastify({
    serverFactory(handler) {
      answer = handler;
      return port.server;
    },
    schemaController: noSchemas,
    logger: false,
    bodyLimit: BODY_LIMIT,
    exposeHeadRoutes: false,
    genReqId: () => `req-${randomUUID()}`,
    // A path that cannot be read is a path that does not exist.
    frameworkErrors: (_error, request, reply: FastifyReply) => {
      void answerUnknownPath(request, reply, hasWorkflows);
    },
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket, hasWorkflows),
    routerOptions: { maxParamLength: 512 },
  });
  // A body is read as JSON whatever its content type says, even where that is none: `json-body.ts`.
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.headers['content-type'] !== undefined) delete request.headers['content-type'];
    done();
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  if (answer === undefined) throw new Error('Fastify took no server.');
  return { app, answer };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Absent: a path that is not there. */
    readonly declaration?: Route;
  }
}

function addRoute(app: FastifyInstance, runner: RouteRunner, ruled: RuledRoute): void {
  const { route } = ruled;
  app.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    config: { declaration: route },
    handler: async (request, reply) => {
      await runRoute(runner, ruled, request, reply);
      return reply;
    },
  });
}

/**
 * The paths of the workflow API that are not there are answered in its own form, which its clients can show.
 */
async function answerUnknownPath(
  request: FastifyRequest,
  reply: FastifyReply,
  hasWorkflows: boolean,
): Promise<void> {
  if (hasWorkflows && /^\/v2(?:\/|\?|$)/.test(request.url)) {
    const path = request.url.split('?')[0] ?? '';
    const error = new CoppiceError('resource-not-found', `Resource not found: ${request.method} ${path}`);
    await sendError(reply, mistralDialect, error, undefined);
    return;
  }
  const { contentType, text } = unknownPathAnswer(header(request, 'accept'));
  await reply.code(404).type(contentType).send(text);
}

async function answerError(
  error: FastifyError | CoppiceError,
  request: FastifyRequest,
  reply: FastifyReply,
  log: HttpServerOptions['log'],
): Promise<void> {
  const { declaration } = request.routeOptions.config;
  await sendError(reply, dialectOf(declaration), expected(error, request, log), declaration);
}

/** The same in every API, as the client has no say in one yet. */
async function answerUnauthenticated(
  error: CoppiceError,
  reply: FastifyReply,
  { challenge }: Authentication,
): Promise<void> {
  const { status, body } = unauthenticatedAnswer(error);
  await reply
    .code(status)
    .header('WWW-Authenticate', challenge)
    .type('application/json')
    .send(JSON.stringify(body));
}

async function sendError(
  reply: FastifyReply,
  dialect: ApiDialect,
  error: CoppiceError,
  route: Route | undefined,
): Promise<void> {
  const { status, body } = dialect.errorAnswer(error, route);
  await reply.code(status).type('application/json').send(dialect.toText(body));
}

/** The error for the caller; an unexpected one is logged. */
function expected(
  error: FastifyError | CoppiceError,
  request: FastifyRequest,
  log: HttpServerOptions['log'],
): CoppiceError {
  if (error instanceof CoppiceError && error.code !== 'internal') return error;
  if ('statusCode' in error && error.statusCode === 413) {
    return new CoppiceError('too-large', `body: expected at most ${BODY_LIMIT} bytes, found more`);
  }
  if ('statusCode' in error && error.statusCode !== undefined && error.statusCode < 500) {
    return new CoppiceError('malformed-request', MALFORMED);
  }
  const { id, method, url } = request;
  log.error({ err: error, requestId: id, method, url }, 'A request failed with an unexpected error.');
  return unforeseen(id);
}

class ListeningServer implements HttpServer {
  readonly #app: FastifyInstance;
  readonly #authentication: Authentication;
  readonly #port: Port;

  constructor(app: FastifyInstance, authentication: Authentication, port: Port) {
    this.#app = app;
    this.#authentication = authentication;
    this.#port = port;
  }

  get inject(): FastifyInstance['inject'] {
    return this.#app.inject.bind(this.#app);
  }

  get url(): string {
    return this.#port.url;
  }

  async listen(address: ListenAddress): Promise<string> {
    this.#authentication.checkAddress(withKnownHost(address).host);
    return await this.#port.listen(address);
  }

  async close(): Promise<void> {
    // The streams end first (preClose), so that no connection of theirs holds the port open.
    await this.#app.close();
    await this.#port.close();
  }
}
