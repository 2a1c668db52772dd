/** In which failure domain each node of a cluster is: the one rule for healing, and for what is shown. */
import type { FailureDomain } from '../domain/failure-domain.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Node } from '../domain/model.ts';
import { withoutRegion } from '../domain/placement.ts';
import type { ProfileType } from '../profiles/profile-type.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import { profileTypeNames } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';

export interface LocationTools {
  readonly db: Db;
  readonly profileTypes: ProfileTypes;
}

/** By the id of the node; one that has no domain of this kind, or of which it is not known, has no entry. */
export async function domainsOfNodes(
  { db, profileTypes }: LocationTools,
  nodes: readonly Pick<Node, 'id' | 'profileId' | 'data' | 'metadata'>[],
  domain: FailureDomain,
): Promise<ReadonlyMap<string, string>> {
  const types = await profileTypeNames(
    db,
    nodes.map(({ profileId }) => profileId),
  );
  const domains = new Map<string, string>();
  for (const node of nodes) {
    const type = profileTypes.find(types.get(node.profileId) ?? '');
    const name = domainOfNode(node, type, domain);
    if (name !== null) domains.set(node.id, name);
  }
  return domains;
}

/** The availability zones as Nova names them: two regions may have one of the same name. */
export async function zonesOfNodes(
  tools: LocationTools,
  nodes: readonly Pick<Node, 'id' | 'profileId' | 'data' | 'metadata'>[],
): Promise<ReadonlyMap<string, string>> {
  const data = new Map(nodes.map((node) => [node.id, node.data]));
  const domains = await domainsOfNodes(tools, nodes, { kind: 'ZONE' });
  return new Map([...domains].map(([id, name]) => [id, withoutRegion(data.get(id) ?? {}, name)]));
}

/** @param type of the node's profile; undefined: one that this Coppice does not have. */
export function domainOfNode(
  { data, metadata }: Pick<Node, 'data' | 'metadata'>,
  type: Pick<ProfileType, 'failureDomains'> | undefined,
  domain: FailureDomain,
): string | null {
  if (domain.kind === 'LABEL') return labelIn(metadata, domain.label);
  return type?.failureDomains?.[domain.kind]?.(data) ?? null;
}

/** A number is as good a name as a text. */
function labelIn(metadata: JsonObject, label: string): string | null {
  const value = Object.hasOwn(metadata, label) ? metadata[label] : undefined;
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : null;
}
