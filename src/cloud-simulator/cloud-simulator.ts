/**
 * A cloud without machines: one server on one port that speaks the parts of OpenStack that Coppice uses, with
 * the whole state in memory (`world.ts`) and a log of every change (`mutation-log.ts`).
 *
 *     /identity  /compute  /image  /network  /placement  /load-balancer  /orchestration     as OpenStack
 *     /simulator                                                    what has happened, and what goes wrong
 *     /regions/NAME/compute, ..., /simulator/regions/NAME           of a region that is not the first
 *
 * Its clients cannot tell it from a cloud; it knows nothing of them. It refuses to be reached from another
 * machine unless it is told to listen there.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Json, JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { noSchemas } from '../http/no-schemas.ts';
import { adminEndpoints, regionEndpoints, type AdminEndpoint } from './admin-api.ts';
import {
  SimulatorError,
  errorBody,
  FrameworkError,
  frameworkError,
  routingError,
  unauthorizedBody,
} from './api-error.ts';
import { balancerEndpoints } from './balancer-api.ts';
import type { Clock } from './clock.ts';
import { computeEndpoints } from './compute-api.ts';
import { microversionHeaders } from './compute-call.ts';
import type { SimulatorAnswer, SimulatorCall, SimulatorEndpoint, SimulatorService } from './endpoint.ts';
import { identityEndpoints } from './identity-api.ts';
import { imageEndpoints } from './image-api.ts';
import { networkEndpoints } from './network-api.ts';
import { notificationPublisher } from './notification-publisher.ts';
import type { NotificationSettings } from '../openstack/notifications/settings.ts';
import type { Fault } from './faults.ts';
import { placementEndpoints } from './placement-api.ts';
import { simulatorSettingsSchema, type SimulatorSettings } from './settings.ts';
import { stackEndpoints } from './stack-api.ts';
import { World } from './world.ts';

export interface CloudSimulator {
  /** `http://127.0.0.1:5000` */
  readonly url: string;
  /** Of the API that breaks the cloud, and says what it has done. */
  readonly adminUrl: string;
  /** The first region; the others are known to it. */
  readonly world: World;
  /** The variables with which OpenStack's clients use it; the password is in them. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface SimulatorOptions {
  readonly host?: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
  readonly settings?: Partial<SimulatorSettings>;
  /** Of the users admin and demo; absent: a random one. */
  readonly password?: string;
  /** Absent: the time of this machine. */
  readonly clock?: Clock;
  /** The RabbitMQ to which it publishes what happens, as Nova and Heat; absent: it says nothing. */
  readonly notifications?: NotificationSettings | undefined;
}

const adminPrefix = '/simulator';

/** @throws Error where the address cannot be listened at. */
export async function startCloudSimulator(options: SimulatorOptions = {}): Promise<CloudSimulator> {
  const { world, password } = openWorld(options);
  const publisher = options.notifications && notificationPublisher(options.notifications, world.clock);
  if (publisher !== undefined)
    for (const { notifications } of world.regions) notifications.publishTo(publisher.publish);
  let url = '';
  const app = simulatorApp(world, () => url);
  const sockets = new Set<Socket>();
  app.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const host = options.host ?? '127.0.0.1';
  await app.listen({ host, port: options.port ?? 0 });
  const { port } = app.server.address() as AddressInfo;
  url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    url,
    adminUrl: `${url}${adminPrefix}`,
    world,
    environment: clientEnvironment(world, url, password),
    async close() {
      // What hangs by order is never answered.
      for (const socket of sockets) socket.destroy();
      await app.close();
      await publisher?.close();
    },
  };
}

export function openWorld(options: SimulatorOptions): { readonly world: World; readonly password: string } {
  const password = options.password ?? randomBytes(12).toString('base64url');
  const settings = simulatorSettingsSchema.parse(options.settings ?? {});
  return { world: new World(settings, password, options.clock), password };
}

/** All services, listening at no port yet. @param url where they are reached. */
export function simulatorApp(world: World, url: () => string): FastifyInstance {
  const app = fastify({
    schemaController: noSchemas,
    bodyLimit: 8 * 1024 * 1024,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
  });
  acceptEmptyBodies(app);
  const regions = world.regions.map((region) => ({ region, services: servicesOf(region, url) }));
  for (const { region, services } of regions)
    for (const service of services) addService(app, service, region);
  const all = regions.flatMap(({ services }) => services);
  app.setNotFoundHandler((request, reply) => answerUnknown(request, reply, regions));
  addAdmin(app, adminPrefix, [...adminEndpoints(world, all), ...regionEndpoints(world)]);
  for (const { region, services } of regions)
    addAdmin(app, `${adminPrefix}/regions/${region.region}`, adminEndpoints(region, services));
  return app;
}

/** The variables with which OpenStack's clients use it. */
export function clientEnvironment(
  world: World,
  url: string,
  password: string,
): Readonly<Record<string, string>> {
  return {
    OS_AUTH_URL: `${url}/identity/v3`,
    OS_USERNAME: world.admin.name,
    OS_PASSWORD: password,
    OS_PROJECT_NAME: world.project.name,
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_REGION_NAME: world.region,
    OS_IDENTITY_API_VERSION: '3',
  };
}

/** Of a region; Keystone is in the first one. */
function servicesOf(world: World, baseUrl: () => string): SimulatorService[] {
  const keystone: SimulatorService = {
    name: 'identity',
    prefix: '/identity',
    endpoints: identityEndpoints(world, baseUrl),
    headersOf: () => ({ Vary: 'X-Auth-Token' }),
  };
  const url = () => baseUrl() + world.path;
  const ofRegion: SimulatorService[] = [
    {
      name: 'compute',
      prefix: '/compute',
      endpoints: computeEndpoints(world, url),
      headersOf: microversionHeaders,
    },
    { name: 'image', prefix: '/image', endpoints: imageEndpoints(world, url) },
    { name: 'network', prefix: '/network', endpoints: networkEndpoints(world, url) },
    { name: 'load-balancer', prefix: '/load-balancer', endpoints: balancerEndpoints(world, url) },
    { name: 'placement', prefix: '/placement', endpoints: placementEndpoints(world) },
    { name: 'orchestration', prefix: '/orchestration', endpoints: stackEndpoints(world, url) },
  ];
  const here = ofRegion.map((service) => ({ ...service, prefix: world.path + service.prefix }));
  return world.path === '' ? [keystone, ...here] : here;
}

function acceptEmptyBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? {} : JSON.parse(body.toString()));
    } catch {
      done(
        new SimulatorError(400, 'The server could not comply with the request since it is malformed.'),
        undefined,
      );
    }
  });
}

function addService(app: FastifyInstance, service: SimulatorService, world: World): void {
  for (const endpoint of service.endpoints)
    app.route({
      method: endpoint.method,
      url: service.prefix + endpoint.path,
      exposeHeadRoute: false,
      handler: (request, reply) => answerCall(request, reply, { service, endpoint, world }),
      errorHandler: (error, request, reply) => {
        const status = (error as { status?: number }).status ?? 400;
        void reply.code(status).send(errorBody(service.name, status, (error as Error).message));
      },
    });
}

const AWAY = 'The service is unavailable.';

interface Routed {
  readonly service: SimulatorService;
  readonly endpoint: SimulatorEndpoint;
  readonly world: World;
}

async function answerCall(request: FastifyRequest, reply: FastifyReply, routed: Routed): Promise<unknown> {
  const { service, endpoint, world } = routed;
  const body = isJsonObject(request.body) ? request.body : {};
  const operation = endpoint.operation({ body });
  const key = `${service.name} ${operation}`;
  world.requests.set(key, (world.requests.get(key) ?? 0) + 1);
  const requestId = `req-${randomUUID()}`;
  setRequestId(reply, service, requestId);
  await pause(world, world.settings.latency.answer_ms);
  if (world.faults.isAway(service.name)) return reply.code(503).send(errorBody(service.name, 503, AWAY));
  const params = request.params as Record<string, string>;
  const fault = world.faults.take(service.name, operation, params[endpoint.target ?? 'id']);
  if (fault?.kind === 'hang') return reply.hijack();
  if (fault?.kind === 'error')
    return reply.code(fault.status).send(errorBody(service.name, fault.status, fault.message));
  const answer = answerOf(callOf(request, { body, params, requestId, fault, routed }), endpoint, service);
  if (fault?.kind === 'slow') await pause(world, fault.delay_ms);
  if (fault?.kind === 'lost-answer') {
    reply.raw.destroy();
    return reply.hijack();
  }
  return send(reply, service, answer);
}

function answerOf(
  call: SimulatorCall,
  endpoint: SimulatorEndpoint,
  service: SimulatorService,
): SimulatorAnswer {
  let headers: Readonly<Record<string, string>> = {};
  try {
    if (endpoint.isOpen !== true) void call.token;
    headers = service.headersOf?.(call) ?? {};
    const answer = endpoint.handle(call);
    return { ...answer, headers: { ...headers, ...answer.headers } };
  } catch (error) {
    if (!(error instanceof SimulatorError)) throw error;
    const { status, message } = error;
    return status === 401
      ? {
          status,
          body: unauthorizedBody(service.name, message),
          headers: { ...headers, 'WWW-Authenticate': 'Keystone uri="/identity/v3"' },
        }
      : {
          status,
          body:
            error instanceof FrameworkError
              ? frameworkError(status, message)
              : errorBody(service.name, status, message, error.type),
          headers,
        };
  }
}

/** A path or a method that no service has. */
function answerUnknown(
  request: FastifyRequest,
  reply: FastifyReply,
  regions: readonly { readonly region: World; readonly services: readonly SimulatorService[] }[],
): FastifyReply {
  const [found] = regions.flatMap(({ region, services }) => {
    const service = services.find(({ prefix }) => request.url.startsWith(`${prefix}/`));
    return service === undefined ? [] : { service, isAway: region.faults.isAway(service.name) };
  });
  if (found === undefined)
    return reply.code(404).send({ error: { code: 404, message: `there is nothing at ${request.url}` } });
  const { service, isAway } = found;
  setRequestId(reply, service, `req-${randomUUID()}`);
  if (isAway) return reply.code(503).send(errorBody(service.name, 503, AWAY));
  return send(reply, service, { status: 404, body: routingError(service.name, 404) });
}

function setRequestId(reply: FastifyReply, service: SimulatorService, requestId: string): void {
  void reply.header('X-Openstack-Request-Id', requestId);
  if (service.name === 'compute') void reply.header('X-Compute-Request-Id', requestId);
}

function send(
  reply: FastifyReply,
  service: SimulatorService,
  { status, body, headers = {} }: SimulatorAnswer,
): FastifyReply {
  void reply.code(status).headers(headers);
  if (body === null) return reply.type('application/json').send('null');
  if (typeof body === 'string')
    return reply.type(service.name === 'identity' ? 'text/html; charset=utf-8' : 'text/plain').send(body);
  return body === undefined ? reply.send() : reply.send(body);
}

function callOf(
  request: FastifyRequest,
  given: {
    readonly body: JsonObject;
    readonly params: Record<string, string>;
    readonly requestId: string;
    readonly fault: Fault | undefined;
    readonly routed: Routed;
  },
): SimulatorCall {
  const { body, params, requestId, fault, routed } = given;
  const header = (name: string): string | undefined => [request.headers[name]].flat()[0];
  return {
    params,
    query: lastValues(request.query as Record<string, string | string[]>),
    body,
    list: Array.isArray(request.body) ? (request.body as Json[]) : [],
    requestId,
    path: request.url.slice(routed.service.prefix.length),
    header,
    get token() {
      const token = routed.world.identity.find(header('x-auth-token'));
      if (token === undefined)
        throw new SimulatorError(401, 'The request you have made requires authentication.');
      return token;
    },
    get projectId() {
      const { project } = this.token;
      if (project === null)
        throw new SimulatorError(401, 'The request you have made requires authentication.');
      return project.id;
    },
    get isAdmin() {
      return this.token.roles.includes('admin');
    },
    fail: fault?.kind === 'fail' ? fault : undefined,
  };
}

/** A client that follows a redirect may write a parameter twice. */
function lastValues(query: Readonly<Record<string, string | string[]>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, [value].flat().at(-1) ?? '']),
  );
}

function addAdmin(app: FastifyInstance, prefix: string, endpoints: readonly AdminEndpoint[]): void {
  for (const { method, path, handle } of endpoints)
    app.route({
      method,
      url: prefix + path,
      exposeHeadRoute: false,
      handler: (request, reply) => {
        const { status, body } = handle({
          params: request.params as Record<string, string>,
          query: request.query as Record<string, string>,
          body: request.body,
        });
        return reply.code(status).send(body);
      },
      errorHandler: (error, _request, reply) => {
        const status = (error as { status?: number }).status ?? 500;
        void reply.code(status).send({ error: { code: status, message: (error as Error).message } });
      },
    });
}

function pause({ clock }: World, ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => clock.after(ms, resolve));
}
