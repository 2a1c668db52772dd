/**
 * As much of Keystone (/v3) and Nova (/v2.1) as the sample workflows call. A server that moves has arrived at
 * the second poll.
 */
import { isJsonObject, type Json, type JsonObject } from '../../src/domain/json.ts';
import { type Answer, type Asked, StandIn } from './stand-in.ts';

export interface NovaServer {
  readonly id: string;
  host: string;
  status: string;
  /** Polls until it has arrived at its destination; 0: it does not move. */
  looksLeft: number;
}

export class OpenStackStandIn {
  readonly servers = new Map<string, NovaServer>();
  /** State of the compute service, by host; the id of the service is its host's name. */
  readonly hosts = new Map<string, string>([
    ['compute1', 'up'],
    ['compute2', 'up'],
  ]);
  /** The outcome of a move, if it fails. */
  readonly fates = new Map<string, 'breaks' | 'never arrives'>();
  readonly secret: string;
  readonly service: StandIn;
  #arrived: (id: string) => void = () => {};

  private constructor(secret: string, service: StandIn) {
    this.secret = secret;
    this.service = service;
  }

  static async start(secret = 'a secret'): Promise<OpenStackStandIn> {
    const service = await StandIn.start((asked) => cloud.#answer(asked));
    const cloud = new OpenStackStandIn(secret, service);
    return cloud;
  }

  add(id: string, host: string, status = 'ACTIVE'): NovaServer {
    const server = { id, host, status, looksLeft: 0 };
    this.servers.set(id, server);
    return server;
  }

  onArrival(arrived: (id: string) => void): void {
    this.#arrived = arrived;
  }

  #answer(asked: Asked): Answer {
    if (asked.path === '/v3/auth/tokens') return this.#logIn(asked.body);
    const { 'x-auth-token': token, 'openstack-api-version': version } = asked.headers;
    if (token !== 'a-token') return { status: 401 };
    if (version !== 'compute 2.53') return { status: 406 };
    const [, , resource = '', id = '', more = ''] = asked.path.split('/');
    if (resource === 'os-services') return this.#services(asked, id);
    if (id === 'detail') return this.#serversOf(asked.query['host'] ?? '');
    const server = this.servers.get(id);
    if (server === undefined) return { status: 404 };
    return more === '' ? this.#look(server) : this.#ask(server, more, asked.body);
  }

  #logIn(body: Json): Answer {
    const right = JSON.stringify(body).includes(JSON.stringify(this.secret));
    return right ? { status: 201, headers: { 'X-Subject-Token': 'a-token' }, body: {} } : { status: 401 };
  }

  #services({ method, query, body }: Asked, id: string): Answer {
    if (method === 'PUT') {
      if (isJsonObject(body) && body['forced_down'] === true) this.hosts.set(id, 'down');
      return { status: 200, body: {} };
    }
    const services = [...this.hosts]
      .filter(([host]) => query['host'] === undefined || query['host'] === host)
      .map(([host, state]) => ({ id: host, host, state, status: 'enabled' }));
    return { status: 200, body: { services } };
  }

  #serversOf(host: string): Answer {
    const there = [...this.servers.values()].filter((server) => server.host === host);
    return { status: 200, body: { servers: there.map(shape) } };
  }

  #look(server: NovaServer): Answer {
    if (server.looksLeft > 0 && this.fates.get(server.id) !== 'never arrives') server.looksLeft -= 1;
    if (server.looksLeft === 1) this.#arrive(server);
    return { status: 200, body: { server: shape(server) } };
  }

  #arrive(server: NovaServer): void {
    server.looksLeft = 0;
    if (this.fates.get(server.id) === 'breaks') {
      server.status = 'ERROR';
      return;
    }
    server.host = 'compute2';
    this.#arrived(server.id);
  }

  #ask(server: NovaServer, what: string, body: Json): Answer {
    if (what === 'diagnostics') return { status: 200, body: { cpu0_time: 17 } };
    if (what === 'os-instance-actions') {
      return { status: 200, body: { instanceActions: [{ action: 'create' }] } };
    }
    const action = isJsonObject(body) ? (Object.keys(body)[0] ?? '') : '';
    if (action === 'os-getConsoleOutput') return { status: 200, body: { output: 'Kernel panic' } };
    // Nova evacuates only from a host that is down, and moves live only where it is up.
    const wanted = action === 'evacuate' ? 'down' : 'up';
    if (this.hosts.get(server.host) !== wanted) return { status: 400, body: { badRequest: { message: '' } } };
    if (server.looksLeft > 0) return { status: 409 };
    server.looksLeft = 3;
    return action === 'evacuate' ? { status: 200, body: {} } : { status: 202 };
  }
}

function shape(server: NovaServer): JsonObject {
  return {
    id: server.id,
    name: `name of ${server.id}`,
    status: server.status,
    'OS-EXT-SRV-ATTR:host': server.host,
    'OS-EXT-STS:task_state': server.looksLeft > 0 ? 'rebuilding' : null,
  };
}
