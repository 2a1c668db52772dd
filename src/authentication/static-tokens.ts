/**
 * Authentication `token`: tokens that the configuration lists, each with its user, project and roles. The
 * configuration has their SHA-256 only. That is enough for a random text of 256 bits: it cannot be guessed
 * from its hash however fast the hash is, and a look-up by hash tells nothing about the token by its time.
 */
import { createHash, randomBytes } from 'node:crypto';
import { CoppiceError } from '../domain/errors.ts';
import type { Owner, Role } from '../domain/model.ts';
import type { Caller } from '../requests/request-tools.ts';
import { rolesWithin } from './access-rules.ts';
import { requireToken, type Authentication } from './authentication.ts';
import { refuseOtherSites } from './other-sites.ts';

export interface StaticToken {
  /** By which people tell it from others. */
  readonly name: string;
  /** Of the token, in hexadecimal digits of lower case. */
  readonly sha256: string;
  readonly user: string;
  readonly project: string;
  readonly roles: readonly Role[];
}

export function staticTokens(tokens: readonly StaticToken[]): Authentication {
  const byHash = new Map(tokens.map((token) => [token.sha256, token]));
  return {
    challenge: 'Bearer realm="coppice"',
    checkAddress() {},
    checkRequest: refuseOtherSites,
    authenticate: (request) =>
      Promise.resolve(request).then((asked) => {
        const found = byHash.get(hashOfToken(requireToken(asked)));
        if (found !== undefined) return callerOf(found);
        throw new CoppiceError(
          'unauthenticated',
          'The request you have made requires authentication: the token in X-Auth-Token is not known here.',
        );
      }),
    rolesOf: ({ user, project }: Owner, granted) => {
      const own = tokens.filter((one) => one.user === user && one.project === project);
      return Promise.resolve(
        rolesWithin(
          granted,
          own.flatMap(({ roles }) => roles),
        ),
      );
    },
  };
}

function callerOf({ user, project, roles }: StaticToken): Caller {
  return { user, project, domain: null, roles };
}

/** @returns a new one. */
export function newToken(): string {
  return `coppice_${randomBytes(32).toString('base64url')}`;
}

export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
