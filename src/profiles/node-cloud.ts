/** The cloud in which nodes of a type live, for the types whose nodes are things of a cloud. */
import { CoppiceError } from '../domain/errors.ts';
import { regionOf } from '../domain/placement.ts';
import type { Cloud, Clouds } from '../openstack/cloud.ts';
import type { NodeFacts } from './profile-type.ts';

export const NO_CLOUD =
  'this Coppice works with no cloud: start it with --cloud openstack, or --cloud simulated';

/**
 * That of the owner, in the region of the node.
 * @throws CoppiceError `operation-impossible` where there is no cloud.
 */
export function cloudOf(
  clouds: Clouds | undefined,
  { session, data }: Pick<NodeFacts, 'session' | 'data'>,
): Cloud {
  if (clouds === undefined) throw new CoppiceError('operation-impossible', NO_CLOUD);
  return clouds.of(session).inRegion(regionOf(data));
}
