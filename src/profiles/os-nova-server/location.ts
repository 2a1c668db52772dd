/**
 * Where a server is: its availability zone and its host, as they are kept in the data of its node. Nova shows
 * the name of the host to administrators only, and to others an id that stands for it within their project.
 */
import type { JsonObject } from '../../domain/json.ts';
import { withRegion } from '../../domain/placement.ts';
import type { Server } from '../../openstack/nova/server.ts';

export function locationOf(server: Server): JsonObject {
  const zone = server['OS-EXT-AZ:availability_zone'];
  const host = server['OS-EXT-SRV-ATTR:host'];
  const { hostId } = server;
  return {
    ...(isName(zone) ? { zone } : {}),
    ...(isName(host) ? { host } : {}),
    ...(isName(hostId) ? { host_id: hostId } : {}),
  };
}

/** As a failure domain, of its region: null: the server is in none, or Nova did not say. */
export function zoneIn(data: JsonObject): string | null {
  const { zone } = data;
  return typeof zone === 'string' ? withRegion(data, zone) : null;
}

/** The name of the host, else what stands for it; of its region. */
export function hostIn(data: JsonObject): string | null {
  const name = [data['host'], data['host_id']].find((one) => typeof one === 'string');
  return typeof name === 'string' ? withRegion(data, name) : null;
}

function isName(text: string | null | undefined): text is string {
  return text !== undefined && text !== null && text !== '';
}
