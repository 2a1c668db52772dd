/** A node together with the profile type that knows how to treat it. */
import { CoppiceError, describeIssue } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Cluster, Node, Profile } from '../domain/model.ts';
import { ownerOf } from '../domain/session.ts';
import { typeName, type NodeFacts, type ProfileType } from '../profiles/profile-type.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import { openProperties, openWhatCanBe } from '../secrets/spec-secrets.ts';
import { clusterNames, getCluster } from '../store/clusters.ts';
import { getNode, nodesOfProfileType } from '../store/nodes.ts';
import { getProfile, profilesOfType } from '../store/profiles.ts';
import type { Store } from '../store/store.ts';

export interface ManagedNode {
  readonly node: Node;
  readonly profile: Profile;
  readonly type: ProfileType;
  readonly facts: NodeFacts;
}

/** What reads a profile. */
export interface ProfileTools {
  readonly store: Pick<Store, 'secrets'>;
  readonly profileTypes: ProfileTypes;
}

/**
 * @throws CoppiceError `resource-not-found` for a node or profile that is gone, `operation-impossible` for a
 * type we do not have.
 */
export async function loadManagedNode(
  tools: ProfileTools & { readonly store: Pick<Store, 'db'> },
  nodeId: string,
): Promise<ManagedNode> {
  const { db } = tools.store;
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
  return manage(tools, node, cluster, profile);
}

/**
 * The nodes of a profile type, in a fixed number of queries; those whose profile is not valid any more are
 * left out.
 */
export async function loadNodesOfType(
  { db, secrets }: Pick<Store, 'db' | 'secrets'>,
  type: ProfileType,
): Promise<NodeFacts[]> {
  const nodes = await nodesOfProfileType(db, typeName(type));
  const clusters = await clusterNames(
    db,
    nodes.flatMap((node) => node.clusterId ?? []),
  );
  const read = new Map<string, OfProfile>();
  for (const profile of await profilesOfType(db, typeName(type))) {
    const check = type.check(profile.spec.properties, { isStored: true });
    if (check.ok) read.set(profile.id, ofProfile(secrets, type, profile, check.properties));
  }
  return nodes.flatMap((node) => {
    const profile = read.get(node.profileId);
    return profile === undefined ? [] : factsOf(node, clusters.get(node.clusterId ?? '') ?? null, profile);
  });
}

/** @param profile of the node, or one that it might get. */
export function manage(
  tools: ProfileTools,
  node: Node,
  cluster: Pick<Cluster, 'name'> | undefined,
  profile: Profile,
): ManagedNode {
  return managerOf(tools, profile)(node, cluster);
}

/**
 * For many nodes of one profile, which is read once.
 * @throws CoppiceError `operation-impossible`, as what is returned does.
 */
export function managerOf(
  { store: { secrets }, profileTypes }: ProfileTools,
  profile: Profile,
): (node: Node, cluster: Pick<Cluster, 'name'> | undefined) => ManagedNode {
  const type = profileTypes.find(profile.type);
  if (type === undefined)
    return (node) => {
      throw noSuchType(profile.type, `of node ${node.name} `);
    };
  const read = ofProfile(secrets, type, profile, checkedProperties(profile, type));
  return (node, cluster) => ({ node, profile, type, facts: factsOf(node, cluster?.name ?? null, read) });
}

/**
 * The properties of a profile in plain text, with their defaults.
 * @throws CoppiceError `operation-impossible` for a type we do not have, a profile that is not valid, and one
 * whose secrets cannot be decrypted.
 */
export function propertiesOf(
  { store: { secrets }, profileTypes }: ProfileTools,
  profile: Profile,
): JsonObject {
  const type = requireType(profileTypes, profile);
  return openProperties(secrets, type, checkedProperties(profile, type), named(profile));
}

/**
 * Of a profile that is to be replaced: likewise, but what cannot be decrypted stays encrypted, and differs
 * from whatever comes instead.
 */
export function propertiesToReplace(
  { store: { secrets }, profileTypes }: ProfileTools,
  profile: Profile,
): JsonObject {
  const type = requireType(profileTypes, profile);
  return openWhatCanBe(secrets, type, checkedProperties(profile, type));
}

function requireType(profileTypes: ProfileTypes, profile: Profile): ProfileType {
  const type = profileTypes.find(profile.type);
  if (type === undefined) throw noSuchType(profile.type, '');
  return type;
}

function checkedProperties({ name, spec }: Profile, type: ProfileType): JsonObject {
  const check = type.check(spec.properties, { isStored: true });
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

type OfProfile = Required<Pick<NodeFacts, 'properties' | 'decrypt'>>;

function ofProfile(
  secrets: Store['secrets'],
  type: ProfileType,
  profile: Profile,
  properties: JsonObject,
): OfProfile {
  return { properties, decrypt: (sealed) => openProperties(secrets, type, sealed, named(profile)) };
}

function named({ name }: Profile): { readonly kind: 'profile'; readonly name: string } {
  return { kind: 'profile', name };
}

function factsOf(node: Node, clusterName: string | null, profile: OfProfile): NodeFacts {
  const { id, name, index, role, clusterId, metadata, physicalId, data } = node;
  const session = ownerOf(node);
  return { id, name, index, role, clusterId, clusterName, metadata, physicalId, data, ...profile, session };
}
