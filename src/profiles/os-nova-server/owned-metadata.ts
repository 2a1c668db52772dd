/**
 * What the metadata of a server says of whose it is. It is how a request that is repeated after a crash finds
 * what the first one created, and how an operator finds the node of a server.
 */
import { createHash } from 'node:crypto';
import type { Server } from '../../openstack/nova/server.ts';
import type { NodeFacts } from '../profile-type.ts';

/** Senlin's keys, and one of our own for the request that created the server. */
const NODE = 'cluster_node_id';
const CLUSTER = 'cluster_id';
const INDEX = 'cluster_node_index';
const REQUEST = 'coppice_request';
/** The last operation that was begun on the server (run-operation.ts). */
export const MARK = 'coppice_operation';
const owned: ReadonlySet<string> = new Set([NODE, CLUSTER, INDEX, REQUEST]);

/** @param user what the spec says; our keys win. @param key of the request; absent: kept as it is. */
export function ownedMetadata(
  { id, clusterId, index }: Pick<NodeFacts, 'id' | 'clusterId' | 'index'>,
  user: Readonly<Record<string, string>>,
  key: string,
): Record<string, string> {
  return {
    ...user,
    [NODE]: id,
    ...(clusterId === null ? {} : { [CLUSTER]: clusterId, [INDEX]: String(index) }),
    [REQUEST]: requestMark(key),
  };
}

export function isOfNode({ metadata }: Pick<Server, 'metadata'>, nodeId: string): boolean {
  return metadata[NODE] === nodeId;
}

export function isOfRequest({ metadata }: Pick<Server, 'metadata'>, key: string): boolean {
  return metadata[REQUEST] === requestMark(key);
}

/**
 * The metadata of a server after its spec's has changed: what others have written stays, and whose it is.
 * @param before what the spec said. @param user what it says now; our keys win.
 */
export function changedMetadata(
  { metadata }: Pick<Server, 'metadata'>,
  before: Readonly<Record<string, string>>,
  user: Readonly<Record<string, string>>,
): Record<string, string> {
  const isOwned = (key: string): boolean => owned.has(key);
  const kept = Object.entries(metadata).filter(([key]) => isOwned(key) || !(key in before));
  const written = Object.entries(user).filter(([key]) => !isOwned(key));
  return Object.fromEntries([...kept, ...written]);
}

/** The node that a server says it belongs to; null: none. */
export function nodeOf({ metadata }: Pick<Server, 'metadata'>): string | null {
  return metadata[NODE] ?? null;
}

/** What users have written into the metadata of a server: all but what it says of whose it is. */
export function userMetadata({ metadata }: Pick<Server, 'metadata'>): Record<string, string> {
  const written = Object.entries(metadata).filter(([key]) => !owned.has(key) && key !== MARK);
  return Object.fromEntries(written);
}

/** Nova takes at most 255 characters. */
function requestMark(key: string): string {
  return key.length <= 255 ? key : createHash('sha256').update(key).digest('hex');
}
