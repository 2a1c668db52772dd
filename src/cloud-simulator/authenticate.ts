/** Who gets a token of Keystone, and of which scope. */
import type { Json, JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import { member, textIn } from './endpoint.ts';
import { hashOf, type TokenRecord, type User } from './identity.ts';
import type { World } from './world.ts';

export const UNAUTHORIZED = 'The request you have made requires authentication.';

export type Authenticated = {
  readonly token: Omit<TokenRecord, 'issuedAt' | 'expiresAt'>;
  /** A token of a token lives no longer than that one. */
  readonly until?: number;
};

/**
 * @throws SimulatorError 401, with the same words for whatever a guesser could learn from; else 400, 403,
 * 404.
 */
export function authenticate(world: World, auth: JsonObject): Authenticated {
  const { identity } = world;
  const how = member(auth, 'identity');
  const [method] = Array.isArray(how['methods']) ? how['methods'] : [];
  if (method === 'application_credential') return byApplicationCredential(world, member(how, method));
  if (method === 'password') {
    const given = member(member(how, 'password'), 'user');
    const user = userOf(world, given);
    if (user === undefined || user.password !== given['password'])
      throw new SimulatorError(401, UNAUTHORIZED);
    return { token: { ...scoped(world, user, auth['scope']), method } };
  }
  if (method === 'token') {
    const given = identity.find(textIn(member(how, 'token'), 'id'));
    if (given === undefined) throw new SimulatorError(404, 'Could not recognize Fernet token');
    if (given.trust !== undefined)
      throw new SimulatorError(
        403,
        'You are not authorized to perform the requested action: Using trust-scoped token to create another ' +
          'token. Create a new trust-scoped token instead.',
      );
    return {
      token: { ...scoped(world, given.user, auth['scope']), method },
      until: given.expiresAt,
    };
  }
  throw new SimulatorError(400, `Expecting to find ${String(method)} in identity.`);
}

function byApplicationCredential(world: World, given: JsonObject): Authenticated {
  const { identity } = world;
  const id = textIn(given, 'id');
  const user = isJsonObject(given['user']) ? userOf(world, given['user']) : undefined;
  const credential = [...identity.applicationCredentials.values()].find((one) =>
    id === undefined ? one.name === given['name'] && one.userId === user?.id : one.id === id,
  );
  if (credential === undefined && id !== undefined)
    throw new SimulatorError(404, `Could not find Application Credential: ${id}.`);
  const owner = identity.users.get(credential?.userId ?? '');
  const isKnown = credential !== undefined && credential.secretHash === hashOf(textIn(given, 'secret') ?? '');
  if (!isKnown || owner === undefined) throw new SimulatorError(401, UNAUTHORIZED);
  const project = identity.projects.get(credential.projectId) ?? null;
  const method = 'application_credential';
  return { token: { user: owner, project, roles: credential.roles, method, credential } };
}

function scoped(
  world: World,
  user: User,
  scope: Json | undefined,
): Pick<TokenRecord, 'user' | 'project' | 'roles' | 'trust'> {
  if (!isJsonObject(scope)) return { user, project: null, roles: [] };
  const trustScope = scope['OS-TRUST:trust'];
  if (isJsonObject(trustScope)) {
    const trust = world.identity.trusts.get(textIn(trustScope, 'id') ?? '');
    if (trust === undefined) throw new SimulatorError(401, UNAUTHORIZED);
    if (trust.trusteeId !== user.id)
      throw new SimulatorError(
        403,
        'You are not authorized to perform the requested action: the trust is not for this user.',
      );
    const giver = world.identity.users.get(trust.trustorId);
    const hasStill = trust.roles.every((role) => giver?.roles.includes(role));
    // A trust gives nothing that its trustor has lost.
    if (!hasStill || giver?.projects.includes(trust.projectId) !== true)
      throw new SimulatorError(403, 'You are not authorized to perform the requested action.');
    const trustor = trust.impersonation ? giver : undefined;
    const project = world.identity.projects.get(trust.projectId) ?? null;
    return { user: trustor ?? user, project, roles: trust.roles, trust };
  }
  if (isJsonObject(scope['system'])) return { user, project: null, roles: user.roles };
  const asked = scope['project'];
  if (!isJsonObject(asked)) return { user, project: null, roles: [] };
  const id = textIn(asked, 'id');
  const project =
    id === undefined
      ? world.identity.findByName(world.identity.projects, textIn(asked, 'name') ?? '')
      : world.identity.projects.get(id);
  if (project === undefined || !user.projects.includes(project.id))
    throw new SimulatorError(401, UNAUTHORIZED);
  return { user, project, roles: user.roles };
}

function userOf({ identity }: World, given: JsonObject): User | undefined {
  const id = textIn(given, 'id');
  return id === undefined
    ? identity.findByName(identity.users, textIn(given, 'name') ?? '')
    : identity.users.get(id);
}
