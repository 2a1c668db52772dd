/**
 * Nodes that join a cluster, leave it, or take the place of others. What is refused, and the sentences, are
 * Senlin's (senlin/conductor/service.py): its clients show them to their users.
 */
import { limitBroken } from '../domain/capacity.ts';
import { CoppiceError } from '../domain/errors.ts';
import type { Cluster, Node } from '../domain/model.ts';
import { countNodes } from '../store/nodes.ts';
import { profileTypeNames } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';
import type { ClusterRequest } from './cluster-actions.ts';
import { findObject } from './find-object.ts';
import { refuseUnfitNode } from './policy-fit.ts';
import type { Caller, RequestTools } from './request-tools.ts';

/** @param identities ids or names of nodes that are in no cluster. */
export function addingNodes(identities: readonly string[]): ClusterRequest {
  return {
    action: 'CLUSTER_ADD_NODES',
    async prepare(db, cluster, tools, caller) {
      const { found, missing } = await findNodes(db, caller, identities);
      refuseAll([
        ...ofOthers(cluster, found),
        ...(await wrongTypes(db, cluster, found, 'does')),
        ...complaint(owned(found), (ids) => `Nodes ${ids} already owned by some cluster.`),
        ...complaint(inactive(found), (ids) => `Nodes are not ACTIVE: ${ids}.`),
        ...complaint(missing, (ids) => `Nodes not found: ${ids}.`),
      ]);
      await refuseUnfit(db, tools, cluster, found);
      await refuseSize(db, cluster, found.length, tools);
      return { nodes: found.map(({ id }) => id) };
    },
  };
}

/**
 * @param identities ids or names of nodes of the cluster.
 * @param destroy whether they are deleted; a deletion policy of the cluster decides instead.
 */
export function removingNodes(identities: readonly string[], destroy: boolean): ClusterRequest {
  return {
    action: 'CLUSTER_DEL_NODES',
    async prepare(db, cluster, tools, caller) {
      const { found, missing } = await findNodes(db, caller, identities);
      const strangers = found.filter(({ clusterId }) => clusterId !== cluster.id);
      refuseAll([
        ...complaint(missing, (ids) => `Nodes not found: ${ids}.`),
        ...complaint(strangers.map(idOf), (ids) => `Nodes not members of specified cluster: ${ids}.`),
      ]);
      await refuseSize(db, cluster, -found.length, tools);
      return { candidates: found.map(idOf), count: found.length, destroy_after_deletion: destroy };
    },
  };
}

/** @param identities of a node of the cluster, and of the one in no cluster that takes its place. */
export function replacingNodes(identities: Readonly<Record<string, string>>): ClusterRequest {
  return {
    action: 'CLUSTER_REPLACE_NODES',
    async prepare(db, cluster, tools, caller) {
      const old = await findNodes(db, caller, Object.keys(identities));
      // As in Senlin: what was to take the place of a node that is not there is not looked for.
      const wanted = Object.entries(identities).filter(([identity]) => !old.missing.includes(identity));
      const replacements = await findNodes(
        db,
        caller,
        wanted.map(([, identity]) => identity),
      );
      const strangers = old.found.filter(({ clusterId }) => clusterId !== cluster.id);
      refuseAll([
        ...complaint(
          strangers.map(idOf),
          (ids) => `The specified nodes ${ids} to be replaced are not members of the cluster ${cluster.id}.`,
        ),
        ...ofOthers(cluster, replacements.found),
        ...complaint(owned(replacements.found), (ids) => `Nodes ${ids} already member of a cluster.`),
        ...complaint(inactive(replacements.found), (ids) => `Nodes are not ACTIVE: ${ids}.`),
        ...(await wrongTypes(db, cluster, replacements.found, 'do')),
        ...complaint(old.missing, (ids) => `Original nodes not found: ${ids}.`),
        ...complaint(replacements.missing, (ids) => `Replacement nodes not found: ${ids}.`),
        ...(isOneToOne(wanted.length, old, replacements)
          ? []
          : ['A node can take the place of one other only.']),
      ]);
      await refuseUnfit(db, tools, cluster, replacements.found);
      const pairs = old.found.map(({ id }, at) => [id, replacements.found[at]?.id ?? ''] as const);
      return { candidates: Object.fromEntries(pairs) };
    },
  };
}

/** An administrator finds nodes of all projects. Its members would not see it, and could delete it. */
function ofOthers({ project }: Cluster, nodes: readonly Node[]): string[] {
  const others = nodes.filter((node) => node.project !== project).map(idOf);
  return complaint(others, (ids) => `Nodes ${ids} belong to another project than the cluster.`);
}

interface FoundNodes {
  /** Each once, in the order of the identities. */
  readonly found: readonly Node[];
  readonly missing: readonly string[];
}

async function findNodes(db: Db, caller: Caller, identities: readonly string[]): Promise<FoundNodes> {
  const found = new Map<string, Node>();
  const missing: string[] = [];
  for (const identity of identities) {
    const node = await findObject(db, caller, 'node', identity);
    if (node === undefined) missing.push(identity);
    else found.set(node.id, node);
  }
  return { found: [...found.values()], missing };
}

/** Whether no node is named twice. @param pairs those of which the node to be replaced is there. */
function isOneToOne(pairs: number, old: FoundNodes, replacements: FoundNodes): boolean {
  return old.found.length === pairs && replacements.found.length + replacements.missing.length === pairs;
}

function idOf({ id }: Node): string {
  return id;
}

function owned(nodes: readonly Node[]): string[] {
  return nodes.filter(({ clusterId }) => clusterId !== null).map(idOf);
}

function inactive(nodes: readonly Node[]): string[] {
  return nodes.filter(({ status }) => status !== 'ACTIVE').map(idOf);
}

async function wrongTypes(
  db: Db,
  { profileId }: Cluster,
  nodes: readonly Node[],
  verb: 'does' | 'do',
): Promise<string[]> {
  const types = await profileTypeNames(db, [profileId, ...nodes.map((node) => node.profileId)]);
  const wrong = nodes.filter((node) => types.get(node.profileId) !== types.get(profileId));
  return complaint(
    wrong.map(idOf),
    (ids) => `Profile type of nodes ${ids} ${verb} not match that of the cluster.`,
  );
}

/** A request may name a thousand nodes; a user reads no more than these. */
const MOST_LISTED = 10;
const LONGEST_LISTED = 100;

/**
 * None where there are no such nodes. The list stands as Senlin writes it: `['a', 'b']`; of a long one its
 * beginning.
 */
function complaint(ids: readonly string[], sentence: (ids: string) => string): string[] {
  if (ids.length === 0) return [];
  const listed = ids.slice(0, MOST_LISTED).map((id) => `'${id.slice(0, LONGEST_LISTED)}'`);
  const more = ids.length - listed.length;
  return [sentence(`[${[...listed, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')}]`)];
}

function refuseAll(sentences: readonly string[]): void {
  if (sentences.length > 0) throw new CoppiceError('bad-request', sentences.join('\n'));
}

async function refuseUnfit(db: Db, tools: RequestTools, { id }: Cluster, nodes: readonly Node[]) {
  for (const node of nodes) await refuseUnfitNode(db, tools, id, node);
}

async function refuseSize(db: Db, cluster: Cluster, change: number, { limits }: RequestTools): Promise<void> {
  const current = await countNodes(db, cluster.id);
  const size = { ...cluster, current, mostNodes: limits.maxNodesPerCluster };
  const broken = limitBroken(current + change, size);
  if (broken !== null) throw new CoppiceError('bad-request', broken);
}
