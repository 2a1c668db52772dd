/** Making sure in Nova that a host which has died starts nothing again by itself: it is forced down. */
import { CoppiceError } from '../../domain/errors.ts';
import { operationError } from '../../openstack/cloud-error.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NovaClient } from '../../openstack/nova/nova-client.ts';
import type { ComputeService, Server } from '../../openstack/nova/server.ts';
import { noPlaceError, type NoPlace } from '../no-place.ts';
import type { RunRequest } from '../profile-type.ts';

export interface Fencing extends Pick<RunRequest, 'hostForcedDown'> {
  /** `the server could not be evacuated` */
  readonly doing: string;
  /** Why it is of no use to force `host` down; null: it is of use. Absent: it always is. */
  readonly objection?: (services: readonly ComputeService[], host: string) => NoPlace | null;
}

/**
 * It stays so until an operator has repaired it.
 * @returns the host that is forced down now; null: the server is on none.
 * @throws CoppiceError where it is not certain that the host is cut off: then no second server may be
 * started. `operation-failed` for a host that is up: Nova takes a minute to see that one has died; and where
 * there is an objection. Nothing is forced down then.
 */
export async function fenceHost(
  nova: NovaClient,
  server: Server,
  { doing, hostForcedDown, objection }: Fencing,
  context: CallContext,
): Promise<string | null> {
  const host = server['OS-EXT-SRV-ATTR:host'];
  if (host === null) return null;
  if (host === undefined)
    throw notCertain(
      doing,
      'Nova does not show its host to the user in whose name this is done; EVACUATE, and fencing of COMPUTE, need a user with the role of an administrator in the project',
    );
  const services = await computeServices(nova, host, doing, context);
  const service = services.find((one) => one.host === host);
  if (service === undefined) throw notCertain(doing, `Nova has no compute service on its host ${host}`);
  if (!service.forced_down && service.state === 'up')
    throw new CoppiceError('operation-failed', `${doing}: its host ${host} is up and still in use`);
  const why = objection?.(services, host) ?? null;
  if (why !== null) throw noPlaceError(why, doing);
  if (service.forced_down) return host;
  await hostForcedDown?.(host);
  try {
    await nova.forceDown(service.id, true, context);
  } catch (error) {
    throw operationError(error, `${doing}: its host ${host} could not be forced down`);
  }
  return host;
}

/** What an operator has to do with it later. */
export function afterFencing(host: string): string {
  return `host ${host} stays forced down in Nova; once it is repaired: openstack compute service set --up ${host} nova-compute`;
}

async function computeServices(
  nova: NovaClient,
  host: string,
  doing: string,
  context: CallContext,
): Promise<readonly ComputeService[]> {
  try {
    return await nova.listComputeServices(context);
  } catch (error) {
    throw operationError(error, `${doing}: the state of its host ${host} is not known`);
  }
}

function notCertain(doing: string, why: string): CoppiceError {
  return new CoppiceError(
    'operation-impossible',
    `${doing}: it is not certain that it does not run any more: ${why}`,
  );
}
