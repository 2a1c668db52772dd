/**
 * The parts of Nova's API that Coppice uses (Compute API v2.1). The microversion is 2.84 (Ussuri), or the
 * newest that an older cloud has, 2.53 (Pike) at least.
 */
import type { JsonObject } from '../../domain/json.ts';
import { bodyOf, pathSegment } from '../answer-body.ts';
import { CloudError, isStatus } from '../cloud-error.ts';
import { requestIdOf, type CallContext, type CloudAnswer, type CloudRequest } from '../cloud-request.ts';
import type { CloudSession } from '../cloud-session.ts';
import { unlessAborted } from '../unless-aborted.ts';
import type {
  ComputeService,
  Hypervisor,
  InstanceAction,
  InstanceActionEvent,
  Server,
  ServerGroup,
} from './server.ts';

const WANTED_MINOR = 84;
const LEAST_MINOR = 53;
/** The last one in which files can be put into a server. */
const WITH_FILES = 'compute 2.56';
/** From this minor version on a server group has one policy, and not a list. */
const WITH_GROUP_POLICY = 64;
/** Less than any `max_limit` of a cloud is likely to be. */
const GROUPS_ON_PAGE = 100;

export interface ServerQuery {
  readonly allProjects?: boolean;
  readonly project?: string;
  readonly host?: string;
  /** A regular expression of Nova's database. */
  readonly name?: string;
  /** The id of the last server of the page before. */
  readonly marker?: string | undefined;
  /** Servers on a page; Nova's own limit is 1,000 unless its operator changed it. */
  readonly limit?: number;
}

export interface ServerPage {
  readonly servers: readonly Server[];
  /** The marker of the next page; null: this was the last one. */
  readonly next: string | null;
}

export interface NamedFlavor {
  readonly id: string;
  readonly name: string;
}

type NovaRequest = Omit<CloudRequest, 'service' | 'microversion'>;

export class NovaClient {
  readonly #session: CloudSession;
  #microversion: Promise<string> | undefined;

  constructor(session: CloudSession) {
    this.#session = session;
  }

  /** One page of servers with all their details. */
  async listServers(query: ServerQuery, context: CallContext, retries?: number): Promise<ServerPage> {
    const { allProjects, project, host, name, marker, limit } = query;
    const request: NovaRequest = {
      method: 'GET',
      path: '/servers/detail',
      query: {
        all_tenants: allProjects === true ? 1 : undefined,
        project_id: project,
        host,
        name,
        marker,
        limit,
      },
      ...(retries === undefined ? {} : { retries }),
    };
    const { servers, servers_links } = bodyOf<{
      servers: Server[];
      servers_links?: { rel: string; href: string }[];
    }>(await this.request(request, context));
    const next = servers_links?.some(({ rel }) => rel === 'next') === true ? servers.at(-1)?.id : undefined;
    return { servers, next: next ?? null };
  }

  /** @throws CloudError 404 where there is none. */
  async getServer(id: string, context: CallContext, retries?: number): Promise<Server> {
    const request: NovaRequest = { method: 'GET', path: `/servers/${pathSegment(id)}` };
    const answer = await this.request({ ...request, ...(retries === undefined ? {} : { retries }) }, context);
    const { server } = bodyOf<{ server?: Server }>(answer);
    if (server !== undefined) return server;
    // Of an id such as `detail`, which is another resource of Nova.
    const unknown = { requestId: null, mayHaveHappened: false, retryAfterMs: null };
    const asked = { service: 'compute', request: `GET ${request.path}` };
    throw new CloudError({ ...asked, ...unknown, status: 404, reason: `no server has the id ${id}` });
  }

  /**
   * @param server the `server` of the body; with `personality` it is sent in the newest microversion that has
   * it.
   * @returns its id; all else is not known yet.
   */
  async createServer(
    server: JsonObject,
    schedulerHints: JsonObject | undefined,
    context: CallContext,
  ): Promise<string> {
    const hints = schedulerHints === undefined ? {} : { 'os:scheduler_hints': schedulerHints };
    const request = { method: 'POST', path: '/servers', body: { server, ...hints } } as const;
    const answer =
      'personality' in server
        ? await this.#session.request({ ...request, service: 'compute', microversion: WITH_FILES }, context)
        : await this.request(request, context);
    return bodyOf<{ server: { id: string } }>(answer).server.id;
  }

  /** Nova answers when it has begun. @throws CloudError 404 where there is none. */
  async deleteServer(id: string, context: CallContext, { force = false } = {}): Promise<void> {
    if (force) await this.act(id, { forceDelete: null }, context);
    else await this.request({ method: 'DELETE', path: `/servers/${pathSegment(id)}` }, context);
  }

  /**
   * `POST /servers/ID/action`. Nova answers most of them when it has begun.
   * @param action `{"reboot": {"type": "SOFT"}}`
   * @returns Nova's id of the request, as its instance action has it; null: Nova did not say.
   */
  async act(id: string, action: JsonObject, context: CallContext): Promise<string | null> {
    const path = `/servers/${pathSegment(id)}/action`;
    return requestIdOf(await this.request({ method: 'POST', path, body: action }, context));
  }

  /** Nova answers when the port is attached. */
  async attachInterface(id: string, portId: string, context: CallContext): Promise<void> {
    const path = `/servers/${pathSegment(id)}/os-interface`;
    await this.request({ method: 'POST', path, body: { interfaceAttachment: { port_id: portId } } }, context);
  }

  /** Nova answers when it has begun. */
  async detachInterface(id: string, portId: string, context: CallContext): Promise<void> {
    const path = `/servers/${pathSegment(id)}/os-interface/${pathSegment(portId)}`;
    await this.request({ method: 'DELETE', path, isRepeatable: false }, context);
  }

  async updateServer(id: string, changes: JsonObject, context: CallContext): Promise<void> {
    await this.request(
      { method: 'PUT', path: `/servers/${pathSegment(id)}`, body: { server: changes } },
      context,
    );
  }

  /** Replaces all of the server's metadata. */
  async setMetadata(
    id: string,
    metadata: Readonly<Record<string, string>>,
    context: CallContext,
  ): Promise<void> {
    await this.request(
      { method: 'PUT', path: `/servers/${pathSegment(id)}/metadata`, body: { metadata } },
      context,
    );
  }

  /** What was done to the server, the newest first. */
  async listInstanceActions(id: string, context: CallContext): Promise<readonly InstanceAction[]> {
    const answer = await this.request(
      { method: 'GET', path: `/servers/${pathSegment(id)}/os-instance-actions` },
      context,
    );
    return bodyOf<{ instanceActions: InstanceAction[] }>(answer).instanceActions;
  }

  async listInstanceActionEvents(
    id: string,
    requestId: string,
    context: CallContext,
  ): Promise<readonly InstanceActionEvent[]> {
    const path = `/servers/${pathSegment(id)}/os-instance-actions/${pathSegment(requestId)}`;
    const answer = await this.request({ method: 'GET', path }, context);
    return bodyOf<{ instanceAction: { events?: InstanceActionEvent[] } }>(answer).instanceAction.events ?? [];
  }

  /** By id, else by name. @returns all that the name means; an id means one at most. */
  async findFlavor(idOrName: string, context: CallContext): Promise<readonly NamedFlavor[]> {
    try {
      const answer = await this.request(
        { method: 'GET', path: `/flavors/${pathSegment(idOrName)}` },
        context,
      );
      return [bodyOf<{ flavor: NamedFlavor }>(answer).flavor];
    } catch (error) {
      if (!isStatus(error, 400, 404)) throw error;
    }
    const answer = await this.request({ method: 'GET', path: '/flavors' }, context);
    return bodyOf<{ flavors: NamedFlavor[] }>(answer).flavors.filter(({ name }) => name === idOrName);
  }

  /** Adds to the server's metadata, and replaces what is there under the same keys. */
  async addMetadata(
    id: string,
    metadata: Readonly<Record<string, string>>,
    context: CallContext,
  ): Promise<void> {
    await this.request(
      { method: 'POST', path: `/servers/${pathSegment(id)}/metadata`, body: { metadata } },
      context,
    );
  }

  /** The names of the availability zones that servers can be put into, and that are available. */
  async listZones(context: CallContext): Promise<readonly string[]> {
    const answer = await this.request({ method: 'GET', path: '/os-availability-zone' }, context);
    const { availabilityZoneInfo: zones } = bodyOf<{
      availabilityZoneInfo: { zoneName: string; zoneState: { available: boolean } }[];
    }>(answer);
    return zones.flatMap(({ zoneName, zoneState }) => (zoneState.available ? [zoneName] : []));
  }

  /** Those of the project, on as many pages as there are. */
  async listServerGroups(context: CallContext): Promise<readonly ServerGroup[]> {
    const groups: ServerGroup[] = [];
    for (;;) {
      const query = { limit: GROUPS_ON_PAGE, offset: groups.length };
      const answer = await this.request({ method: 'GET', path: '/os-server-groups', query }, context);
      const { server_groups: page } = bodyOf<{ server_groups: ServerGroup[] }>(answer);
      groups.push(...page);
      if (page.length < GROUPS_ON_PAGE) return groups;
    }
  }

  /** @param policy `anti-affinity` */
  async createServerGroup(name: string, policy: string, context: CallContext): Promise<ServerGroup> {
    const microversion = await this.#negotiated(context, undefined);
    const isNew = Number(microversion.split('.')[1]) >= WITH_GROUP_POLICY;
    const group = { name, ...(isNew ? { policy } : { policies: [policy] }) };
    const answer = await this.request(
      { method: 'POST', path: '/os-server-groups', body: { server_group: group } },
      context,
    );
    return bodyOf<{ server_group: ServerGroup }>(answer).server_group;
  }

  /** One that is gone already is a success; its servers stay. */
  async deleteServerGroup(id: string, context: CallContext): Promise<void> {
    try {
      await this.request({ method: 'DELETE', path: `/os-server-groups/${pathSegment(id)}` }, context);
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
  }

  /** For administrators. */
  async listComputeServices(context: CallContext, retries?: number): Promise<readonly ComputeService[]> {
    const answer = await this.request(
      {
        method: 'GET',
        path: '/os-services',
        query: { binary: 'nova-compute' },
        ...(retries === undefined ? {} : { retries }),
      },
      context,
    );
    return bodyOf<{ services: ComputeService[] }>(answer).services;
  }

  /** For administrators: says that the host is known to be down, so that its servers can be evacuated. */
  async forceDown(serviceId: string, forcedDown: boolean, context: CallContext): Promise<void> {
    const body = { forced_down: forcedDown };
    await this.request({ method: 'PUT', path: `/os-services/${pathSegment(serviceId)}`, body }, context);
  }

  /** For administrators. */
  async listHypervisors(context: CallContext, retries?: number): Promise<readonly Hypervisor[]> {
    const answer = await this.request(
      { method: 'GET', path: '/os-hypervisors/detail', ...(retries === undefined ? {} : { retries }) },
      context,
    );
    return bodyOf<{ hypervisors: Hypervisor[] }>(answer).hypervisors;
  }

  /** Any other request of the Compute API: what profile types need beyond what is above. */
  async request(request: NovaRequest, context: CallContext): Promise<CloudAnswer> {
    const microversion = await this.#negotiated(context, request.retries);
    return this.#session.request({ ...request, service: 'compute', microversion }, context);
  }

  /** Asked once; where the answer fails, the next request asks again. */
  #negotiated({ signal }: CallContext, retries: number | undefined): Promise<string> {
    this.#microversion ??= this.#negotiate(retries).catch((error: unknown) => {
      this.#microversion = undefined;
      throw error;
    });
    return unlessAborted(this.#microversion, signal);
  }

  /** All callers wait for it: no one of them ends it. The session limits the time of each attempt. */
  async #negotiate(retries: number | undefined): Promise<string> {
    const request = { service: 'compute', method: 'GET', path: '/' } as const;
    const answer = await this.#session.request(retries === undefined ? request : { ...request, retries }, {
      signal: new AbortController().signal,
    });
    const { version } = bodyOf<{ version?: { version?: string } }>(answer);
    const newest = Number(/^2\.(\d+)$/.exec(version?.version ?? '')?.[1] ?? 0);
    if (newest < LEAST_MINOR)
      throw new CloudError({
        service: 'compute',
        request: 'GET /',
        status: answer.status,
        reason: `expected Nova with microversion 2.${LEAST_MINOR} or newer, found 2.${newest}`,
        requestId: null,
        mayHaveHappened: false,
        retryAfterMs: null,
      });
    return `compute 2.${Math.min(newest, WANTED_MINOR)}`;
  }
}
