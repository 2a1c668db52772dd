/** The details of a node: the attributes of its server, under Nova's names, as Senlin shows them. */
import type { JsonObject } from '../../domain/json.ts';
import { isStatus } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NodeFacts } from '../profile-type.ts';

/** What Nova sends beside the state of the server: links, and what may hold a secret. */
const hidden: ReadonlySet<string> = new Set(['links', 'adminPass', 'OS-EXT-SRV-ATTR:user_data']);

export async function serverDetails(
  cloud: Cloud,
  { physicalId }: NodeFacts,
  context: CallContext,
): Promise<JsonObject> {
  if (physicalId === null) return {};
  try {
    const server = (await cloud.nova.getServer(physicalId, context, 0)) as unknown as JsonObject;
    return Object.fromEntries(Object.entries(server).filter(([name]) => !hidden.has(name)));
  } catch (error) {
    if (isStatus(error, 404)) return {};
    throw error;
  }
}
