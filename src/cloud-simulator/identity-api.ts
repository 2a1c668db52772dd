/** Keystone v3: tokens by every method that the session knows, catalog, application credentials, trusts. */
import type { Json, JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { ApiError, notFound } from './api-error.ts';
import { endpoint, member, objects, text, type Call, type Endpoint } from './endpoint.ts';
import { hashOf, newId, type Project, type TokenRecord, type Trust, type User } from './identity.ts';
import type { World } from './world.ts';

const DOMAIN = { id: 'default', name: 'Default' };

export function identityEndpoints(world: World, baseUrl: () => string): readonly Endpoint[] {
  const { identity } = world;
  const version = () => ({
    id: 'v3.14',
    status: 'stable',
    updated: '2020-04-07T00:00:00Z',
    links: [{ rel: 'self', href: `${baseUrl()}/identity/v3/` }],
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
  });
  const described = (token: TokenRecord) => describeToken(token, baseUrl());
  return [
    endpoint('GET /', 'version', () => ({ status: 300, body: { versions: { values: [version()] } } }), {
      isOpen: true,
    }),
    endpoint('GET /v3', 'version', () => ({ status: 200, body: { version: version() } }), { isOpen: true }),
    endpoint(
      'POST /v3/auth/tokens',
      'authenticate',
      ({ body }) => {
        const { token, until } = authenticate(world, member(body, 'auth'));
        const id = identity.issue(token, until);
        const issued = identity.find(id);
        if (issued === undefined) throw new ApiError(401, UNAUTHORIZED);
        return { status: 201, body: described(issued), headers: { 'X-Subject-Token': id } };
      },
      { isOpen: true },
    ),
    endpoint('GET /v3/auth/tokens', 'validate', (call) => {
      const subject = call.header('x-subject-token');
      const token = identity.find(subject);
      if (token === undefined) throw notFound('Failed to validate token: token', 'given');
      return { status: 200, body: described(token), headers: { 'X-Subject-Token': subject ?? '' } };
    }),
    endpoint('DELETE /v3/auth/tokens', 'revoke', (call) => {
      identity.revoke(call.header('x-subject-token') ?? '');
      return { status: 204 };
    }),
    endpoint('GET /v3/auth/catalog', 'catalog', ({ projectId }) => ({
      status: 200,
      body: { catalog: catalogOf(baseUrl(), projectId), links: {} },
    })),
    endpoint('GET /v3/auth/projects', 'projects', ({ token }) => ({
      status: 200,
      body: { projects: projectsOf(world, token.user).map(describeProject), links: {} },
    })),
    ...listsOf(world),
    ...applicationCredentials(world),
    ...trusts(world),
  ];
}

const UNAUTHORIZED = 'The request you have made requires authentication.';

function listsOf(world: World): Endpoint[] {
  const { identity } = world;
  const named = ({ query }: Call, one: { name: string }) =>
    query['name'] === undefined || one.name === query['name'];
  return [
    endpoint('GET /v3/projects', 'list', (call) => ({
      status: 200,
      body: {
        projects: [...identity.projects.values()].filter((one) => named(call, one)).map(describeProject),
        links: {},
      },
    })),
    endpoint('GET /v3/projects/:id', 'show', ({ params }) => {
      const project = identity.projects.get(params['id'] ?? '');
      if (project === undefined) throw notFound('Could not find project:', params['id'] ?? '');
      return { status: 200, body: { project: describeProject(project) } };
    }),
    endpoint('GET /v3/users', 'list', (call) => ({
      status: 200,
      body: {
        users: [...identity.users.values()].filter((one) => named(call, one)).map(describeUser),
        links: {},
      },
    })),
    endpoint('GET /v3/users/:id', 'show', ({ params }) => {
      const user = identity.users.get(params['id'] ?? '');
      if (user === undefined) throw notFound('Could not find user:', params['id'] ?? '');
      return { status: 200, body: { user: describeUser(user) } };
    }),
    endpoint('GET /v3/domains', 'list', () => ({
      status: 200,
      body: { domains: [{ ...DOMAIN, enabled: true }], links: {} },
    })),
    endpoint('GET /v3/services', 'list', () => ({ status: 200, body: { services: [], links: {} } })),
    endpoint('GET /v3/regions', 'list', () => ({
      status: 200,
      body: { regions: [{ id: 'RegionOne' }], links: {} },
    })),
  ];
}

function applicationCredentials(world: World): Endpoint[] {
  const { identity } = world;
  const path = '/v3/users/:user/application_credentials';
  return [
    endpoint(`POST ${path}`, 'create', ({ body, token, projectId }) => {
      const asked = member(body, 'application_credential');
      const secret = text(asked, 'secret') ?? newId() + newId();
      const added = identity.addApplicationCredential(
        {
          name: text(asked, 'name') ?? '',
          userId: token.user.id,
          projectId,
          roles: token.roles,
          expiresAt: expiry(asked),
        },
        secret,
      );
      const shown = { ...describeCredential(added), secret };
      return { status: 201, body: { application_credential: shown } };
    }),
    endpoint(`GET ${path}`, 'list', ({ token }) => ({
      status: 200,
      body: {
        application_credentials: [...identity.applicationCredentials.values()]
          .filter(({ userId }) => userId === token.user.id)
          .map(describeCredential),
        links: {},
      },
    })),
    endpoint(`DELETE ${path}/:id`, 'delete', ({ params }) => {
      if (!identity.applicationCredentials.delete(params['id'] ?? ''))
        throw notFound('Could not find Application Credential:', params['id'] ?? '');
      return { status: 204 };
    }),
  ];
}

function trusts(world: World): Endpoint[] {
  const { identity } = world;
  const found = (id: string | undefined): Trust => {
    const trust = identity.trusts.get(id ?? '');
    if (trust === undefined) throw notFound('Could not find trust:', id ?? '');
    return trust;
  };
  return [
    endpoint('POST /v3/OS-TRUST/trusts', 'create', ({ body, token }) => {
      const asked = member(body, 'trust');
      const trust: Trust = {
        id: newId(),
        trustorId: text(asked, 'trustor_user_id') ?? token.user.id,
        trusteeId: text(asked, 'trustee_user_id') ?? '',
        projectId: text(asked, 'project_id') ?? token.project?.id ?? '',
        roles: objects(asked['roles']).flatMap((role) => text(role, 'name') ?? []),
        impersonation: asked['impersonation'] === true,
      };
      if (trust.trustorId !== token.user.id)
        throw new ApiError(
          403,
          'You are not authorized to perform the requested action: identity:create_trust.',
        );
      identity.trusts.set(trust.id, trust);
      return { status: 201, body: { trust: describeTrust(trust) } };
    }),
    endpoint('GET /v3/OS-TRUST/trusts', 'list', ({ token }) => ({
      status: 200,
      body: {
        trusts: [...identity.trusts.values()]
          .filter(({ trustorId, trusteeId }) => [trustorId, trusteeId].includes(token.user.id))
          .map(describeTrust),
        links: {},
      },
    })),
    endpoint('GET /v3/OS-TRUST/trusts/:id', 'show', ({ params }) => ({
      status: 200,
      body: { trust: describeTrust(found(params['id'])) },
    })),
    endpoint('DELETE /v3/OS-TRUST/trusts/:id', 'delete', ({ params }) => {
      identity.trusts.delete(found(params['id']).id);
      return { status: 204 };
    }),
  ];
}

type Authenticated = {
  readonly token: Omit<TokenRecord, 'issuedAt' | 'expiresAt'>;
  /** A token of a token lives no longer than that one. */
  readonly until?: number;
};

/** @throws ApiError 401, with the same words whatever was wrong. */
function authenticate(world: World, auth: JsonObject): Authenticated {
  const { identity } = world;
  const how = member(auth, 'identity');
  const [method] = Array.isArray(how['methods']) ? how['methods'] : [];
  if (method === 'application_credential') return byApplicationCredential(world, member(how, method));
  if (method === 'password') {
    const given = member(member(how, 'password'), 'user');
    const user = userOf(world, given);
    if (user === undefined || user.password !== given['password']) throw new ApiError(401, UNAUTHORIZED);
    return { token: { ...scoped(world, user, auth['scope']), user, method } };
  }
  if (method === 'token') {
    const given = identity.find(text(member(how, 'token'), 'id'));
    if (given === undefined) throw new ApiError(401, UNAUTHORIZED);
    return {
      token: { ...scoped(world, given.user, auth['scope']), user: given.user, method },
      until: given.expiresAt,
    };
  }
  throw new ApiError(401, UNAUTHORIZED);
}

function byApplicationCredential(world: World, given: JsonObject): Authenticated {
  const { identity } = world;
  const id = text(given, 'id');
  const user = isJsonObject(given['user']) ? userOf(world, given['user']) : undefined;
  const credential = [...identity.applicationCredentials.values()].find((one) =>
    id === undefined ? one.name === given['name'] && one.userId === user?.id : one.id === id,
  );
  const owner = identity.users.get(credential?.userId ?? '');
  const isKnown = credential !== undefined && credential.secretHash === hashOf(text(given, 'secret') ?? '');
  if (!isKnown || owner === undefined) throw new ApiError(401, UNAUTHORIZED);
  const project = identity.projects.get(credential.projectId) ?? null;
  const method = 'application_credential';
  return { token: { user: owner, project, roles: credential.roles, method } };
}

function scoped(
  world: World,
  user: User,
  scope: Json | undefined,
): { project: Project | null; roles: readonly string[]; trust?: Trust } {
  if (!isJsonObject(scope)) return { project: null, roles: [] };
  const trustScope = scope['OS-TRUST:trust'];
  if (isJsonObject(trustScope)) {
    const trust = world.identity.trusts.get(text(trustScope, 'id') ?? '');
    if (trust === undefined || trust.trusteeId !== user.id)
      throw new ApiError(
        403,
        'You are not authorized to perform the requested action: the trust is not for this user.',
      );
    return { project: world.identity.projects.get(trust.projectId) ?? null, roles: trust.roles, trust };
  }
  if (isJsonObject(scope['system'])) return { project: null, roles: user.roles };
  const asked = scope['project'];
  if (!isJsonObject(asked)) return { project: null, roles: [] };
  const id = text(asked, 'id');
  const project =
    id === undefined
      ? world.identity.findByName(world.identity.projects, text(asked, 'name') ?? '')
      : world.identity.projects.get(id);
  if (project === undefined || !user.projects.includes(project.id)) throw new ApiError(401, UNAUTHORIZED);
  return { project, roles: user.roles };
}

function userOf({ identity }: World, given: JsonObject): User | undefined {
  const id = text(given, 'id');
  return id === undefined
    ? identity.findByName(identity.users, text(given, 'name') ?? '')
    : identity.users.get(id);
}

function projectsOf({ identity }: World, user: User): Project[] {
  return user.projects.flatMap((id) => identity.projects.get(id) ?? []);
}

function describeToken(token: TokenRecord, baseUrl: string): JsonObject {
  const { user, project, roles, method, issuedAt, expiresAt, trust } = token;
  const acting = trust?.impersonation === true ? { ...user, id: trust.trustorId } : user;
  return {
    token: {
      methods: [method],
      user: { id: acting.id, name: acting.name, domain: DOMAIN, password_expires_at: null },
      audit_ids: [newId().slice(0, 22)],
      issued_at: new Date(issuedAt).toISOString().replace('Z', '000Z'),
      expires_at: new Date(expiresAt).toISOString().replace('Z', '000Z'),
      ...(project === null
        ? {}
        : {
            project: { id: project.id, name: project.name, domain: DOMAIN },
            is_domain: false,
            roles: roles.map((name) => ({ id: hashOf(name).slice(0, 32), name })),
            catalog: catalogOf(baseUrl, project.id),
          }),
      ...(trust === undefined
        ? {}
        : {
            'OS-TRUST:trust': {
              id: trust.id,
              impersonation: trust.impersonation,
              trustor_user: { id: trust.trustorId },
              trustee_user: { id: trust.trusteeId },
            },
          }),
    },
  };
}

function describeProject({ id, name }: Project): JsonObject {
  return {
    id,
    name,
    domain_id: DOMAIN.id,
    parent_id: DOMAIN.id,
    description: '',
    enabled: true,
    is_domain: false,
    tags: [],
    options: {},
    links: {},
  };
}

function describeUser({ id, name }: User): JsonObject {
  return { id, name, domain_id: DOMAIN.id, enabled: true, options: {}, password_expires_at: null, links: {} };
}

function describeCredential(credential: {
  id: string;
  name: string;
  projectId: string;
  roles: readonly string[];
  expiresAt: number | null;
}): JsonObject {
  const { id, name, projectId, roles, expiresAt } = credential;
  return {
    id,
    name,
    project_id: projectId,
    description: null,
    roles: roles.map((role) => ({ id: hashOf(role).slice(0, 32), name: role })),
    expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    unrestricted: false,
    system: null,
    links: {},
  };
}

function describeTrust(trust: Trust): JsonObject {
  return {
    id: trust.id,
    trustor_user_id: trust.trustorId,
    trustee_user_id: trust.trusteeId,
    project_id: trust.projectId,
    impersonation: trust.impersonation,
    roles: trust.roles.map((name) => ({ id: hashOf(name).slice(0, 32), name, links: {} })),
    expires_at: null,
    deleted_at: null,
    redelegation_count: 0,
    remaining_uses: null,
    roles_links: {},
    links: {},
  };
}

function expiry(asked: JsonObject): number | null {
  const at = Date.parse(text(asked, 'expires_at') ?? '');
  return Number.isFinite(at) ? at : null;
}

/** The services, by type, with the paths behind the simulator's address. */
const paths: readonly (readonly [type: string, name: string, path: string])[] = [
  ['identity', 'keystone', '/identity/v3'],
  ['compute', 'nova', '/compute/v2.1'],
  ['image', 'glance', '/image'],
  ['network', 'neutron', '/network'],
  ['placement', 'placement', '/placement'],
  ['load-balancer', 'octavia', '/load-balancer'],
  ['orchestration', 'heat', '/orchestration/v1/PROJECT'],
];

function catalogOf(baseUrl: string, projectId: string): Json {
  return paths.map(([type, name, path]) => ({
    id: hashOf(type).slice(0, 32),
    type,
    name,
    endpoints: ['public', 'internal', 'admin'].map((kind) => ({
      id: hashOf(type + kind).slice(0, 32),
      interface: kind,
      region: 'RegionOne',
      region_id: 'RegionOne',
      url: baseUrl + path.replace('PROJECT', projectId),
    })),
  }));
}
