/**
 * Which role each endpoint needs: one table. A rule has the name that Senlin's policy file gives it where
 * Senlin has the endpoint; the configuration can give a rule another role (`auth.rules`). An endpoint without
 * a rule stops the start.
 *
 * Senlin lets everyone with a role in the project do everything but `services:index`; here a reader only
 * reads.
 */
import { CoppiceError } from '../domain/errors.ts';
import { knownRoles, type Role } from '../domain/model.ts';
import type { Caller } from '../requests/request-tools.ts';

/** `public`: needs no token. */
export type RequiredRole = 'public' | Role;

type Table = Readonly<Record<string, readonly [role: RequiredRole, ...endpoints: readonly string[]]>>;

/** `METHOD path`; a path that ends in `*` stands for all methods and all paths that begin so. */
const table = {
  'versions:index': ['public', 'GET /', 'GET /versions', 'GET /v1'],
  'versions:get': ['reader', 'GET /v1/', 'GET /v2', 'GET /v2/'],
  'health_check:get': ['public', 'GET /healthz'],
  'openapi:get': ['public', 'GET /openapi.json'],
  // They name the clusters of all projects.
  'metrics:get': ['admin', 'GET /metrics'],
  'build_info:build_info': ['reader', 'GET /v1/build-info'],
  'services:index': ['admin', 'GET /v1/services'],

  'profile_types:index': ['reader', 'GET /v1/profile-types'],
  'profile_types:get': ['reader', 'GET /v1/profile-types/{type}'],
  'profile_types:ops': ['reader', 'GET /v1/profile-types/{type}/ops'],
  'policy_types:index': ['reader', 'GET /v1/policy-types'],
  'policy_types:get': ['reader', 'GET /v1/policy-types/{type}', 'GET /v1/policy-types/{type}/json-schema'],

  'profiles:index': ['reader', 'GET /v1/profiles'],
  'profiles:create': ['member', 'POST /v1/profiles'],
  'profiles:validate': ['reader', 'POST /v1/profiles/validate'],
  'profiles:get': ['reader', 'GET /v1/profiles/{profile}'],
  'profiles:update': ['member', 'PATCH /v1/profiles/{profile}'],
  'profiles:delete': ['member', 'DELETE /v1/profiles/{profile}'],

  'policies:index': ['reader', 'GET /v1/policies'],
  'policies:create': ['member', 'POST /v1/policies'],
  'policies:validate': ['reader', 'POST /v1/policies/validate'],
  'policies:get': ['reader', 'GET /v1/policies/{policy}'],
  'policies:update': ['member', 'PATCH /v1/policies/{policy}'],
  'policies:delete': ['member', 'DELETE /v1/policies/{policy}'],

  'clusters:index': ['reader', 'GET /v1/clusters'],
  'clusters:create': ['member', 'POST /v1/clusters'],
  'clusters:get': ['reader', 'GET /v1/clusters/{cluster}'],
  'clusters:update': ['member', 'PATCH /v1/clusters/{cluster}'],
  'clusters:delete': ['member', 'DELETE /v1/clusters/{cluster}'],
  'clusters:action': ['member', 'POST /v1/clusters/{cluster}/actions'],
  'clusters:operation': ['member', 'POST /v1/clusters/{cluster}/ops'],
  'clusters:collect': ['reader', 'GET /v1/clusters/{cluster}/attrs/{path}'],
  'clusters:health': ['reader', 'GET /v1/health', 'GET /v1/clusters/{cluster}/health'],
  'clusters:simulate': ['reader', 'POST /v1/clusters/{cluster}/simulate'],
  'clusters:pause': [
    'member',
    'POST /v1/clusters/{cluster}/health/pause',
    'POST /v1/clusters/{cluster}/health/resume',
  ],
  'clusters:reset_breaker': ['member', 'POST /v1/clusters/{cluster}/health/breaker/reset'],
  'clusters:release_zone_outage': ['member', 'POST /v1/clusters/{cluster}/health/zone-outage/release'],
  'cluster_policies:index': ['reader', 'GET /v1/clusters/{cluster}/policies'],
  'cluster_policies:get': ['reader', 'GET /v1/clusters/{cluster}/policies/{policy}'],

  'nodes:index': ['reader', 'GET /v1/nodes'],
  'nodes:create': ['member', 'POST /v1/nodes'],
  'nodes:adopt': ['member', 'POST /v1/nodes/adopt'],
  'nodes:adopt_preview': ['member', 'POST /v1/nodes/adopt-preview'],
  'nodes:get': ['reader', 'GET /v1/nodes/{node}'],
  'nodes:update': ['member', 'PATCH /v1/nodes/{node}'],
  'nodes:delete': ['member', 'DELETE /v1/nodes/{node}'],
  'nodes:action': ['member', 'POST /v1/nodes/{node}/actions'],
  'nodes:operation': ['member', 'POST /v1/nodes/{node}/ops'],
  'nodes:health': ['reader', 'GET /v1/nodes/{node}/health'],
  'nodes:exclude': ['member', 'POST /v1/nodes/{node}/health/exclude', 'POST /v1/nodes/{node}/health/include'],
  'nodes:release': ['member', 'POST /v1/nodes/{node}/health/release'],

  'actions:index': ['reader', 'GET /v1/actions'],
  'actions:create': ['member', 'POST /v1/actions'],
  'actions:get': ['reader', 'GET /v1/actions/{action}'],
  'actions:update': ['member', 'PATCH /v1/actions/{action}'],
  'events:index': ['reader', 'GET /v1/events', 'GET /v1/clusters/{cluster}/events/stream'],
  'events:get': ['reader', 'GET /v1/events/{event}'],
  'events:purge': ['admin', 'POST /v1/events/purge'],

  'recoveries:index': ['reader', 'GET /v1/recoveries'],
  'recoveries:get': ['reader', 'GET /v1/recoveries/{recovery}'],
  'recoveries:cancel': ['member', 'POST /v1/recoveries/{recovery}/cancel'],
  'recoveries:acknowledge': ['member', 'POST /v1/recoveries/{recovery}/acknowledge'],
  'retained:index': ['reader', 'GET /v1/retained'],
  'retained:get': ['reader', 'GET /v1/retained/{retained}'],
  'retained:delete': ['member', 'DELETE /v1/retained/{retained}'],

  // The id of a receiver is the secret of its webhook.
  'receivers:index': ['member', 'GET /v1/receivers'],
  'receivers:create': ['member', 'POST /v1/receivers'],
  'receivers:get': ['member', 'GET /v1/receivers/{receiver}'],
  'receivers:update': ['member', 'PATCH /v1/receivers/{receiver}'],
  'receivers:delete': ['member', 'DELETE /v1/receivers/{receiver}'],
  'receivers:notify': ['member', 'POST /v1/receivers/{receiver}/notify'],
  // The id of the receiver is the secret.
  'webhooks:trigger': ['public', 'POST /v1/webhooks/{receiver}/trigger'],

  // The workflow API.
  'workflow:validate': [
    'reader',
    'POST /v2/workflows/validate',
    'POST /v2/workbooks/validate',
    'POST /v2/actions/validate',
  ],
  'workflow:read_definitions': [
    'reader',
    'GET /v2/workflows',
    'GET /v2/workflows/{id}',
    'GET /v2/workbooks',
    'GET /v2/workbooks/{id}',
    'GET /v2/actions',
    'GET /v2/actions/{id}',
    'GET /v2/actions/{id}/',
    'GET /v2/actions/{id}/{namespace}',
  ],
  'workflow:write_definitions': [
    'member',
    'POST /v2/workflows',
    'PUT /v2/workflows',
    'PUT /v2/workflows/{id}',
    'DELETE /v2/workflows/{id}',
    'POST /v2/workbooks',
    'PUT /v2/workbooks',
    'DELETE /v2/workbooks/{id}',
    'POST /v2/actions',
    'PUT /v2/actions',
    'PUT /v2/actions/{id}',
    'DELETE /v2/actions/{id}',
    'DELETE /v2/actions/{id}/',
    'DELETE /v2/actions/{id}/{namespace}',
  ],
  'workflow:read_executions': [
    'reader',
    'GET /v2/executions',
    'GET /v2/executions/{id}',
    'GET /v2/executions/{id}/executions',
    'GET /v2/executions/{id}/report',
    'GET /v2/executions/{id}/tasks',
    'GET /v2/tasks',
    'GET /v2/tasks/{id}',
    'GET /v2/tasks/{id}/workflow_executions',
    'GET /v2/tasks/{id}/executions',
    'GET /v2/tasks/{id}/action_executions',
    'GET /v2/action_executions',
    'GET /v2/action_executions/{id}',
  ],
  'workflow:write_executions': [
    'member',
    'POST /v2/executions',
    'PUT /v2/executions/{id}',
    'DELETE /v2/executions/{id}',
    'PUT /v2/tasks/{id}',
    'POST /v2/action_executions',
    'PUT /v2/action_executions/{id}',
    'DELETE /v2/action_executions/{id}',
  ],
  // Environments often hold passwords.
  'workflow:read_environments': ['member', 'GET /v2/environments', 'GET /v2/environments/{id}'],
  'workflow:write_environments': [
    'member',
    'POST /v2/environments',
    'PUT /v2/environments',
    'DELETE /v2/environments/{id}',
  ],
  'workflow:services': ['reader', 'GET /v2/services'],
  'workflow:unsupported': [
    'reader',
    '* /v2/cron_triggers*',
    '* /v2/event_triggers*',
    '* /v2/code_sources*',
    '* /v2/dynamic_actions*',
    '* /v2/workflows/{id}/members*',
  ],
} as const satisfies Table;

export type RuleName = keyof typeof table;

export const ruleNames = Object.keys(table) as readonly RuleName[];

export const requiredRoles = [
  'public',
  'reader',
  'member',
  'admin',
] as const satisfies readonly RequiredRole[];

/** Rules whose endpoints work without a caller: what they do belongs to no project. */
const publishable: ReadonlySet<RuleName> = new Set<RuleName>([
  'versions:index',
  'versions:get',
  'health_check:get',
  'openapi:get',
  'metrics:get',
  'build_info:build_info',
  'webhooks:trigger',
]);

/** The roles that the configuration may give a rule. */
export function rolesForRule(name: RuleName): readonly RequiredRole[] {
  return publishable.has(name) ? requiredRoles : knownRoles;
}

/** Roles that rules have by the configuration. */
export type RuleOverrides = Readonly<Partial<Record<RuleName, RequiredRole>>>;

export interface AccessRule {
  readonly name: RuleName;
  readonly role: RequiredRole;
}

/** A route of `http/`. */
export interface Endpoint {
  readonly method: string;
  /** `/v1/clusters/{cluster}` */
  readonly path: string;
}

const ruleOfEndpoint = new Map<string, RuleName>(
  ruleNames.flatMap((name) => endpointsOf(name).map((endpoint) => [endpoint, name] as const)),
);

/** As they stand in the table: `GET /v1/clusters`. */
export const endpointsInTable: readonly string[] = ruleNames.flatMap(endpointsOf);

const beginnings = [...ruleOfEndpoint].flatMap(([endpoint, name]) =>
  endpoint.startsWith('* ') ? [[endpoint.slice(2, -1), name] as const] : [],
);

/** `GET /v1/clusters`; `* /v2/cron_triggers*` for all that begins so. */
export function endpointsOf(name: RuleName): readonly string[] {
  const [, ...endpoints] = table[name];
  return endpoints;
}

/** @throws Error for an endpoint that the table lacks. */
export function ruleOf({ method, path }: Endpoint, overrides: RuleOverrides = {}): AccessRule {
  const name =
    ruleOfEndpoint.get(`${method} ${path}`) ?? beginnings.find(([begin]) => path.startsWith(begin))?.[1];
  if (name === undefined) throw new Error(`no access rule for ${method} ${path}`);
  return ruleOfName(name, overrides);
}

export function ruleOfName(name: RuleName, overrides: RuleOverrides = {}): AccessRule {
  return { name, role: overrides[name] ?? table[name][0] };
}

const rank = { reader: 0, member: 1, admin: 2 } as const satisfies Record<Role, number>;

/** An admin may do what a member may, and a member what a reader may. */
export function hasRole(roles: readonly Role[], needed: RequiredRole): boolean {
  return needed === 'public' || roles.some((role) => rank[role] >= rank[needed]);
}

/** What someone with `granted` then and `current` now may do: no more than then, and no more than now. */
export function rolesWithin(granted: readonly Role[], current: readonly Role[]): Role[] {
  return knownRoles.filter((role) => hasRole(granted, role) && hasRole(current, role));
}

/** @throws CoppiceError `forbidden`, with the rule, the role that it needs and those that the caller has. */
export function requireRole({ roles }: Pick<Caller, 'roles'>, { name, role }: AccessRule): void {
  if (hasRole(roles, role)) return;
  const has = roles.length === 0 ? 'no role that counts here' : roles.join(', ');
  const senlinMessage = 'You are not authorized to complete this operation.';
  const why = `${name} needs the role ${role}, found ${has}`;
  throw new CoppiceError('forbidden', `${senlinMessage} (${why})`, { senlinMessage });
}
