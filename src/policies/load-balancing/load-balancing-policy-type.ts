/**
 * senlin.policy.loadbalance: the nodes of a cluster are the members of a pool of Octavia. The balancer is
 * made when the policy is attached, or exists.
 *
 *     load-balancing-fields.ts  what may be written     load-balancing-policy.ts  what it means
 *     make-balancer.ts          the balancer            pool-members.ts           the nodes in its pool
 *     balancer-changes.ts       one change at a time   examine-balancer.ts       what the cloud does not have
 *
 * When a node becomes a member, and when it is removed, is the same for everything in which nodes are
 * registered (`policies/policy-type.ts`).
 */
import { CoppiceError } from '../../domain/errors.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { toJsonSchema } from '../../domain/json-schema.ts';
import type { SupportStatus } from '../../domain/spec-schema.ts';
import type { OperationRequest } from '../../profiles/profile-type.ts';
import { documentSchema } from '../document-schema.ts';
import { onlyServers } from '../only-servers.ts';
import type { Attached, PolicyAttachment, PolicyType, RegisteredNode } from '../policy-type.ts';
import { examineBalancer } from './examine-balancer.ts';
import { loadBalancingFields } from './load-balancing-fields.ts';
import { readLoadBalancingPolicy, type LoadBalancingPolicy } from './load-balancing-policy.ts';
import { findExisting, makeBalancer, removeBalancer, type BalancerOf } from './make-balancer.ts';
import { addMember, isMember, MEMBER_KEY, removeMembers, type PoolOf } from './pool-members.ts';

const name = 'senlin.policy.loadbalance';

const supportStatus: Readonly<Record<string, readonly SupportStatus[]>> = {
  '1.0': [{ status: 'SUPPORTED', since: '2016.04' }],
  '1.1': [{ status: 'SUPPORTED', since: '2018.01' }],
  '1.2': [{ status: 'SUPPORTED', since: '2020.02' }],
  '1.3': [{ status: 'SUPPORTED', since: '2020.03' }],
};

/** Senlin writes this one into bindings, whatever the version of the policy is. */
const DATA_VERSION = '1.3';

/** How long a balancer that came to nothing is removed for. */
const CLEAN_UP_MS = 120_000;

export const loadBalancingPolicyTypes: readonly PolicyType<LoadBalancingPolicy>[] = Object.entries(
  supportStatus,
).map(([version, status]) => ({
  name,
  version,
  supportStatus: status,
  priority: 500,
  singleton: true,
  fields: loadBalancingFields,
  jsonSchema: documentSchema(name, version, toJsonSchema(loadBalancingFields, version)),
  check: (properties) => readLoadBalancingPolicy(properties, version),
  checkAgainstProfile: (_value, type) =>
    onlyServers(type, 'the members of a pool are servers, with an address in a subnet of the cloud'),
  withoutRegions: 'its pool is in one region, and has no subnet for the servers of another one',
  bindingData: () => null,
  examine: ({ cloud, value }, nodes, signal) => examineBalancer(cloud(), value, nodes, signal),
  attach,
  detach,
  registration: {
    where: (data) => `the pool ${idIn(data, 'pool') ?? 'of the load balancer'}`,
    takesTurnsAt(data) {
      const id = idIn(data, 'loadbalancer');
      return id === null ? null : { resource: `load-balancer:${id}`, shown: `the load balancer ${id}` };
    },
    isPool: (data, pool) => idIn(data, 'pool') === pool,
    isRegistered: (of, { signal }) => isMember(poolOf(of), of.node, signal),
    register: async (of, { signal }) => ({ [MEMBER_KEY]: await addMember(poolOf(of), of.node, signal) }),
    deregister: (of, { signal }) => removeMembers(poolOf(of), of.node, signal),
    goWithDetach: ({ balancer }) => balancer.kind === 'NEW',
    nodeKeys: [MEMBER_KEY],
  },
}));

async function attach(
  attachment: PolicyAttachment<LoadBalancingPolicy>,
  { signal }: OperationRequest,
): Promise<Attached> {
  const { balancer } = attachment.value;
  const of = balancerOf(attachment);
  if (balancer.kind === 'EXISTING') return attached(await findExisting(of.cloud, balancer, signal));
  try {
    signal.throwIfAborted();
    return attached(await makeBalancer(of, balancer, signal));
  } catch (error) {
    // What came to nothing must not stay. Where the cloud is away, the next attempt finds it.
    const left = await removeBalancer(of, null, AbortSignal.timeout(CLEAN_UP_MS)).then(
      () => undefined,
      (failure: unknown) => (failure as Error).message,
    );
    signal.throwIfAborted();
    if (left === undefined || !(error instanceof CoppiceError)) throw error;
    throw new CoppiceError(error.code, `${error.message}; ${left}`, { cause: error });
  }
}

function attached({
  data,
  vipAddress,
}: {
  readonly data: JsonObject;
  readonly vipAddress: string;
}): Attached {
  return {
    data: { LoadBalancingPolicy: { version: DATA_VERSION, data } },
    ofCluster: { key: 'loadbalancers', value: { vip_address: vipAddress } },
  };
}

/** One that was there before stays. */
async function detach(
  attachment: PolicyAttachment<LoadBalancingPolicy>,
  { signal }: OperationRequest,
): Promise<void> {
  if (attachment.value.balancer.kind === 'EXISTING') return;
  await removeBalancer(balancerOf(attachment), idIn(attachment.data, 'loadbalancer'), signal);
}

function balancerOf({ cloud, cluster, policyId, value }: PolicyAttachment<LoadBalancingPolicy>): BalancerOf {
  return { cloud: cloud(), cluster, policyId, timeoutMs: value.statusTimeoutMs };
}

function poolOf({ cloud, value, data }: RegisteredNode<LoadBalancingPolicy>): PoolOf {
  const balancerId = idIn(data, 'loadbalancer');
  const poolId = idIn(data, 'pool');
  if (balancerId === null || poolId === null)
    throw new CoppiceError(
      'operation-impossible',
      'the binding of the policy names no pool: attach it again',
    );
  return { cloud: cloud(), balancerId, poolId, spec: value.pool, timeoutMs: value.statusTimeoutMs };
}

function idIn(data: JsonObject | null, key: 'loadbalancer' | 'pool'): string | null {
  const outer = data?.['LoadBalancingPolicy'];
  const inner = isJsonObject(outer) ? outer['data'] : undefined;
  const id = isJsonObject(inner) ? inner[key] : undefined;
  return typeof id === 'string' ? id : null;
}
