/**
 * Removing what there is of a node, and making it another one, with regard to what is kept of it: that is
 * never removed with the node, and what is made has to be beside it.
 */
import type { ManagedNode } from '../clusters/managed-node.ts';
import { keptObject } from '../clusters/keep-failed.ts';
import { CoppiceError, describeIssue } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type {
  CreateRequest,
  OperationRequest,
  PhysicalNode,
  RemoveRequest,
  Retention,
} from '../profiles/profile-type.ts';
import type { PhysicalObject } from '../recovery/chain.ts';
import { retainedOfNode } from '../store/retained.ts';
import type { Db } from '../store/store.ts';

/** What a later step has to know of the removal, and cannot find out again: it may be gone by then. */
export interface Removed {
  /** Something of the node is kept. */
  readonly spared: boolean;
  /** What the removal leaves for an operator to do; absent: nothing. */
  readonly note?: string;
}

export async function removeNode(
  db: Db,
  { type, node, facts }: ManagedNode,
  request: RemoveRequest,
): Promise<Removed> {
  const kept = await keptOf(db, node.id);
  const removal =
    kept.length === 0 || type.surge === undefined
      ? await type.remove(facts, request)
      : await type.surge.removeExcept(facts, kept, request);
  const note = removal?.note;
  return { spared: kept.length > 0, ...(note === undefined ? {} : { note }) };
}

export async function makePhysicalNode(
  { type, facts }: ManagedNode,
  { spared }: Pick<Removed, 'spared'>,
  request: CreateRequest,
): Promise<PhysicalNode> {
  const made =
    spared && type.surge !== undefined
      ? await type.surge.create(facts, request)
      : await type.create(facts, request);
  return { ...made, data: { ...lastingData(facts.data), ...made.data } };
}

/** What stays in the data of a node when there is nothing of it outside: where a policy has placed it. */
export function lastingData({ placement }: JsonObject): JsonObject {
  return placement === undefined ? {} : { placement };
}

/** Removes all of the node but these, and what is kept of it. */
export async function removeNodeExcept(
  db: Db,
  { type, node, facts }: ManagedNode,
  staying: readonly PhysicalObject[],
  request: OperationRequest,
): Promise<void> {
  const kept = await keptOf(db, node.id);
  await type.surge?.removeExcept(facts, [...staying, ...kept], request);
}

export async function hasKept(db: Db, nodeId: string): Promise<boolean> {
  return (await retainedOfNode(db, nodeId)).length > 0;
}

async function keptOf(db: Db, nodeId: string): Promise<PhysicalObject[]> {
  return (await retainedOfNode(db, nodeId)).map(keptObject);
}

/**
 * The profile of a node may be another than when the policy was attached.
 * @throws CoppiceError `operation-impossible`.
 */
export function retentionOf({ type, facts }: ManagedNode): Retention {
  const { retention } = type;
  if (typeof retention !== 'object' || type.surge === undefined) {
    const why = typeof retention === 'string' ? ` (${retention})` : '';
    throw new CoppiceError(
      'operation-impossible',
      `what has failed of a node of ${type.name}-${type.version} cannot be kept (params.retain)${why}`,
    );
  }
  const obstacles = retention.obstacles(facts.properties);
  if (obstacles.length === 0) return retention;
  throw new CoppiceError(
    'operation-impossible',
    `params.retain: the kept and the new one would both need what the profile names: ${obstacles.map(describeIssue).join('; ')}`,
  );
}
