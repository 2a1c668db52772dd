/**
 * What is allowed in a policy and probably not meant; and what depends on more than its text: workflows
 * that are not there.
 */
import { CoppiceError, describeIssue, type Issue } from '../domain/errors.ts';
import { ownerOf, type Session } from '../domain/session.ts';
import type { Cluster, Policy } from '../domain/model.ts';
import { domainsOfNodes } from '../clusters/failure-domains.ts';
import { nodesOfCluster } from '../store/nodes.ts';
import { getProfile } from '../store/profiles.ts';
import type { NamedWorkflow } from '../policies/policy-type.ts';
import { requireObject, requireReferenced } from './find-object.ts';
import { requirePolicyType } from './policies.ts';
import { fitsNothing } from './policy-fit.ts';
import { workflowHint } from '../workflow/missing-workflow.ts';
import { workflowOfStep } from '../workflow/workflow-of-step.ts';
import type { Caller, RequestTools } from './request-tools.ts';
import { definitionWarnings, workflowWarnings } from './workflow-warnings.ts';
import { createWorkflows } from '../domain/workflow-commands.ts';

/** An answer does not wait longer for a service that does not answer, in milliseconds. */
const LOOK_UP_MS = 3000;

/**
 * Of a spec that is valid; fields are paths from the top of its properties.
 * @param cluster to which it is attached; absent: none.
 */
export async function policyWarnings(
  tools: RequestTools,
  caller: Caller,
  policy: Pick<Policy, 'type' | 'spec'>,
  cluster: Pick<Cluster, 'config'> | null = null,
): Promise<Issue[]> {
  const type = requirePolicyType(tools, policy.type);
  const check = type.check(policy.spec.properties, { ...tools.checkSettings, isStored: true });
  if (!check.ok) return [];
  const named = type.workflows?.(check.value) ?? [];
  const misfits = await fitsNothing(tools, caller, policy);
  return eachOnce([
    ...check.warnings,
    ...misfits,
    ...(await missingWorkflows(tools, ownerOf(caller), named, cluster)),
  ]);
}

/** What is suspicious for every profile is wrong for the ones that there are as well. */
function eachOnce(warnings: readonly Issue[]): Issue[] {
  return [...new Map(warnings.map((warning) => [describeIssue(warning), warning])).values()];
}

/** Of a policy that is to be attached. */
export async function attachWarnings(
  tools: RequestTools,
  caller: Caller,
  cluster: string,
  policy: string,
): Promise<Issue[]> {
  const { db } = tools.store;
  const found = await requireReferenced(db, caller, 'policy', policy);
  const target = await requireObject(db, caller, 'cluster', cluster);
  return [
    ...(await policyWarnings(tools, caller, found, target)),
    ...(await profileTypeWarnings(tools, target, found)),
    ...(await oneDomainWarning(tools, target, found)),
  ];
}

async function profileTypeWarnings(
  tools: RequestTools,
  { profileId }: Cluster,
  policy: Pick<Policy, 'type' | 'spec'>,
): Promise<Issue[]> {
  const type = requirePolicyType(tools, policy.type);
  const check = type.check(policy.spec.properties, { ...tools.checkSettings, isStored: true });
  const profile = await getProfile(tools.store.db, profileId);
  const profileType = profile && tools.profileTypes.find(profile.type);
  if (!check.ok || profileType === undefined) return [];
  return type.warnOfProfile?.(check.value, profileType) ?? [];
}

/** Where all nodes fail with the same zone, none of its outages can be told from one of the cluster. */
async function oneDomainWarning(
  tools: RequestTools,
  cluster: Cluster,
  policy: Pick<Policy, 'type' | 'spec'>,
): Promise<Issue[]> {
  const type = requirePolicyType(tools, policy.type);
  const check = type.check(policy.spec.properties, { ...tools.checkSettings, isStored: true });
  const domain = check.ok ? (type.failureDomain?.(check.value) ?? null) : null;
  if (domain === null) return [];
  const { store, profileTypes } = tools;
  const nodes = await nodesOfCluster(store.db, cluster.id);
  const names = new Set((await domainsOfNodes({ db: store.db, profileTypes }, nodes, domain)).values());
  if (nodes.length === 0 || names.size > 1) return [];
  const noun = domain.kind === 'LABEL' ? `${domain.label} in their metadata` : domain.kind.toLowerCase();
  const [only] = names;
  return [
    {
      field: 'safety.zone_outage',
      expected: `nodes with two or more values of ${noun}`,
      found: only === undefined ? 'none known' : `${only} only`,
      hint: `as long as it is so, ${cluster.name} has no zone outage, and max_unhealthy is what holds recoveries`,
    },
  ];
}

/**
 * @param session whose project the workflows are used in.
 * @param cluster whose workflows they are; null: of any cluster.
 * @returns what is not there, or why that is not known.
 */
export async function missingWorkflows(
  tools: Pick<RequestTools, 'store' | 'runner' | 'workflows'>,
  session: Session,
  named: readonly NamedWorkflow[],
  cluster: Pick<Cluster, 'config'> | null,
): Promise<Issue[]> {
  const service = tools.workflows?.nameFor(cluster);
  const workflows = service && tools.workflows?.find(service);
  if (service === undefined || workflows === undefined) return [];
  const warnings: Issue[] = [];
  for (const one of named) {
    const { field, name, definition } = one;
    try {
      const signal = AbortSignal.timeout(LOOK_UP_MS);
      const found = await workflowOfStep(workflows, one, session, signal);
      if (found !== undefined && service === 'embedded')
        warnings.push(...(await workflowWarnings(tools, one, found, session)));
      if (found === undefined && service === 'embedded')
        warnings.push(...(await definitionWarnings(tools, one, session)));
      if (definition !== null || found !== undefined) continue;
      const hint = `${createWorkflows(service)}; until then this step fails${await workflowHint(workflows, name, session, signal)}`;
      warnings.push({ field, expected: 'the name of an existing workflow', found: name, hint });
    } catch (error) {
      if (!(error instanceof CoppiceError)) throw error;
      const expected = 'a workflow engine that answers';
      return [...warnings, { field, expected, found: error.message, hint: 'its workflows were not checked' }];
    }
  }
  return warnings;
}
