/** What Keystone sends of tokens, users, projects, credentials and trusts. */
import type { Json, JsonObject } from '../domain/json.ts';
import {
  hashOf,
  newId,
  type ApplicationCredential,
  type Project,
  type TokenRecord,
  type SimulatedTrust,
  type User,
} from './identity.ts';

export const DOMAIN = { id: 'default', name: 'Default' };

/** @param catalog null: it is not asked for, or the token has no project. */
export function describeToken(token: TokenRecord, catalog: Json | null): JsonObject {
  const { user, project, roles, method, issuedAt, expiresAt, trust, credential } = token;
  return {
    token: {
      methods: [method],
      user: { id: user.id, name: user.name, domain: DOMAIN, password_expires_at: null },
      audit_ids: [newId().slice(0, 22)],
      issued_at: microseconds(issuedAt),
      expires_at: microseconds(expiresAt),
      ...(project === null
        ? {}
        : {
            project: { id: project.id, name: project.name, domain: DOMAIN },
            ...(trust === undefined ? { is_domain: false } : {}),
            roles: roles.map((name) =>
              trust === undefined ? { id: roleId(name), name } : describeRole(name, null),
            ),
            ...(catalog === null ? {} : { catalog }),
          }),
      ...(credential === undefined
        ? {}
        : {
            application_credential: { id: credential.id, name: credential.name, restricted: true },
          }),
      ...(trust === undefined ? {} : { 'OS-TRUST:trust': describeTrustOfToken(trust) }),
    },
  };
}

function describeTrustOfToken(trust: SimulatedTrust): JsonObject {
  return {
    id: trust.id,
    impersonation: trust.impersonation,
    trustor_user: { id: trust.trustorId },
    trustee_user: { id: trust.trusteeId },
  };
}

export function describeProject({ id, name }: Project, url: string): JsonObject {
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
    links: { self: `${url}/v3/projects/${id}` },
  };
}

export function describeUser({ id, name, projects }: User, url: string): JsonObject {
  return {
    id,
    name,
    domain_id: DOMAIN.id,
    enabled: true,
    default_project_id: projects[0] ?? null,
    password_expires_at: null,
    options: {},
    links: { self: `${url}/v3/users/${id}` },
  };
}

export function describeDomain(url: string): JsonObject {
  return {
    ...DOMAIN,
    description: 'The default domain',
    enabled: true,
    tags: [],
    options: {},
    links: { self: `${url}/v3/domains/${DOMAIN.id}` },
  };
}

/** @param url null: without links, as in a credential. */
export function describeRole(name: string, url: string | null): JsonObject {
  const id = roleId(name);
  return {
    id,
    name,
    domain_id: null,
    description: null,
    options: { immutable: true },
    ...(url === null ? {} : { links: { self: `${url}/v3/roles/${id}` } }),
  };
}

export function describeCredential(credential: ApplicationCredential, url: string): JsonObject {
  const { id, name, description, userId, projectId, roles, expiresAt } = credential;
  return {
    id,
    name,
    description,
    user_id: userId,
    project_id: projectId,
    system: null,
    expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    unrestricted: null,
    roles: roles.map((role) => describeRole(role, null)),
    links: { self: `${url}/v3/application_credentials/${id}` },
  };
}

/** As an item of a list: a trust alone has its roles too. */
export function describeTrust(trust: SimulatedTrust, url: string): JsonObject {
  return {
    id: trust.id,
    trustor_user_id: trust.trustorId,
    trustee_user_id: trust.trusteeId,
    project_id: trust.projectId,
    impersonation: trust.impersonation,
    expires_at: null,
    remaining_uses: null,
    deleted_at: null,
    redelegated_trust_id: null,
    redelegation_count: trust.redelegations,
    links: { self: `${url}/v3/OS-TRUST/trusts/${trust.id}` },
  };
}

export function describeTrustWithRoles(trust: SimulatedTrust, url: string): JsonObject {
  return {
    ...describeTrust(trust, url),
    roles: trust.roles.map((name) => describeRole(name, url)),
    roles_links: { self: `${url}/v3/${trust.id}/roles`, next: null, previous: null },
  };
}

function roleId(name: string): string {
  return hashOf(name).slice(0, 32);
}

function microseconds(at: number): string {
  return new Date(at).toISOString().replace('Z', '000Z');
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

/** Where a region has its services. */
export interface RegionAddress {
  readonly name: string;
  /** `http://127.0.0.1:5000` */
  readonly url: string;
}

/** @param regions the first one has Keystone, which is the same for all. */
export function catalogOf(regions: readonly RegionAddress[], projectId: string): Json {
  return paths.map(([type, name, path]) => ({
    id: hashOf(type).slice(0, 32),
    type,
    name,
    endpoints: regions.flatMap((region, index) =>
      ['public', 'internal', 'admin'].map((kind) => ({
        id: hashOf(type + kind + (index === 0 ? '' : region.name)).slice(0, 32),
        interface: kind,
        region: region.name,
        region_id: region.name,
        url:
          (type === 'identity' ? (regions[0]?.url ?? '') : region.url) + path.replace('PROJECT', projectId),
      })),
    ),
  }));
}
