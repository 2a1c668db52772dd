/** Profile types and policy types: which there are, and what their specs may hold. */
import { z } from 'zod';
import { toSenlinSchema, type Fields, type SupportStatus } from '../../domain/spec-schema.ts';
import { typeName, type Operation } from '../../profiles/profile-type.ts';
import { requirePolicyType } from '../../requests/policies.ts';
import { requireProfileType } from '../../requests/profiles.ts';
import { param, route, type Route } from '../route.ts';
import { jsonMap, text } from '../shapes/common.ts';

/** The microversion from which answers show how a type is supported. */
const SUPPORT_STATUS_SINCE = 5;
const OPERATIONS_SINCE = 4;

interface AnyType {
  readonly name: string;
  readonly version: string;
  readonly supportStatus: readonly SupportStatus[];
  readonly fields: Fields;
}

const listedTypeShape = z
  .strictObject({
    name: text.describe('Below microversion 1.5 with the version: `local.process-1.0`.'),
    support_status: jsonMap.optional(),
    version: text.optional(),
  })
  .meta({ id: 'ListedType' });

const typeShape = z
  .strictObject({ name: text, schema: jsonMap, support_status: jsonMap.optional() })
  .meta({ id: 'Type' });

function listed(types: readonly AnyType[], minor: number): z.infer<typeof listedTypeShape>[] {
  const sorted = types.toSorted((a, b) => (typeName(a) < typeName(b) ? -1 : 1));
  if (minor < SUPPORT_STATUS_SINCE) return sorted.map((type) => ({ name: typeName(type) }));
  return sorted.map((type) => ({
    name: type.name,
    support_status: { [type.version]: type.supportStatus },
    version: type.version,
  }));
}

/** @param all every type, of which those of the same name give the support status. */
function shown(type: AnyType, all: readonly AnyType[], minor: number): z.infer<typeof typeShape> {
  const versions = all.filter((other) => other.name === type.name);
  const status = Object.fromEntries(versions.map((other) => [other.version, other.supportStatus]));
  const described = { name: typeName(type), schema: { ...toSenlinSchema(type.fields, type.version) } };
  return minor < SUPPORT_STATUS_SINCE ? described : { ...described, support_status: status };
}

const listProfileTypes = route({
  method: 'GET',
  path: '/v1/profile-types',
  summary: 'List profile types',
  tag: 'Profile types',
  answers: {
    200: { description: 'The types.', schema: z.strictObject({ profile_types: z.array(listedTypeShape) }) },
  },
  handle: ({ tools, minor }) =>
    Promise.resolve({ status: 200, body: { profile_types: listed(tools.profileTypes.all, minor) } }),
});

const showProfileType = route({
  method: 'GET',
  path: '/v1/profile-types/{type}',
  summary: 'Show what a profile of a type may hold',
  tag: 'Profile types',
  answers: { 200: { description: 'The type.', schema: z.strictObject({ profile_type: typeShape }) } },
  async handle(request) {
    const type = requireProfileType(request.tools, param(request, 'type'));
    return {
      status: 200,
      body: { profile_type: shown(type, request.tools.profileTypes.all, request.minor) },
    };
  },
});

const listOperations = route({
  method: 'GET',
  path: '/v1/profile-types/{type}/ops',
  summary: 'List the operations of a profile type',
  tag: 'Profile types',
  since: OPERATIONS_SINCE,
  answers: { 200: { description: 'The operations.', schema: z.strictObject({ operations: jsonMap }) } },
  async handle(request) {
    const { operations } = requireProfileType(request.tools, param(request, 'type'));
    const described = Object.entries(operations).map(([name, operation]) => [name, describe(operation)]);
    return { status: 200, body: { operations: Object.fromEntries(described) } };
  },
});

function describe({ description, parameters }: Operation): object {
  const entries = Object.entries(parameters).map(([name, parameter]) => {
    const { description: text, required, type, default: otherwise, allowed } = parameter;
    const shown = {
      description: text,
      required,
      type,
      ...(otherwise === undefined ? {} : { default: otherwise }),
      ...(allowed === undefined ? {} : { constraints: [{ constraint: allowed, type: 'AllowedValues' }] }),
    };
    return [name, shown] as const;
  });
  return { description, parameters: Object.fromEntries(entries) };
}

const listPolicyTypes = route({
  method: 'GET',
  path: '/v1/policy-types',
  summary: 'List policy types',
  tag: 'Policy types',
  answers: {
    200: { description: 'The types.', schema: z.strictObject({ policy_types: z.array(listedTypeShape) }) },
  },
  handle: ({ tools, minor }) =>
    Promise.resolve({ status: 200, body: { policy_types: listed(tools.policyTypes, minor) } }),
});

const showPolicyType = route({
  method: 'GET',
  path: '/v1/policy-types/{type}',
  summary: 'Show what a policy of a type may hold',
  tag: 'Policy types',
  answers: { 200: { description: 'The type.', schema: z.strictObject({ policy_type: typeShape }) } },
  async handle(request) {
    const type = requirePolicyType(request.tools, param(request, 'type'));
    return { status: 200, body: { policy_type: shown(type, request.tools.policyTypes, request.minor) } };
  },
});

const showJsonSchema = route({
  method: 'GET',
  path: '/v1/policy-types/{type}/json-schema',
  summary: 'Show the JSON Schema of a policy type, as an editor takes it. Not in Senlin',
  tag: 'Policy types',
  answers: { 200: { description: 'JSON Schema (2020-12) of the whole document.', schema: jsonMap } },
  handle: (request) => {
    const { jsonSchema } = requirePolicyType(request.tools, param(request, 'type'));
    return Promise.resolve({ status: 200, body: jsonSchema });
  },
});

export const typeRoutes: Route[] = [
  listProfileTypes,
  showProfileType,
  listOperations,
  listPolicyTypes,
  showPolicyType,
  showJsonSchema,
];
