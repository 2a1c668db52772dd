/** Attaching policies to clusters. */
import { CoppiceError, quoteValue } from '../domain/errors.ts';
import type { Cluster, ClusterPolicy, Policy } from '../domain/model.ts';
import { attachedPolicies, type AttachedPolicy } from '../store/cluster-policies.ts';
import type { Db } from '../store/store.ts';
import { ambiguous, factsOf, type Candidate } from './candidates.ts';
import type { ClusterRequest } from './cluster-actions.ts';
import { findId, fitting, requireObject, requireReferenced } from './find-object.ts';
import { partOfCluster, refuseOtherProject } from './other-projects.ts';
import { refuseMisfit } from './policy-fit.ts';
import { refuseUnknownOutside } from './policy-outside.ts';
import type { Caller, RequestTools } from './request-tools.ts';

export interface BindingRequest {
  /** Id or name. */
  readonly policy: string;
  /** Absent: as it is, or true where it is attached again. */
  readonly enabled?: boolean;
}

/** Where the policy requires what the nodes of the cluster cannot do, it is refused with `invalid-spec`. */
export function attaching(request: BindingRequest): ClusterRequest {
  return {
    action: 'CLUSTER_ATTACH_POLICY',
    async examine(cluster, tools, caller) {
      const policy = await fittingPolicy(tools.store.db, cluster, tools, caller, request);
      await refuseUnknownOutside(tools, cluster, policy);
    },
    async prepare(db, cluster, tools, caller) {
      const policy = await fittingPolicy(db, cluster, tools, caller, request);
      return { policy_id: policy.id, ...enabledOf(request) };
    },
  };
}

async function fittingPolicy(
  db: Db,
  cluster: Cluster,
  tools: RequestTools,
  caller: Caller,
  request: BindingRequest,
): Promise<Policy> {
  const policy = await requireReferenced(db, caller, 'policy', request.policy);
  refuseOtherProject('policy', policy, partOfCluster(cluster));
  await refuseMisfit(db, tools, cluster, policy);
  return policy;
}

export function updatingAttached(request: BindingRequest): ClusterRequest {
  return {
    action: 'CLUSTER_UPDATE_POLICY',
    async prepare(db, cluster, _tools, caller) {
      const policy = await requireAttached(db, caller, cluster, request.policy);
      return { policy_id: policy.policyId, ...enabledOf(request) };
    },
  };
}

export function detaching(policy: string): ClusterRequest {
  return {
    action: 'CLUSTER_DETACH_POLICY',
    async prepare(db, cluster, _tools, caller) {
      const binding = await requireAttached(db, caller, cluster, policy);
      return { policy_id: binding.policyId };
    },
  };
}

function enabledOf({ enabled }: BindingRequest): { enabled?: boolean } {
  return enabled === undefined ? {} : { enabled };
}

/**
 * Found among the policies of the cluster: another one of the same name is none of its business.
 * @throws CoppiceError `bad-request` where it does not exist or is not attached.
 */
async function requireAttached(
  db: Db,
  caller: Caller,
  cluster: Cluster,
  identity: string,
): Promise<ClusterPolicy> {
  const attached = await attachedPolicies(db, cluster.id);
  const found = await oneAttached(db, attached, identity);
  if (found !== undefined) return found.binding;
  const known = (await findId(db, caller, 'policy', identity)) !== undefined;
  const names = attached.map(({ policy }) => policy.name).join(', ');
  const sentence = known
    ? `The policy '${identity}' is not attached to the specified cluster '${cluster.id}'.`
    : `The specified policy '${identity}' could not be found.`;
  const expected = names === '' ? 'a policy that is attached; none is' : `one of those attached: ${names}`;
  const issue = { field: 'policy_id', expected, found: quoteValue(identity) };
  throw new CoppiceError('bad-request', sentence, { details: { issues: [issue] } });
}

/** @throws CoppiceError `multiple-choices` */
async function oneAttached(
  db: Db,
  attached: readonly AttachedPolicy[],
  identity: string,
): Promise<AttachedPolicy | undefined> {
  const fits = fitting(
    attached.map((each) => ({ id: each.policy.id, name: each.policy.name, each })),
    identity,
  );
  if (fits.length <= 1) return fits[0]?.each;
  const candidates: Candidate[] = [];
  for (const { id, each } of fits) candidates.push({ id, facts: await factsOf.policy(db, each.policy) });
  throw ambiguous('policy', identity, candidates);
}

export interface BindingsOfCluster {
  readonly cluster: Cluster;
  readonly bindings: readonly AttachedPolicy[];
}

export async function listBindings(
  { store: { db } }: RequestTools,
  caller: Caller,
  identity: string,
): Promise<BindingsOfCluster> {
  const cluster = await requireObject(db, caller, 'cluster', identity);
  return { cluster, bindings: await attachedPolicies(db, cluster.id) };
}

/** @throws CoppiceError `policy-binding-not-found` */
export async function getBinding(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  policy: string,
): Promise<{ readonly cluster: Cluster; readonly attached: AttachedPolicy }> {
  const { cluster, bindings } = await listBindings(tools, caller, identity);
  const attached = await oneAttached(tools.store.db, bindings, policy);
  if (attached !== undefined) return { cluster, attached };
  await requireObject(tools.store.db, caller, 'policy', policy);
  throw new CoppiceError(
    'policy-binding-not-found',
    `The policy '${policy}' is not found attached to the specified cluster '${identity}'.`,
  );
}
