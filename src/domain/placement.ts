/** Where a node is placed, by policies or by its profile: in its `data`, under Senlin's keys. */
import { isJsonObject, type JsonObject } from './json.ts';

export interface Placement {
  /** A region of the cloud. */
  readonly region_name?: string;
  /** An availability zone; for administrators also `ZONE:HOST`. */
  readonly zone?: string;
  /** The id of a server group of Nova. */
  readonly servergroup?: string;
}

/** @param holder the data of a node, or the inputs of the action that creates it. */
export function placementIn({ placement }: JsonObject): Placement {
  return isJsonObject(placement) ? placement : {};
}

/** The region in which a node is; null: that in which Coppice works where nothing else is said. */
export function regionOf(holder: JsonObject): string | null {
  const { region_name: region } = placementIn(holder);
  return typeof region === 'string' ? region : null;
}

/**
 * What regions may all have, such as a zone of some name, as that of the region of a node: `RegionTwo/az1`.
 */
export function withRegion(holder: JsonObject, name: string): string {
  const region = regionOf(holder);
  return region === null ? name : `${region}/${name}`;
}

export function withoutRegion(holder: JsonObject, name: string): string {
  const prefix = withRegion(holder, '');
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** The region that a profile names for its nodes, in Senlin's `context`; null: none. */
export function regionNamedIn({ context }: JsonObject): string | null {
  const region = isJsonObject(context) ? context['region_name'] : undefined;
  return typeof region === 'string' && region !== '' ? region : null;
}
