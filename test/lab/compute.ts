/** What the scenes of Nova share: requests with a microversion, servers that are made and waited for. */
import type { LabAnswer, LabRequest, Sender } from './lab.ts';
import type { Recorder } from './recorder.ts';
import type { Transitions } from './transitions.ts';

/** The microversion of exchanges that do not say another. */
export const usualMicroversion = '2.79';

export interface ComputeOptions {
  readonly as?: Sender;
  readonly sender?: string;
  /** The empty text: no header, which is 2.1. */
  readonly microversion?: string;
  readonly body?: unknown;
}

/** Of a server, what tells in which state it is. */
export interface ServerState {
  readonly id: string;
  readonly status: string;
  readonly 'OS-EXT-STS:task_state': string | null;
  readonly 'OS-EXT-STS:vm_state': string;
  readonly 'OS-EXT-STS:power_state': number;
  readonly 'OS-EXT-SRV-ATTR:host'?: string | null;
}

export class Compute {
  readonly recorder: Recorder;
  readonly #transitions: Transitions;

  constructor(recorder: Recorder, transitions: Transitions) {
    this.recorder = recorder;
    this.#transitions = transitions;
  }

  request(method: string, path: string, options: ComputeOptions = {}): LabRequest {
    const { as = 'demo', microversion = usualMicroversion, body } = options;
    return {
      service: 'compute',
      as,
      method,
      path: path.startsWith('//') ? path.slice(1) : `/v2.1${path}`,
      ...(microversion === '' ? {} : { headers: { 'OpenStack-API-Version': `compute ${microversion}` } }),
      ...(body === undefined ? {} : { body }),
    };
  }

  /** Records an exchange; paths are below /v2.1, or from the root on where they begin with two slashes. */
  record(name: string, method: string, path: string, options: ComputeOptions = {}): Promise<LabAnswer> {
    return this.recorder.record(name, this.request(method, path, options), options.sender);
  }

  /** Sends a request that is not recorded. */
  send(method: string, path: string, options: ComputeOptions = {}): Promise<LabAnswer> {
    return this.recorder.lab.send(this.request(method, path, options));
  }

  action(name: string, server: string, body: unknown, options: ComputeOptions = {}): Promise<LabAnswer> {
    return this.record(name, 'POST', `/servers/${server}/action`, { ...options, body });
  }

  /** Makes a server, not recorded, and waits until it is ACTIVE. Answers its id. */
  async createServer(name: string, server: object = {}, as: Sender = 'demo'): Promise<string> {
    const answer = await this.send('POST', '/servers', {
      as,
      body: { server: { ...(await this.minimalServer(name)), ...server } },
    });
    const { id } = (answer.body as { server: { id: string } }).server;
    this.recorder.name(name, id);
    await this.follow(id, 'ACTIVE');
    return id;
  }

  /** What Nova needs at least to make a server. */
  async minimalServer(name: string): Promise<Record<string, unknown>> {
    return {
      name,
      imageRef: await this.imageId(),
      flavorRef: await this.flavorId('m1.tiny'),
      networks: 'none',
    };
  }

  async imageId(): Promise<string> {
    const { body } = await this.recorder.lab.send({
      service: 'image',
      as: 'demo',
      method: 'GET',
      path: '/v2/images?name=cirros-fake',
    });
    const { id } = first((body as { images: { id: string }[] }).images, 'image cirros-fake');
    this.recorder.name('image', id);
    return id;
  }

  async flavorId(name: string): Promise<string> {
    const { body } = await this.send('GET', '/flavors?is_public=None', { as: 'admin' });
    const { flavors } = body as { flavors: { id: string; name: string }[] };
    const { id } = first(
      flavors.filter((flavor) => flavor.name === name),
      `flavor ${name}`,
    );
    this.recorder.name(`flavor_${name}`, id);
    return id;
  }

  /**
   * Polls a server until it has the status, is in no task and, if given, `reached` holds. With `operation`
   * every state that was seen goes into the list of transitions.
   */
  async follow(
    id: string,
    status: string,
    operation?: string,
    reached: (server: ServerState) => boolean = () => true,
  ): Promise<ServerState> {
    const watch = this.#transitions.watch(operation);
    const answer = await this.recorder.until(
      this.request('GET', `/servers/${id}`, { as: 'admin', microversion: '2.90' }),
      ({ status: code, body }) => {
        if (code !== 200) return status === 'DELETED' && code === 404;
        const { server } = body as { server: ServerState };
        watch.seen(server);
        // A server that is deleted is shown with that status for a moment, before it is not found.
        if (status === 'DELETED') return false;
        return server.status === status && server['OS-EXT-STS:task_state'] === null && reached(server);
      },
    );
    watch.end(answer.status === 404);
    return (answer.body as { server: ServerState }).server;
  }

  /** Deletes every server in the projects of these users, and waits until they are gone. */
  async deleteServers(users: readonly ('admin' | 'demo')[] = ['admin', 'demo']): Promise<void> {
    for (const as of users) {
      const { body } = await this.send('GET', '/servers', { as });
      const { servers } = body as { servers: { id: string }[] };
      for (const { id } of servers) await this.send('DELETE', `/servers/${id}`, { as: 'admin' });
      for (const { id } of servers) await this.follow(id, 'DELETED');
    }
  }
}

export function first<T>(items: readonly T[], what: string): T {
  const [item] = items;
  if (item === undefined) throw new Error(`the lab has no ${what}`);
  return item;
}
