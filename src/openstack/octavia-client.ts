/** The parts of Octavia's API that Coppice uses (Load Balancer API v2). */
import type { JsonObject } from '../domain/json.ts';
import { bodyOf, pathSegment } from './answer-body.ts';
import { isStatus } from './cloud-error.ts';
import type { CallContext, CloudAnswer, CloudRequest } from './cloud-request.ts';
import type { CloudSession } from './cloud-session.ts';

/** What all parts of a load balancer have. */
export interface BalancerPart {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  /** ACTIVE, ERROR, DELETED, or PENDING_ and CREATE, UPDATE or DELETE: it takes changes in ACTIVE only. */
  readonly provisioning_status: string;
}

export interface LoadBalancer extends BalancerPart {
  readonly operating_status: string;
  readonly vip_address: string;
  readonly pools?: readonly { readonly id: string }[];
}

export interface BalancerPool extends BalancerPart {
  readonly loadbalancers?: readonly { readonly id: string }[];
  readonly healthmonitor_id?: string | null;
}

/** What is made on a load balancer, with the path of each. */
const parts = { listener: 'listeners', pool: 'pools', healthmonitor: 'healthmonitors' } as const;
export type PartName = keyof typeof parts;

export interface PoolMember {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly protocol_port: number;
  readonly weight: number;
  readonly subnet_id?: string | null;
  readonly provisioning_status: string;
  /** false: an operator has disabled it. */
  readonly admin_state_up?: boolean;
  /** ONLINE, OFFLINE, DEGRADED, ERROR, NO_MONITOR, DRAINING. */
  readonly operating_status: string;
}

export class OctaviaClient {
  readonly #session: CloudSession;

  constructor(session: CloudSession) {
    this.#session = session;
  }

  /** @throws CloudError 404 where there is none. */
  async getLoadBalancer(id: string, context: CallContext): Promise<LoadBalancer> {
    const answer = await this.#request({ method: 'GET', path: `/loadbalancers/${pathSegment(id)}` }, context);
    return bodyOf<{ loadbalancer: LoadBalancer }>(answer).loadbalancer;
  }

  /** By id, else by name. */
  async findLoadBalancers(idOrName: string, context: CallContext): Promise<readonly LoadBalancer[]> {
    for (const query of [{ id: idOrName }, { name: idOrName }]) {
      const answer = await this.#request({ method: 'GET', path: '/loadbalancers', query }, context);
      const { loadbalancers } = bodyOf<{ loadbalancers: LoadBalancer[] }>(answer);
      if (loadbalancers.length > 0) return loadbalancers;
    }
    return [];
  }

  /** Octavia answers when it has begun. @param balancer the `loadbalancer` of the body. */
  async createLoadBalancer(balancer: JsonObject, context: CallContext): Promise<LoadBalancer> {
    const body = { loadbalancer: balancer };
    const answer = await this.#request({ method: 'POST', path: '/loadbalancers', body }, context);
    return bodyOf<{ loadbalancer: LoadBalancer }>(answer).loadbalancer;
  }

  /**
   * With all that is on it. Octavia answers when it has begun; one that is gone already is a success.
   * @throws CloudError 409 while it is PENDING.
   */
  async deleteLoadBalancer(id: string, context: CallContext): Promise<void> {
    await this.#delete({ path: `/loadbalancers/${pathSegment(id)}`, query: { cascade: 'true' } }, context);
  }

  async listParts(
    kind: PartName,
    query: NonNullable<CloudRequest['query']>,
    context: CallContext,
  ): Promise<readonly BalancerPart[]> {
    const answer = await this.#request({ method: 'GET', path: `/${parts[kind]}`, query }, context);
    return bodyOf<Record<string, BalancerPart[] | undefined>>(answer)[`${kind}s`] ?? [];
  }

  /** @throws CloudError 404 where there is none. */
  async getPool(id: string, context: CallContext): Promise<BalancerPool> {
    const answer = await this.#request({ method: 'GET', path: `/pools/${pathSegment(id)}` }, context);
    return bodyOf<{ pool: BalancerPool }>(answer).pool;
  }

  /** Octavia answers when it has begun. @throws CloudError 409 while the load balancer is PENDING. */
  async createPart(kind: PartName, properties: JsonObject, context: CallContext): Promise<BalancerPart> {
    const body = { [kind]: properties };
    const answer = await this.#request({ method: 'POST', path: `/${parts[kind]}`, body }, context);
    return bodyOf<Record<PartName, BalancerPart>>(answer)[kind];
  }

  /** All members of a pool, in one request. */
  async listMembers(poolId: string, context: CallContext, retries?: number): Promise<readonly PoolMember[]> {
    const answer = await this.#request(
      {
        method: 'GET',
        path: `/pools/${pathSegment(poolId)}/members`,
        ...(retries === undefined ? {} : { retries }),
      },
      context,
    );
    return bodyOf<{ members: PoolMember[] }>(answer).members;
  }

  /** @throws CloudError 409 while the load balancer is PENDING. */
  async createMember(poolId: string, member: JsonObject, context: CallContext): Promise<PoolMember> {
    const answer = await this.#request(
      { method: 'POST', path: `/pools/${pathSegment(poolId)}/members`, body: { member } },
      context,
    );
    return bodyOf<{ member: PoolMember }>(answer).member;
  }

  /** One that is gone already is a success. @throws CloudError 409 while the load balancer is PENDING. */
  async deleteMember(poolId: string, memberId: string, context: CallContext): Promise<void> {
    await this.#delete({ path: `/pools/${pathSegment(poolId)}/members/${pathSegment(memberId)}` }, context);
  }

  /** @throws CloudError 409 while the load balancer is PENDING. */
  async updateMember(
    poolId: string,
    memberId: string,
    changes: JsonObject,
    context: CallContext,
  ): Promise<void> {
    const path = `/pools/${pathSegment(poolId)}/members/${pathSegment(memberId)}`;
    await this.#request({ method: 'PUT', path, body: { member: changes } }, context);
  }

  async #delete(request: Pick<CloudRequest, 'path' | 'query'>, context: CallContext): Promise<void> {
    try {
      await this.#request({ ...request, method: 'DELETE' }, context);
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
  }

  #request(request: Omit<CloudRequest, 'service' | 'version'>, context: CallContext): Promise<CloudAnswer> {
    const path = `/lbaas${request.path}`;
    return this.#session.request({ ...request, path, service: 'load-balancer', version: 'v2' }, context);
  }
}
