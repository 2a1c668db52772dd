/** Keystone v3: tokens by every method that the session knows, catalog, application credentials, trusts. */
import type { Json, JsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import { authenticate, UNAUTHORIZED } from './authenticate.ts';
import {
  endpoint,
  member,
  objects,
  textIn,
  type SimulatorAnswer,
  type SimulatorCall,
  type SimulatorEndpoint,
} from './endpoint.ts';
import {
  newId,
  type ApplicationCredential,
  type Project,
  type TokenRecord,
  type SimulatedTrust,
  type User,
} from './identity.ts';
import {
  catalogOf,
  describeCredential,
  describeDomain,
  describeProject,
  describeRole,
  describeToken,
  describeTrust,
  describeTrustWithRoles,
  describeUser,
  type RegionAddress,
} from './identity-shapes.ts';
import { ROLES } from './settings.ts';
import type { World } from './world.ts';

interface Tools {
  readonly world: World;
  readonly addresses: () => readonly RegionAddress[];
  /** Of Keystone. */
  readonly url: () => string;
}

export function identityEndpoints(world: World, baseUrl: () => string): readonly SimulatorEndpoint[] {
  const addresses = () => world.regions.map(({ region, path }) => ({ name: region, url: baseUrl() + path }));
  const tools: Tools = { world, addresses, url: () => `${baseUrl()}/identity` };
  return [
    ...versions(tools),
    ...tokens(tools),
    ...lists(tools),
    ...applicationCredentials(tools),
    ...trusts(tools),
  ];
}

function versions({ url }: Tools): SimulatorEndpoint[] {
  const version = () => ({
    id: 'v3.14',
    status: 'stable',
    updated: '2020-04-07T00:00:00Z',
    links: [{ rel: 'self', href: `${url()}/v3/` }],
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
  });
  const all = (): SimulatorAnswer => ({
    status: 300,
    body: { versions: { values: [version()] } },
    headers: { Location: `${url()}/v3/` },
  });
  return [
    endpoint('GET /', 'version', all, { isOpen: true }),
    endpoint('GET /v3', 'version', () => ({ status: 200, body: { version: version() } }), { isOpen: true }),
  ];
}

function tokens({ world, addresses, url }: Tools): SimulatorEndpoint[] {
  const { identity } = world;
  const described = (token: TokenRecord, { query }: SimulatorCall): JsonObject => {
    const isShort = token.project === null || 'nocatalog' in query;
    return describeToken(token, isShort ? null : catalogOf(addresses(), token.project.id));
  };
  const validated = (call: SimulatorCall): SimulatorAnswer => {
    const subject = call.header('x-subject-token');
    if (subject === undefined) throw new SimulatorError(404, 'No token in the request');
    const token = identity.find(subject);
    // A token of a trust is not its user's own, as Keystone sees it.
    const isOwn = token?.user.id === call.token.user.id && call.token.trust === undefined;
    if (!call.isAdmin && !isOwn)
      throw new SimulatorError(
        403,
        'You are not authorized to perform the requested action: identity:validate_token.',
      );
    if (token === undefined) throw new SimulatorError(404, 'Failed to validate token');
    return { status: 200, body: described(token, call), headers: { 'X-Subject-Token': subject } };
  };
  return [
    endpoint(
      'POST /v3/auth/tokens',
      'authenticate',
      (call) => {
        const { token, until } = authenticate(world, member(call.body, 'auth'));
        const id = identity.issue(token, until);
        const issued = identity.find(id);
        if (issued === undefined) throw new SimulatorError(401, UNAUTHORIZED);
        return { status: 201, body: described(issued, call), headers: { 'X-Subject-Token': id } };
      },
      { isOpen: true },
    ),
    endpoint('GET /v3/auth/tokens', 'validate', validated),
    endpoint('HEAD /v3/auth/tokens', 'validate', (call) => {
      const { body: _, ...answer } = validated(call);
      return answer;
    }),
    endpoint('DELETE /v3/auth/tokens', 'revoke', (call) => {
      identity.revoke(call.header('x-subject-token') ?? '');
      return { status: 204 };
    }),
    endpoint('GET /v3/auth/catalog', 'catalog', ({ projectId, path }) => ({
      status: 200,
      body: { catalog: catalogOf(addresses(), projectId), links: { self: url() + path } },
    })),
    endpoint('GET /v3/auth/projects', 'projects', (call) =>
      listOf(
        call,
        url(),
        'projects',
        projectsOf(world, call.token.user).map((one) => describeProject(one, url())),
      ),
    ),
  ];
}

/** Lists are whole: the simulator has no more than one page of anything in Keystone. */
function listOf(
  { path }: SimulatorCall,
  url: string,
  key: string,
  items: readonly JsonObject[],
): SimulatorAnswer {
  return { status: 200, body: { [key]: items, links: { next: null, self: url + path, previous: null } } };
}

/** @throws SimulatorError 403 */
function forAdmin({ isAdmin }: SimulatorCall, rule: string): void {
  if (!isAdmin)
    throw new SimulatorError(
      403,
      `You are not authorized to perform the requested action: identity:${rule}.`,
    );
}

function could(what: string, id: string | undefined): SimulatorError {
  return new SimulatorError(404, `Could not find ${what}: ${id ?? ''}.`);
}

/** What is looked up by name or id. */
function lists({ world, url }: Tools): SimulatorEndpoint[] {
  const { identity } = world;
  const named =
    ({ query }: SimulatorCall) =>
    ({ name }: { readonly name: string }) =>
      query['name'] === undefined || name === query['name'];
  return [
    endpoint('GET /v3/projects', 'list', (call) => {
      forAdmin(call, 'list_projects');
      const found = [...identity.projects.values()].filter(named(call));
      return listOf(
        call,
        url(),
        'projects',
        found.map((one) => describeProject(one, url())),
      );
    }),
    endpoint('GET /v3/projects/:id', 'show', ({ params }) => {
      const project = identity.projects.get(params['id'] ?? '');
      if (project === undefined) throw could('project', params['id']);
      return { status: 200, body: { project: describeProject(project, url()) } };
    }),
    endpoint('GET /v3/users', 'list', (call) => {
      forAdmin(call, 'list_users');
      const found = [...identity.users.values()].filter(named(call));
      return listOf(
        call,
        url(),
        'users',
        found.map((one) => describeUser(one, url())),
      );
    }),
    endpoint('GET /v3/users/:id', 'show', ({ params }) => {
      const user = identity.users.get(params['id'] ?? '');
      if (user === undefined) throw could('user', params['id']);
      return { status: 200, body: { user: describeUser(user, url()) } };
    }),
    endpoint('GET /v3/domains', 'list', (call) => listOf(call, url(), 'domains', [describeDomain(url())])),
    endpoint('GET /v3/roles', 'list', (call) => {
      const found = ROLES.filter((name) => named(call)({ name }));
      return listOf(
        call,
        url(),
        'roles',
        found.map((name) => describeRole(name, url())),
      );
    }),
    endpoint('GET /v3/services', 'list', (call) => listOf(call, url(), 'services', [])),
    endpoint('GET /v3/regions', 'list', (call) => {
      const regions = world.regions.map(({ region }) => ({ id: region }));
      return listOf(call, url(), 'regions', regions);
    }),
  ];
}

function applicationCredentials({ world, url }: Tools): SimulatorEndpoint[] {
  const { identity } = world;
  const path = '/v3/users/:user/application_credentials';
  const found = ({ params, token }: SimulatorCall): ApplicationCredential => {
    const credential = identity.applicationCredentials.get(params['id'] ?? '');
    if (credential === undefined || credential.userId !== token.user.id)
      throw could('Application Credential', params['id']);
    return credential;
  };
  return [
    endpoint(`POST ${path}`, 'create', ({ body, token, projectId }) => {
      refuseDelegated(token);
      const asked = member(body, 'application_credential');
      const secret = textIn(asked, 'secret') ?? newId() + newId();
      const added = identity.addApplicationCredential(
        {
          name: textIn(asked, 'name') ?? '',
          description: textIn(asked, 'description') ?? null,
          userId: token.user.id,
          projectId,
          roles: asked['roles'] === undefined ? token.roles : rolesIn(asked['roles']),
          expiresAt: expiry(asked),
        },
        secret,
      );
      return {
        status: 201,
        body: { application_credential: { ...describeCredential(added, url()), secret } },
      };
    }),
    endpoint(`GET ${path}`, 'list', (call) => {
      const { name } = call.query;
      const own = [...identity.applicationCredentials.values()].filter(
        (one) => one.userId === call.token.user.id && (name === undefined || one.name === name),
      );
      const items = own.map((one) => describeCredential(one, url()));
      return listOf(call, url(), 'application_credentials', items);
    }),
    endpoint(`GET ${path}/:id`, 'show', (call) => ({
      status: 200,
      body: { application_credential: describeCredential(found(call), url()) },
    })),
    endpoint(`DELETE ${path}/:id`, 'delete', (call) => {
      identity.removeApplicationCredential(found(call).id);
      return { status: 204 };
    }),
  ];
}

/** What acts for a user does not get credentials of its own. @throws SimulatorError 403 */
function refuseDelegated({ trust, credential }: TokenRecord): void {
  const refused = 'You are not authorized to perform the requested action';
  if (trust !== undefined) throw new SimulatorError(403, `${refused}.`);
  if (credential !== undefined)
    throw new SimulatorError(
      403,
      `${refused}: Using method 'application_credential' is not allowed for managing additional application credentials..`,
    );
}

/** Of what was delegated already no more is delegated. @throws SimulatorError 403 */
function refuseTrust({ trust, credential }: TokenRecord): void {
  const refused = 'You are not authorized to perform the requested action';
  if (credential !== undefined)
    throw new SimulatorError(
      403,
      `${refused}: Using method 'application_credential' is not allowed for managing trusts.`,
    );
  if (trust !== undefined)
    throw new SimulatorError(403, `${refused}: Redelegation allowed for delegated by trust only`);
}

/** @throws SimulatorError 404 for one that Keystone does not have. */
function rolesIn(asked: Json | undefined): string[] {
  const names = objects(asked).flatMap((role) => textIn(role, 'name') ?? []);
  for (const name of names) if (!isRole(name)) throw new SimulatorError(404, `Role ${name} is not defined`);
  return names;
}

function isRole(name: string): boolean {
  return ROLES.some((role) => role === name);
}

/** Keystone's default of `[trust] max_redelegation_count`. */
const MOST_REDELEGATIONS = 3;

function trusts({ world, url }: Tools): SimulatorEndpoint[] {
  const { identity } = world;
  const found = (id: string | undefined): SimulatedTrust => {
    const trust = identity.trusts.get(id ?? '');
    if (trust === undefined) throw could('trust', id);
    return trust;
  };
  return [
    endpoint('POST /v3/OS-TRUST/trusts', 'create', ({ body, token }) => {
      const asked = member(body, 'trust');
      refuseTrust(token);
      const trust: SimulatedTrust = {
        id: newId(),
        trustorId: textIn(asked, 'trustor_user_id') ?? token.user.id,
        trusteeId: textIn(asked, 'trustee_user_id') ?? '',
        projectId: textIn(asked, 'project_id') ?? token.project?.id ?? '',
        roles: rolesIn(asked['roles']),
        impersonation: asked['impersonation'] === true,
        redelegations: asked['allow_redelegation'] === true ? MOST_REDELEGATIONS : 0,
      };
      if (trust.trustorId !== token.user.id)
        throw new SimulatorError(
          403,
          'You are not authorized to perform the requested action: identity:create_trust.',
        );
      identity.trusts.set(trust.id, trust);
      return { status: 201, body: { trust: describeTrustWithRoles(trust, url()) } };
    }),
    endpoint('GET /v3/OS-TRUST/trusts', 'list', (call) => {
      const own = [...identity.trusts.values()].filter(({ trustorId, trusteeId }) =>
        [trustorId, trusteeId].includes(call.token.user.id),
      );
      return listOf(
        call,
        url(),
        'trusts',
        own.map((trust) => describeTrust(trust, url())),
      );
    }),
    endpoint('GET /v3/OS-TRUST/trusts/:id', 'show', ({ params }) => ({
      status: 200,
      body: { trust: describeTrustWithRoles(found(params['id']), url()) },
    })),
    endpoint('DELETE /v3/OS-TRUST/trusts/:id', 'delete', ({ params }) => {
      identity.removeTrust(found(params['id']).id);
      return { status: 204 };
    }),
  ];
}

function projectsOf({ identity }: World, user: User): Project[] {
  return user.projects.flatMap((id) => identity.projects.get(id) ?? []);
}

function expiry(asked: JsonObject): number | null {
  const at = Date.parse(textIn(asked, 'expires_at') ?? '');
  return Number.isFinite(at) ? at : null;
}
