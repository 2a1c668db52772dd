/** A node together with the profile type that knows how to treat it. */
import { CoppiceError, describeIssue } from '../domain/errors.ts';
import type { Cluster, Node, Profile } from '../domain/model.ts';
import { ownerOf } from '../domain/session.ts';
import { typeName, type NodeFacts, type ProfileType, type SpecCheck } from '../profiles/profile-type.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import { clusterNames, getCluster } from '../store/clusters.ts';
import { getNode, nodesOfProfileType } from '../store/nodes.ts';
import { getProfile, profilesOfType } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';

export interface ManagedNode {
  readonly node: Node;
  readonly type: ProfileType;
  readonly facts: NodeFacts;
}

/**
 * @throws CoppiceError `resource-not-found` for a node or profile that is gone, `operation-impossible` for a
 * type we do not have.
 */
export async function loadManagedNode(
  db: Db,
  profileTypes: ProfileTypes,
  nodeId: string,
): Promise<ManagedNode> {
  const node = await getNode(db, nodeId);
  if (node === undefined)
    throw new CoppiceError('resource-not-found', `The node '${nodeId}' could not be found.`);
  const cluster = node.clusterId === null ? undefined : await getCluster(db, node.clusterId);
  const profile = await getProfile(db, node.profileId);
  if (profile === undefined) {
    throw new CoppiceError(
      'resource-not-found',
      `The profile '${node.profileId}' of node ${node.name} could not be found.`,
    );
  }
  return manage(node, cluster, profile, profileTypes);
}

/**
 * The nodes of a profile type, in a fixed number of queries; those whose profile is not valid any more are
 * left out.
 */
export async function loadNodesOfType(db: Db, type: ProfileType): Promise<NodeFacts[]> {
  const nodes = await nodesOfProfileType(db, typeName(type));
  const clusters = await clusterNames(
    db,
    nodes.flatMap((node) => node.clusterId ?? []),
  );
  const checks = new Map<string, SpecCheck>();
  for (const profile of await profilesOfType(db, typeName(type)))
    checks.set(profile.id, type.check(profile.spec.properties));
  return nodes.flatMap((node) => {
    const check = checks.get(node.profileId);
    if (check?.ok !== true) return [];
    return factsOf(node, clusters.get(node.clusterId ?? '') ?? null, check.properties);
  });
}

export function manage(
  node: Node,
  cluster: Pick<Cluster, 'name'> | undefined,
  profile: Profile,
  profileTypes: ProfileTypes,
): ManagedNode {
  const type = profileTypes.find(profile.type);
  if (type === undefined) throw noSuchType(profile.type, `of node ${node.name} `);
  const properties = checkedProperties(profile, type);
  return { node, type, facts: factsOf(node, cluster?.name ?? null, properties) };
}

/**
 * The properties of a profile, with their defaults.
 * @throws CoppiceError `operation-impossible` for a type we do not have, or a profile that is not valid.
 */
export function propertiesOf(profile: Profile, profileTypes: ProfileTypes): NodeFacts['properties'] {
  const type = profileTypes.find(profile.type);
  if (type === undefined) throw noSuchType(profile.type, '');
  return checkedProperties(profile, type);
}

function checkedProperties({ name, spec }: Profile, type: ProfileType): NodeFacts['properties'] {
  const check = type.check(spec.properties);
  if (check.ok) return check.properties;
  const wrong = check.issues.map(describeIssue).join('; ');
  throw new CoppiceError('operation-impossible', `The profile ${name} is not valid any more: ${wrong}.`);
}

function noSuchType(type: string, of: string): CoppiceError {
  return new CoppiceError(
    'operation-impossible',
    `The profile type ${type} ${of}is not part of this Coppice.`,
  );
}

function factsOf(node: Node, clusterName: string | null, properties: NodeFacts['properties']): NodeFacts {
  const { id, name, index, role, clusterId, metadata, physicalId, data } = node;
  const session = ownerOf(node);
  return { id, name, index, role, clusterId, clusterName, metadata, physicalId, data, properties, session };
}
