/**
 * The load balancer of an attached policy: made once, whatever crashes, and removed with all that is on it.
 *
 *     balancer -> listener -> pool -> health monitor
 *
 * Its description names the cluster and the policy, so that a repeat, and a later attempt to attach, finds
 * what an earlier one has begun; each part is looked for on the balancer before it is made.
 */
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Cluster } from '../../domain/model.ts';
import { operationError } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import { findOne } from '../../openstack/find-one.ts';
import type { LoadBalancer, PartName } from '../../openstack/octavia-client.ts';
import { changeBalancer, untilActive, untilSettled } from './balancer-changes.ts';
import type { ExistingBalancer, NewBalancer } from './load-balancing-policy.ts';

export interface BalancerOf {
  readonly cloud: Cloud;
  readonly cluster: Pick<Cluster, 'id' | 'name'>;
  readonly policyId: string;
  readonly timeoutMs: number;
}

/** As Senlin keeps it in the binding: ids, and whether it was there before. */
export interface BalancerData {
  readonly [key: string]: string | boolean;
  readonly loadbalancer: string;
  readonly pool: string;
}

export interface MadeBalancer {
  readonly data: BalancerData;
  readonly vipAddress: string;
}

const DOING = 'the load balancer could not be made';

/** @throws CoppiceError; what was begun stays, for `removeBalancer`. */
export async function makeBalancer(
  of: BalancerOf,
  spec: NewBalancer,
  signal: AbortSignal,
): Promise<MadeBalancer> {
  const { cloud, cluster, timeoutMs } = of;
  const context = { signal };
  const begun = (await findOwn(of, context)) ?? (await begin(of, spec, context));
  const change = { octavia: cloud.octavia, balancerId: begun.id, timeoutMs, signal };
  const { vip_address: vipAddress } = await untilActive(change, DOING);
  const part = async (kind: PartName, on: JsonObject, body: JsonObject): Promise<string> => {
    const name = `senlin-${kind}-${cluster.name}`;
    // A pool has one health monitor; an operator may have put more listeners on the balancer.
    const query = kind === 'healthmonitor' ? { pool_id: poolIn(on) } : { loadbalancer_id: begun.id, name };
    const find = async () => (await cloud.octavia.listParts(kind, query, context))[0]?.id;
    const found = await find();
    if (found !== undefined) return found;
    const create = async (each: CallContext) =>
      (await find()) ?? (await cloud.octavia.createPart(kind, { ...body, ...on, name }, each)).id;
    return await changeBalancer(change, DOING, create).catch(async (error: unknown) => {
      // The answer may be lost.
      const created = signal.aborted ? undefined : await find().catch(() => undefined);
      if (created === undefined) throw error;
      await untilActive(change, DOING);
      return created;
    });
  };
  const listener = await part('listener', { loadbalancer_id: begun.id }, spec.listener);
  const pool = await part('pool', { listener_id: listener }, spec.pool);
  const monitor = spec.monitor === null ? null : await part('healthmonitor', { pool_id: pool }, spec.monitor);
  const data = { loadbalancer: begun.id, listener, pool, ...(monitor && { healthmonitor: monitor }) };
  return { data, vipAddress };
}

function poolIn({ pool_id: id }: JsonObject): string {
  return typeof id === 'string' ? id : '';
}

async function begin(
  of: BalancerOf,
  { vip, balancer }: NewBalancer,
  context: CallContext,
): Promise<LoadBalancer> {
  const { cloud, cluster } = of;
  const { subnet, network } = vip;
  try {
    const address = {
      ...(subnet === undefined
        ? {}
        : { vip_subnet_id: (await findOne(cloud, 'subnets', subnet, context)).id }),
      ...(network === undefined
        ? {}
        : { vip_network_id: (await findOne(cloud, 'networks', network, context)).id }),
    };
    const body = { ...balancer, ...address, name: nameOf(of), description: descriptionOf(of) };
    return await cloud.octavia.createLoadBalancer(body, context);
  } catch (error) {
    // The answer may be lost.
    const created = await findOwn(of, context).catch(() => undefined);
    if (created !== undefined) return created;
    throw operationError(error, `${DOING} for the cluster ${cluster.name}`);
  }
}

/** The ids of one that exists. @throws CoppiceError where something of it does not. */
export async function findExisting(
  cloud: Cloud,
  { name, poolId, monitorId, vipAddress }: ExistingBalancer,
  signal: AbortSignal,
): Promise<MadeBalancer> {
  const doing = `the load balancer ${name} could not be used`;
  const [balancer, second] = await cloud.octavia
    .findLoadBalancers(name, { signal })
    .catch((error: unknown) => Promise.reject(operationError(error, doing)));
  if (balancer === undefined || second !== undefined)
    throw impossible(
      doing,
      balancer === undefined ? 'it does not exist' : 'several have this name: give its id',
    );
  const pool = await cloud.octavia
    .getPool(poolId, { signal })
    .catch((error: unknown) => Promise.reject(operationError(error, doing)));
  if (pool.loadbalancers?.some(({ id }) => id === balancer.id) === false)
    throw impossible(doing, `the pool ${poolId} is of another one`);
  const { id, vip_address: address } = balancer;
  const monitor = monitorId ?? pool.healthmonitor_id ?? null;
  const data = {
    preexisting: true,
    loadbalancer: id,
    pool: poolId,
    ...(monitor && { healthmonitor: monitor }),
  };
  return { data, vipAddress: vipAddress ?? address };
}

/** Also one that was begun and that no binding names. Gone already is a success. @throws CoppiceError */
export async function removeBalancer(
  of: BalancerOf,
  known: string | null,
  signal: AbortSignal,
): Promise<void> {
  const { cloud, timeoutMs } = of;
  const doing = `the load balancer of the cluster ${of.cluster.name} could not be deleted`;
  try {
    const begun = await ownIds(of, { signal });
    for (const balancerId of new Set([...(known === null ? [] : [known]), ...begun])) {
      const change = { octavia: cloud.octavia, balancerId, timeoutMs, signal };
      if ((await untilSettled(change, doing)) === undefined) continue;
      await cloud.octavia.deleteLoadBalancer(balancerId, { signal });
      const left = await untilSettled(change, doing);
      if (left !== undefined && left.provisioning_status !== 'DELETED')
        throw new CoppiceError('operation-failed', `${doing}: it is in ${left.provisioning_status}`);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw operationError(error, doing);
  }
}

async function ownIds(of: BalancerOf, context: CallContext): Promise<string[]> {
  const found = await of.cloud.octavia.findLoadBalancers(nameOf(of), context);
  const own = found.filter(({ description }) => description === descriptionOf(of));
  return own.filter((one) => one.provisioning_status !== 'DELETED').map(({ id }) => id);
}

/** One that failed is no help: it can only be deleted. */
async function findOwn(of: BalancerOf, context: CallContext): Promise<LoadBalancer | undefined> {
  const [id] = await ownIds(of, context).catch((error: unknown) =>
    Promise.reject(operationError(error, DOING)),
  );
  if (id === undefined) return undefined;
  const { octavia } = of.cloud;
  const change = { octavia, balancerId: id, timeoutMs: of.timeoutMs, signal: context.signal };
  const balancer = await untilSettled(change, DOING);
  if (balancer?.provisioning_status !== 'ERROR') return balancer;
  await removeBalancer(of, id, context.signal);
  return undefined;
}

/** As Senlin names it. */
function nameOf({ cluster }: BalancerOf): string {
  return `senlin-lb-${cluster.name}`;
}

function descriptionOf({ cluster, policyId }: BalancerOf): string {
  return `of cluster ${cluster.id}, policy ${policyId}`;
}

function impossible(doing: string, why: string): CoppiceError {
  return new CoppiceError('operation-impossible', `${doing}: ${why}`);
}
