/** The servers that were created for a node, whichever request created them. */
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NovaClient } from '../../openstack/nova/nova-client.ts';
import type { Server } from '../../openstack/nova/server.ts';
import type { NodeFacts } from '../profile-type.ts';
import { isOfNode } from './owned-metadata.ts';
import { specOf } from './spec.ts';

/**
 * Nova can be asked for a name, not for metadata: the page of that name is read, and the metadata decides.
 */
export async function findServers(
  nova: NovaClient,
  node: Pick<NodeFacts, 'id' | 'name' | 'properties'>,
  context: CallContext,
): Promise<readonly Server[]> {
  const name = specOf(node.properties).name ?? node.name;
  const found: Server[] = [];
  let marker: string | undefined;
  do {
    const page = await nova.listServers({ name: `^${escaped(name)}$`, marker }, context);
    found.push(...page.servers.filter((server) => isOfNode(server, node.id)));
    marker = page.next ?? undefined;
  } while (marker !== undefined);
  return found;
}

/** For the regular expressions of Nova's database (MySQL's or PostgreSQL's). */
function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
