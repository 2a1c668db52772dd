/**
 * A node as a member of the pool. A member is its node's by its name, which ends with the id of the node:
 * what a crash has left unrecorded, or the node was before it was recreated, is found by that. A pool has one
 * member for each address and port.
 */
import { CoppiceError } from '../../domain/errors.ts';
import { isStatus, operationError } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import { findOne } from '../../openstack/find-one.ts';
import type { NeutronPort } from '../../openstack/neutron-client.ts';
import type { PoolMember } from '../../openstack/octavia-client.ts';
import type { NodeFacts } from '../../profiles/profile-type.ts';
import { changeBalancer } from './balancer-changes.ts';
import type { PoolSpec } from './load-balancing-policy.ts';

/** The key of a node's `data`, as in Senlin. */
export const MEMBER_KEY = 'lb_member';

export interface PoolOf {
  readonly cloud: Cloud;
  readonly balancerId: string;
  readonly poolId: string;
  readonly spec: PoolSpec;
  readonly timeoutMs: number;
}

type MemberNode = Pick<NodeFacts, 'id' | 'name' | 'physicalId' | 'data'>;

/** @returns the id of the member. @throws CoppiceError */
export async function addMember(pool: PoolOf, node: MemberNode, signal: AbortSignal): Promise<string> {
  const doing = `the node ${node.name} could not be added to the pool ${pool.poolId}`;
  const context = { signal };
  try {
    const subnet = await findOne(pool.cloud, 'subnets', pool.spec.subnet, context);
    const address = await addressIn(pool, node, subnet.id, doing, context);
    const isCurrent = (one: PoolMember): boolean =>
      one.address === address && one.protocol_port === pool.spec.port;
    const members = await pool.cloud.octavia.listMembers(pool.poolId, context);
    const current = members.find(isCurrent);
    const id =
      current === undefined
        ? await create(pool, { node, address, subnetId: subnet.id, isCurrent }, doing, signal)
        : await claim(pool, node, current, doing, signal);
    for (const old of members.filter((one) => isOf(one, node) && one.id !== id))
      await remove(pool, old.id, doing, signal);
    return id;
  } catch (error) {
    signal.throwIfAborted();
    throw operationError(error, doing);
  }
}

/** Whether its member is there, with the address that it has. @throws CoppiceError where it is not seen. */
export async function isMember(pool: PoolOf, node: MemberNode, signal: AbortSignal): Promise<boolean> {
  const doing = `it is not known whether the node ${node.name} is in the pool ${pool.poolId}`;
  const context = { signal };
  try {
    const subnet = await findOne(pool.cloud, 'subnets', pool.spec.subnet, context);
    const address = await addressIn(pool, node, subnet.id, doing, context);
    const members = await pool.cloud.octavia.listMembers(pool.poolId, context);
    return members.some(
      (one) => isOf(one, node) && one.address === address && one.protocol_port === pool.spec.port,
    );
  } catch (error) {
    signal.throwIfAborted();
    throw operationError(error, doing);
  }
}

/** Gone already, also with its pool, is a success. @throws CoppiceError */
export async function removeMembers(pool: PoolOf, node: MemberNode, signal: AbortSignal): Promise<void> {
  const doing = `the node ${node.name} could not be removed from the pool ${pool.poolId}`;
  try {
    const members = await pool.cloud.octavia.listMembers(pool.poolId, { signal });
    for (const member of members.filter((one) => isOf(one, node)))
      await remove(pool, member.id, doing, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (isStatus(error, 404)) return;
    throw operationError(error, doing);
  }
}

function isOf({ id, name }: PoolMember, node: MemberNode): boolean {
  return name.endsWith(node.id) || id === node.data[MEMBER_KEY];
}

/** Octavia takes 255 characters, and so does the name of a node. */
function memberName({ id, name }: MemberNode): string {
  return `${name.slice(0, 200)} ${id}`;
}

/** The address of a server with these ports; undefined: it has none there. */
export function addressInSubnet(
  ports: readonly Pick<NeutronPort, 'fixed_ips'>[],
  subnetId: string,
): string | undefined {
  return ports.flatMap(({ fixed_ips: ips }) => ips).find((one) => one.subnet_id === subnetId)?.ip_address;
}

async function addressIn(
  { cloud, spec }: PoolOf,
  { physicalId }: MemberNode,
  subnetId: string,
  doing: string,
  context: CallContext,
): Promise<string> {
  if (physicalId === null) throw impossible(doing, 'it has no server');
  const ports = await cloud.neutron.listPorts({ deviceId: physicalId }, context);
  const address = addressInSubnet(ports, subnetId);
  if (address !== undefined) return address;
  throw impossible(doing, `its server ${physicalId} has no address in the subnet ${spec.subnet}`);
}

async function create(
  pool: PoolOf,
  wanted: {
    readonly node: MemberNode;
    readonly address: string;
    readonly subnetId: string;
    readonly isCurrent: (member: PoolMember) => boolean;
  },
  doing: string,
  signal: AbortSignal,
): Promise<string> {
  const { octavia } = pool.cloud;
  const find = async () => (await octavia.listMembers(pool.poolId, { signal })).find(wanted.isCurrent);
  const { node, address, subnetId } = wanted;
  const member = {
    name: memberName(node),
    address,
    protocol_port: pool.spec.port,
    subnet_id: subnetId,
  };
  const made = await changeBalancer(
    { ...pool, octavia, signal },
    doing,
    async (context) => (await find()) ?? (await octavia.createMember(pool.poolId, member, context)),
  ).catch(async (error: unknown) => {
    // The answer may be lost.
    const created = signal.aborted ? undefined : await find().catch(() => undefined);
    if (created === undefined) throw error;
    return created;
  });
  return made.id;
}

/**
 * One of another node had this address before it went, or an operator has made it: from now on it is ours.
 */
async function claim(
  pool: PoolOf,
  node: MemberNode,
  { id, name }: PoolMember,
  doing: string,
  signal: AbortSignal,
): Promise<string> {
  if (name.endsWith(node.id)) return id;
  const { octavia } = pool.cloud;
  await changeBalancer({ ...pool, octavia, signal }, doing, (context) =>
    octavia.updateMember(pool.poolId, id, { name: memberName(node) }, context),
  );
  return id;
}

async function remove(pool: PoolOf, memberId: string, doing: string, signal: AbortSignal): Promise<void> {
  const { octavia } = pool.cloud;
  await changeBalancer({ ...pool, octavia, signal }, doing, (context) =>
    octavia.deleteMember(pool.poolId, memberId, context),
  );
}

function impossible(doing: string, why: string): CoppiceError {
  return new CoppiceError('operation-impossible', `${doing}: ${why}`);
}
