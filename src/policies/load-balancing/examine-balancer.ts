/** What of a load balancing policy the cloud does not have, asked before it is attached; nothing is made. */
import { CoppiceError, quoteValue, type Issue } from '../../domain/errors.ts';
import type { Node } from '../../domain/model.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import { findOne } from '../../openstack/find-one.ts';
import type { LoadBalancingPolicy } from './load-balancing-policy.ts';
import { findExisting } from './make-balancer.ts';
import { addressInSubnet } from './pool-members.ts';

/** Of so many nodes the addresses are read: those of one profile are in the same networks. */
const EXAMINED_NODES = 5;

/** @throws CloudError, CoppiceError where the cloud cannot be asked. */
export async function examineBalancer(
  cloud: Cloud,
  { balancer, pool }: LoadBalancingPolicy,
  nodes: readonly Pick<Node, 'physicalId'>[],
  signal: AbortSignal,
): Promise<Issue[]> {
  const context = { signal };
  const issues: Issue[] = [];
  const subnet = await issueOr(issues, { field: 'pool.subnet', name: pool.subnet }, () =>
    findOne(cloud, 'subnets', pool.subnet, context),
  );
  if (balancer.kind === 'EXISTING')
    await issueOr(issues, { field: 'loadbalancer', name: balancer.name }, () =>
      findExisting(cloud, balancer, signal),
    );
  else
    for (const [key, kind] of [
      ['subnet', 'subnets'],
      ['network', 'networks'],
    ] as const) {
      const name = balancer.vip[key];
      if (name !== undefined)
        await issueOr(issues, { field: `vip.${key}`, name }, () => findOne(cloud, kind, name, context));
    }
  if (subnet !== undefined && (await isNowhere(cloud, subnet.id, nodes, context)))
    issues.push({
      field: 'pool.subnet',
      expected: 'a subnet in which the servers of the cluster have an address',
      found: quoteValue(pool.subnet),
      hint: 'they have none there: a server without one cannot be a member of the pool',
    });
  return issues;
}

/** What does not exist, or is several, is an issue. */
async function issueOr<T>(
  issues: Issue[],
  { field, name }: { readonly field: string; readonly name: string },
  find: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof CoppiceError) || error.code !== 'operation-impossible') throw error;
    const expected = 'one that the cloud has, and that can be used';
    issues.push({ field, expected, found: quoteValue(name), hint: error.message });
    return undefined;
  }
}

/** A server that was deleted has no address either: one that has it is enough. */
async function isNowhere(
  cloud: Cloud,
  subnetId: string,
  nodes: readonly Pick<Node, 'physicalId'>[],
  context: CallContext,
): Promise<boolean> {
  const servers = nodes.flatMap(({ physicalId }) => physicalId ?? []).slice(0, EXAMINED_NODES);
  let isSeen = false;
  for (const server of servers) {
    const ports = await cloud.neutron.listPorts({ deviceId: server }, context);
    if (addressInSubnet(ports, subnetId) !== undefined) return false;
    isSeen ||= ports.length > 0;
  }
  return isSeen;
}
