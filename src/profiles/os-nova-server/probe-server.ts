/** What Nova's status of a server says of its node: of one node, or of many by reads that they share. */
import type { Verdict } from '../../domain/verdict.ts';
import { isStatus } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { NodeFacts } from '../profile-type.ts';
import type { SharedServerReads } from './shared-server-reads.ts';
import { cannotSee, deleted, notCreated, verdictOn } from './verdict.ts';

export async function probeServer(
  { nova }: Cloud,
  { physicalId }: NodeFacts,
  signal: AbortSignal,
  now: () => number,
): Promise<Verdict> {
  if (physicalId === null) return notCreated;
  try {
    return verdictOn(await nova.getServer(physicalId, { signal }, 0), now());
  } catch (error) {
    return isStatus(error, 404) ? deleted(physicalId) : cannotSee(physicalId, error);
  }
}

/** @throws the signal's reason. */
export async function probeServerShared(
  servers: SharedServerReads,
  { physicalId }: NodeFacts,
  signal: AbortSignal,
  now: () => number,
): Promise<Verdict> {
  if (physicalId === null) return notCreated;
  try {
    const server = await servers.get(physicalId, signal);
    return server === undefined ? deleted(physicalId) : verdictOn(server, now());
  } catch (error) {
    signal.throwIfAborted();
    return cannotSee(physicalId, error);
  }
}
