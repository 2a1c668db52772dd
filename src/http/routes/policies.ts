import { z } from 'zod';
import { requireObject } from '../../requests/find-object.ts';
import {
  createPolicy,
  deletePolicy,
  renamePolicy,
  shownPolicy,
  validatePolicy,
} from '../../requests/policies.ts';
import { policyWarnings } from '../../requests/policy-warnings.ts';
import { typeNameOf } from '../../requests/spec-document.ts';
import { listPolicies } from '../../store/policies.ts';
import { mapField, nameField } from '../fields.ts';
import { listQuery, toStoreQuery } from '../list-query.ts';
import { listBody, listShape } from '../next-page.ts';
import { param, route, type Route } from '../route.ts';
import { warningsShape, withWarnings } from '../shapes/common.ts';
import {
  policyShape,
  toPolicyAnswer,
  toValidatedPolicyAnswer,
  toWrittenPolicyAnswer,
  validatedPolicyShape,
} from '../shapes/policy.ts';

const tag = 'Policies';
const one = z.strictObject({ policy: policyShape });
const VALIDATE_SINCE = 2;

const list = route({
  method: 'GET',
  path: '/v1/policies',
  summary: 'List policies',
  tag,
  query: listQuery({
    filters: { name: null, type: null },
    sorts: ['type', 'name', 'created_at', 'updated_at'],
  }),
  isRepeatable: true,
  answers: {
    200: { description: 'The policies.', schema: listShape('policies', policyShape) },
  },
  async handle(request) {
    const { tools, caller, query } = request;
    const policies = await listPolicies(tools.store.db, toStoreQuery(query, caller));
    const shown = policies.map((policy) => toPolicyAnswer(shownPolicy(tools, policy)));
    return { status: 200, body: listBody(request, 'policies', shown) };
  },
});

const create = route({
  method: 'POST',
  path: '/v1/policies',
  summary: 'Create a policy',
  tag,
  body: z.object({ policy: z.strictObject({ name: nameField(), spec: mapField() }) }),
  answers: { 201: { description: 'The policy.', schema: one.extend({ warnings: warningsShape }) } },
  async handle({ tools, caller, body }) {
    const policy = await createPolicy(tools, caller, body.policy);
    const answer = { policy: toWrittenPolicyAnswer(policy) };
    return { status: 201, body: withWarnings(answer, await policyWarnings(tools, caller, policy)) };
  },
});

const validate = route({
  method: 'POST',
  path: '/v1/policies/validate',
  summary: 'Check the spec of a policy without creating it',
  tag,
  since: VALIDATE_SINCE,
  body: z.object({ policy: z.strictObject({ spec: mapField() }) }),
  answers: {
    200: {
      description: 'It is valid.',
      schema: z.strictObject({ policy: validatedPolicyShape, warnings: warningsShape }),
    },
  },
  async handle({ tools, caller, body }) {
    const spec = validatePolicy(tools, body.policy.spec);
    const warnings = await policyWarnings(tools, caller, { type: typeNameOf(spec), spec });
    return { status: 200, body: withWarnings({ policy: toValidatedPolicyAnswer(spec, caller) }, warnings) };
  },
});

const show = route({
  method: 'GET',
  path: '/v1/policies/{policy}',
  summary: 'Show a policy',
  tag,
  answers: { 200: { description: 'The policy.', schema: one } },
  async handle(request) {
    const { tools, caller } = request;
    const policy = await requireObject(tools.store.db, caller, 'policy', param(request, 'policy'));
    return { status: 200, body: { policy: toPolicyAnswer(shownPolicy(tools, policy)) } };
  },
});

const update = route({
  method: 'PATCH',
  path: '/v1/policies/{policy}',
  summary: 'Rename a policy',
  tag,
  body: z.object({ policy: z.strictObject({ name: nameField() }) }),
  answers: { 200: { description: 'The policy as it is now.', schema: one } },
  async handle(request) {
    const { tools, caller, body } = request;
    const policy = await renamePolicy(tools, caller, param(request, 'policy'), body.policy.name);
    return { status: 200, body: { policy: toWrittenPolicyAnswer(policy) } };
  },
});

const remove = route({
  method: 'DELETE',
  path: '/v1/policies/{policy}',
  summary: 'Delete a policy',
  tag,
  answers: { 204: { description: 'It is gone.' } },
  async handle(request) {
    await deletePolicy(request.tools, request.caller, param(request, 'policy'));
    return { status: 204 };
  },
});

export const policyRoutes: Route[] = [list, create, validate, show, update, remove];
