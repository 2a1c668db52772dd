/**
 * Who calls. Each way to tell is a file here, and gives the same answer: user, project and roles.
 *
 *     loopback-only.ts    none      one user on one machine, without tokens
 *     static-tokens.ts    token     tokens of the configuration, kept as hashes
 *     keystone-tokens.ts  keystone  tokens of OpenStack's Keystone
 *         trusts.ts                 by which Coppice acts for their users later
 *
 *     access-rules.ts     which role each endpoint needs
 */
import { CoppiceError } from '../domain/errors.ts';
import type { Owner, Role } from '../domain/model.ts';
import type { Caller } from '../requests/request-tools.ts';

export interface IncomingFacts {
  readonly method: string;
  header(name: string): string | undefined;
}

export interface AuthenticatedCaller extends Caller {
  /**
   * When it has to be asked for again, in milliseconds since 1970: answers that last longer end then, unless
   * it is. Absent: what a token says does not change while the process runs.
   */
  readonly validUntil?: number;
}

export interface Authentication {
  /** @throws Error with a sentence for the operator where the server must not listen there. */
  checkAddress(host: string): void;
  /** What no page of a browser may send. @throws CoppiceError `forbidden` */
  checkRequest(request: IncomingFacts): void;
  /**
   * @throws CoppiceError `unauthenticated` where there is no token, or none that is valid;
   * `authentication-unavailable` where that cannot be told now.
   */
  authenticate(request: IncomingFacts): Promise<AuthenticatedCaller>;
  /**
   * The caller has the role that the request needs. Absent: nothing follows from that.
   * @throws CoppiceError `forbidden`, `authentication-unavailable`
   */
  admitted?(request: IncomingFacts): Promise<void>;
  /**
   * The roles that a user has now, who is not the caller: of a receiver whose webhook was called.
   * @param granted those that the user had when the receiver was made.
   * @returns none where the user has no rights any more.
   */
  rolesOf(owner: Owner, granted: readonly Role[]): Promise<readonly Role[]>;
  /** Of the header WWW-Authenticate in an answer 401. */
  readonly challenge: string;
}

/** @throws CoppiceError `unauthenticated` */
export function requireToken(request: IncomingFacts): string {
  const token = tokenOf(request);
  if (token !== undefined) return token;
  throw new CoppiceError(
    'unauthenticated',
    'The request you have made requires authentication: expected a token in X-Auth-Token, found none.',
  );
}

/** X-Auth-Token as OpenStack's clients send it, or `Authorization: Bearer`. */
function tokenOf(request: IncomingFacts): string | undefined {
  const token = request.header('x-auth-token');
  if (token !== undefined && token !== '') return token;
  return /^bearer +(\S+)$/i.exec(request.header('authorization') ?? '')?.[1];
}
