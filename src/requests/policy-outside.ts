/** Whether what a policy names is there in the cloud, asked before an action attaches it. */
import { attachmentTo } from '../clusters/plan-look-ups.ts';
import { CoppiceError, type Issue } from '../domain/errors.ts';
import type { Cluster, Policy } from '../domain/model.ts';
import { CloudError } from '../openstack/cloud-error.ts';
import { findBinding } from '../store/cluster-policies.ts';
import { nodesOfCluster } from '../store/nodes.ts';
import { requirePolicyType } from './policies.ts';
import type { RequestTools } from './request-tools.ts';
import { refuseSpec } from './spec-document.ts';

/** Longest that a request waits for the cloud. */
const EXAMINE_MS = 10_000;

/**
 * What the action would fail for, and leave to be told as a problem of the cluster. Where the cloud cannot be
 * asked, the action tells. @throws CoppiceError `invalid-spec`
 */
export async function refuseUnknownOutside(
  tools: RequestTools,
  cluster: Cluster,
  policy: Policy,
): Promise<void> {
  const { db } = tools.store;
  const type = requirePolicyType(tools, policy.type);
  if (tools.clouds === undefined || type.examine === undefined) return;
  if ((await findBinding(db, cluster.id, policy.id)) !== undefined) return;
  const nodes = (await nodesOfCluster(db, cluster.id)).filter(({ status }) => status === 'ACTIVE');
  let issues: Issue[];
  try {
    const attachment = await attachmentTo({ ...tools, db }, { type, policy, cluster, data: null });
    issues = await type.examine(attachment, nodes, AbortSignal.timeout(EXAMINE_MS));
  } catch (error) {
    if (error instanceof CloudError || error instanceof CoppiceError || error instanceof DOMException) return;
    throw error;
  }
  if (issues.length > 0)
    refuseSpec(`The policy ${policy.name} does not fit the cluster ${cluster.name}: `, issues, {
      part: 'properties',
    });
}
