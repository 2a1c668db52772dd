/** The names by which a cluster's health is explained: its commands find what they name. */
import type { NamedRules } from '../clusters/cluster-rules.ts';
import type { Cluster, Node } from '../domain/model.ts';
import { identitiesOf } from '../store/shared-names.ts';
import type { Db } from '../store/store.ts';

export interface ExplainedNames {
  readonly cluster: string;
  /** Of the health policy; '' where there is none. */
  readonly policy: string;
  readonly node: (node: Node) => string;
}

/** @param viewer the project of the caller. */
export async function explainedNames(
  db: Db,
  viewer: string,
  cluster: Cluster,
  rules: NamedRules | null,
  nodes: readonly { readonly node: Node }[],
): Promise<ExplainedNames> {
  const { project } = cluster;
  const policy = { id: rules?.policyId ?? '', name: rules?.policyName ?? '', project };
  return {
    cluster: (await identitiesOf(db, 'cluster', [cluster], viewer))(cluster),
    policy: (await identitiesOf(db, 'policy', [policy], viewer))(policy),
    node: await identitiesOf(
      db,
      'node',
      nodes.map(({ node }) => node),
      viewer,
    ),
  };
}
