/** Where the nodes of a healing world live: a cloud that outlives the process that heals. */
import type { JsonObject } from '../../src/domain/json.ts';
import type { Clouds } from '../../src/openstack/cloud.ts';
import type { ProfileType } from '../../src/profiles/profile-type.ts';
import type { CloudView } from '../../src/requests/request-tools.ts';

export interface NodeHome {
  /** What nodes are made from: type, version and properties. */
  readonly profileSpec: JsonObject;
  /** As one process sees it: once that is killed it requests nothing, and hears nothing. */
  profileType(isAlive: () => boolean): ProfileType;
  /** Where policies work outside, seen in the same way; absent: they cannot. */
  clouds?(isAlive: () => boolean): Clouds;
  /** `reboot web-1`, ... when it begins, in milliseconds of the virtual clock. */
  readonly calls: readonly { readonly at: number; readonly text: string }[];
  /** Operations that changed a node while another did. */
  readonly overlaps: readonly string[];
  readonly serverCount: number;
  /** What requests are told of the cloud; absent: nothing. */
  readonly cloudView?: CloudView;
  /** A text with names instead of ids that differ from run to run. */
  readable(text: string): string;
  /** The server of a node is deleted, and not by Coppice. */
  lose(nodeId: string): void;
}
