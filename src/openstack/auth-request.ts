/**
 * The body of `POST /v3/auth/tokens` for each credential (Identity API v3, "Authentication and token
 * management"). It holds the secret in clear: it is sent, and neither kept nor logged.
 */
import type { JsonObject } from '../domain/json.ts';
import type { Credential, Domain, Identity, TokenScope } from './cloud-settings.ts';

export function authRequest(credential: Credential): JsonObject {
  switch (credential.kind) {
    case 'password':
      return auth(
        {
          methods: ['password'],
          password: { user: { ...identity(credential.user), password: credential.password.reveal() } },
        },
        credential.scope,
      );
    case 'token':
      return auth({ methods: ['token'], token: { id: credential.token.reveal() } }, credential.scope);
    case 'application-credential': {
      const { id, name, user, secret } = credential;
      // Its scope is its own: Keystone refuses a request that names one.
      return auth(
        {
          methods: ['application_credential'],
          application_credential: {
            ...(id === undefined
              ? { name: name ?? '', ...(user === undefined ? {} : { user: identity(user) }) }
              : { id }),
            secret: secret.reveal(),
          },
        },
        undefined,
      );
    }
  }
}

function auth(how: JsonObject, scope: TokenScope | undefined): JsonObject {
  const asked = scope === undefined ? undefined : scopeOf(scope);
  return { auth: { identity: how, ...(asked === undefined ? {} : { scope: asked }) } };
}

function scopeOf(scope: TokenScope): JsonObject | 'unscoped' {
  switch (scope.kind) {
    case 'project':
      return { project: identity(scope.project) };
    case 'domain':
      return { domain: domain(scope.domain) };
    case 'system':
      return { system: { all: true } };
    case 'trust':
      return { 'OS-TRUST:trust': { id: scope.trustId } };
    case 'unscoped':
      return 'unscoped';
  }
}

function identity({ id, name, domain: of }: Identity): JsonObject {
  if (id !== undefined) return { id };
  return { name: name ?? '', domain: domain(of ?? { id: 'default' }) };
}

function domain({ id, name }: Domain): JsonObject {
  return id === undefined ? { name: name ?? '' } : { id };
}
