import { randomUUID } from 'node:crypto';
import { CoppiceError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Policy, Spec } from '../domain/model.ts';
import { typeName } from '../profiles/profile-type.ts';
import type { PolicyType } from '../policies/policy-type.ts';
import { clustersWithPolicy } from '../store/cluster-policies.ts';
import { sealSpec, showSpec } from '../secrets/spec-secrets.ts';
import * as rows from '../store/policies.ts';
import { requireObject, unknownType } from './find-object.ts';
import { ownerOf } from '../domain/session.ts';
import type { Caller, RequestTools } from './request-tools.ts';
import { MOST_NAMED, listUsers } from './in-use.ts';
import { readSpec, refuseSpec, refuseType, typeNameOf } from './spec-document.ts';

/** @throws CoppiceError `invalid-spec`, `resource-not-found` (a type that does not exist) */
export async function createPolicy(
  tools: RequestTools,
  caller: Caller,
  request: { readonly name: string; readonly spec: JsonObject },
): Promise<Policy> {
  const { type, spec } = checkSpec(tools, request.spec);
  const policy: Policy = {
    ...ownerOf(caller),
    id: randomUUID(),
    name: request.name,
    type: typeNameOf(spec),
    spec,
    data: {},
    createdAt: tools.now(),
    updatedAt: null,
  };
  const sealed = { ...policy, spec: sealSpec(tools.store.secrets, type, spec) };
  await tools.store.write((tx) => rows.insertPolicy(tx, sealed));
  return policy;
}

/** Checks a spec as `createPolicy` would. @returns it, with its version as text. */
export function validatePolicy(tools: RequestTools, document: JsonObject): Spec {
  return checkSpec(tools, document).spec;
}

function checkSpec(
  tools: RequestTools,
  document: JsonObject,
): { readonly type: PolicyType; readonly spec: Spec } {
  const { policyTypes } = tools;
  const spec = readSpec(document, '', policyTypes);
  const name = typeNameOf(spec);
  const type =
    policyTypes.find((each) => typeName(each) === name) ?? refuseType('policy_type', spec, policyTypes);
  const check = type.check(spec.properties, tools.checkSettings);
  if (!check.ok) refuseSpec('', check.issues, { part: 'properties' });
  return { type, spec };
}

/** A policy of the store, with its spec as it was written. */
export function shownPolicy(tools: RequestTools, policy: Policy): Policy {
  const type = tools.policyTypes.find((each) => typeName(each) === policy.type);
  return type === undefined ? policy : { ...policy, spec: showSpec(tools.store.secrets, type, policy.spec) };
}

/** @throws CoppiceError `resource-not-found` */
export function requirePolicyType({ policyTypes }: RequestTools, name: string): PolicyType {
  const names = policyTypes.map(typeName);
  return policyTypes.find((type) => typeName(type) === name) ?? unknownType('policy_type', name, names);
}

export async function renamePolicy(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  name: string,
): Promise<Policy> {
  return await tools.store.write(async (tx) => {
    const policy = await requireObject(tx.db, caller, 'policy', identity);
    const changes = { name, updatedAt: tools.now() };
    await rows.updatePolicy(tx, policy.id, changes);
    return shownPolicy(tools, { ...policy, ...changes });
  });
}

/** @throws CoppiceError `resource-in-use` */
export async function deletePolicy(tools: RequestTools, caller: Caller, identity: string): Promise<void> {
  await tools.store.write(async (tx) => {
    const { id } = await requireObject(tx.db, caller, 'policy', identity);
    const clusters = await clustersWithPolicy(tx.db, id, MOST_NAMED + 1);
    if (clusters.length > 0) {
      const sentence = `The policy '${identity}' cannot be deleted: still attached to some clusters.`;
      const issue = {
        field: identity,
        expected: 'no cluster that it is attached to',
        found: listUsers(clusters, caller),
        hint: 'coppice cluster policy-detach CLUSTER POLICY',
      };
      throw new CoppiceError('resource-in-use', sentence, { details: { issues: [issue] } });
    }
    await rows.deletePolicy(tx, id);
  });
}
