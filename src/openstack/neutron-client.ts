/** The parts of Neutron's API that Coppice uses (Networking API v2.0). */
import type { JsonObject } from '../domain/json.ts';
import { bodyOf, pathSegment } from './answer-body.ts';
import { isStatus } from './cloud-error.ts';
import type { CallContext, CloudAnswer, CloudRequest } from './cloud-request.ts';
import type { CloudSession } from './cloud-session.ts';

export interface NamedObject {
  readonly id: string;
  readonly name: string;
}

export interface NeutronNetwork extends NamedObject {
  readonly subnets: readonly string[];
}

export interface NeutronPort extends NamedObject {
  readonly network_id: string;
  /** The server that it belongs to; empty: none. */
  readonly device_id: string;
  readonly fixed_ips: readonly { readonly subnet_id: string; readonly ip_address: string }[];
  readonly security_groups?: readonly string[];
  readonly status: string;
  readonly description: string;
}

export interface FloatingIp {
  readonly id: string;
  readonly floating_ip_address: string;
  readonly port_id: string | null;
  readonly description?: string;
}

/** Named in the plural of their path, with the key of one of them. */
const kinds = { networks: 'network', subnets: 'subnet', 'security-groups': 'security_group' } as const;

export class NeutronClient {
  readonly #session: CloudSession;

  constructor(session: CloudSession) {
    this.#session = session;
  }

  /** By id, else by name. @returns all that the name means; an id means one at most. */
  async find(
    kind: keyof typeof kinds,
    idOrName: string,
    context: CallContext,
  ): Promise<readonly NamedObject[]> {
    for (const query of [{ id: idOrName }, { name: idOrName }]) {
      const answer = await this.#request({ method: 'GET', path: `/${kind}`, query }, context);
      const found = bodyOf<Record<string, NamedObject[] | undefined>>(answer)[`${kinds[kind]}s`] ?? [];
      if (found.length > 0) return found;
    }
    return [];
  }

  async listPorts(
    query: { readonly deviceId?: string; readonly name?: string; readonly description?: string },
    context: CallContext,
  ): Promise<readonly NeutronPort[]> {
    const { deviceId, name, description } = query;
    const answer = await this.#request(
      { method: 'GET', path: '/ports', query: { device_id: deviceId, name, description } },
      context,
    );
    return bodyOf<{ ports: NeutronPort[] }>(answer).ports;
  }

  /** @throws CloudError 404 where there is none. */
  async getPort(id: string, context: CallContext): Promise<NeutronPort> {
    const answer = await this.#request({ method: 'GET', path: `/ports/${pathSegment(id)}` }, context);
    return bodyOf<{ port: NeutronPort }>(answer).port;
  }

  async createPort(port: JsonObject, context: CallContext): Promise<NeutronPort> {
    const answer = await this.#request({ method: 'POST', path: '/ports', body: { port } }, context);
    return bodyOf<{ port: NeutronPort }>(answer).port;
  }

  async updatePort(id: string, changes: JsonObject, context: CallContext): Promise<void> {
    await this.#request(
      { method: 'PUT', path: `/ports/${pathSegment(id)}`, body: { port: changes } },
      context,
    );
  }

  /** One that is gone already is a success. */
  async deletePort(id: string, context: CallContext): Promise<void> {
    await this.#delete(`/ports/${pathSegment(id)}`, context);
  }

  async createFloatingIp(floatingIp: JsonObject, context: CallContext): Promise<FloatingIp> {
    const answer = await this.#request(
      { method: 'POST', path: '/floatingips', body: { floatingip: floatingIp } },
      context,
    );
    return bodyOf<{ floatingip: FloatingIp }>(answer).floatingip;
  }

  async findFloatingIp(address: string, context: CallContext): Promise<FloatingIp | undefined> {
    return (await this.#floatingIps({ floating_ip_address: address }, context))[0];
  }

  async listFloatingIps(
    { portId, description }: { readonly portId?: string; readonly description?: string },
    context: CallContext,
  ): Promise<readonly FloatingIp[]> {
    return await this.#floatingIps({ port_id: portId, description }, context);
  }

  /** A Neutron without the extension of routers has no floating IPs: it does not know the path. */
  async #floatingIps(
    query: NonNullable<CloudRequest['query']>,
    context: CallContext,
  ): Promise<readonly FloatingIp[]> {
    try {
      const answer = await this.#request({ method: 'GET', path: '/floatingips', query }, context);
      return bodyOf<{ floatingips: FloatingIp[] }>(answer).floatingips;
    } catch (error) {
      if (isStatus(error, 404)) return [];
      throw error;
    }
  }

  async updateFloatingIp(id: string, changes: JsonObject, context: CallContext): Promise<void> {
    const path = `/floatingips/${pathSegment(id)}`;
    await this.#request({ method: 'PUT', path, body: { floatingip: changes } }, context);
  }

  /** One that is gone already is a success. */
  async deleteFloatingIp(id: string, context: CallContext): Promise<void> {
    await this.#delete(`/floatingips/${pathSegment(id)}`, context);
  }

  async #delete(path: string, context: CallContext): Promise<void> {
    try {
      await this.#request({ method: 'DELETE', path }, context);
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
  }

  #request(request: Omit<CloudRequest, 'service' | 'version'>, context: CallContext): Promise<CloudAnswer> {
    return this.#session.request({ ...request, service: 'network', version: 'v2.0' }, context);
  }
}
