/**
 * Which stacks are a node's. The name of a stack is made from the request that created it: Heat takes a name
 * once, so that a request that is repeated after a crash never makes a second one. Its tags say whose it is.
 */
import { createHash } from 'node:crypto';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { HeatClient, Stack } from '../../openstack/heat-client.ts';
import type { NodeFacts } from '../profile-type.ts';

/** Heat's limit is 255 characters. */
const LONGEST_NODE_NAME = 200;

/** `web-1-3fb2c1d0`; Heat wants a letter first, and letters, digits, `_`, `-` and `.` behind it. */
export function stackName({ id, name }: Pick<NodeFacts, 'id' | 'name'>, key: string): string {
  const readable = name.replace(/[^\w.-]/g, '-').slice(0, LONGEST_NODE_NAME);
  const hash = createHash('sha256').update(`${id} ${key}`).digest('hex').slice(0, 16);
  return `${/^[A-Za-z]/.test(readable) ? '' : 'n-'}${readable}-${hash}`;
}

/** Senlin's tags. */
export function stackTags({ id, clusterId, index }: Pick<NodeFacts, 'id' | 'clusterId' | 'index'>): string {
  return [
    nodeTag(id),
    ...(clusterId === null ? [] : [`cluster_id=${clusterId}`, `cluster_node_index=${index}`]),
  ].join(',');
}

/** The stacks that were created for a node, whichever request created them. */
export async function findStacks(
  heat: HeatClient,
  { id }: Pick<NodeFacts, 'id'>,
  context: CallContext,
): Promise<readonly Stack[]> {
  return heat.listStacks({ tags: nodeTag(id) }, context);
}

/** @returns undefined where it does not exist. */
export async function stackOfNode(
  heat: HeatClient,
  { physicalId }: Pick<NodeFacts, 'physicalId'>,
  context: CallContext,
  retries?: number,
): Promise<Stack | undefined> {
  if (physicalId === null) return undefined;
  return (await heat.listStacks({ id: physicalId }, context, retries)).at(0);
}

/** The node that a stack says it belongs to; null: none. */
export function nodeOf({ tags }: Pick<Stack, 'tags'>): string | null {
  const tag = tags?.find((one) => one.startsWith(nodeTag('')));
  return tag === undefined ? null : tag.slice(nodeTag('').length);
}

const ownedTag = /^(cluster_node_id|cluster_id|cluster_node_index|coppice_update)=/;

/** Whether the tags of a stack say that it is the node's, and of its cluster or of none. */
export function isMarkedAs(
  { tags }: Pick<Stack, 'tags'>,
  node: Pick<NodeFacts, 'id' | 'clusterId' | 'index'>,
): boolean {
  const marks = (tags ?? []).filter((tag) => ownedTag.test(tag) && !tag.startsWith('coppice_update='));
  return marks.toSorted().join(',') === stackTags(node).split(',').toSorted().join(',');
}

/** The tags of a stack that say nothing of whose it is. */
export function userTags({ tags }: Pick<Stack, 'tags'>): string[] {
  return (tags ?? []).filter((tag) => !ownedTag.test(tag));
}

function nodeTag(id: string): string {
  return `cluster_node_id=${id}`;
}
