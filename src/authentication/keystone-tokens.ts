/**
 * Authentication `keystone`: each token is shown to Keystone, and what Keystone says of it counts for a short
 * time. So long a token that was revoked, or a role that was taken away, may still work, also for a stream.
 *
 *     X-Auth-Token --cache--> caller
 *         --unknown--> Keystone (once, however many requests wait) --> caller, or 401
 *
 * With X-Service-Token of a service, the user's token may have expired meanwhile, as for every OpenStack
 * service: the service asks on behalf of work that the user began in time.
 */
import { createHash } from 'node:crypto';
import { CoppiceError } from '../domain/errors.ts';
import type { Role } from '../domain/model.ts';
import { Secret } from '../domain/secret.ts';
import type { Session } from '../domain/session.ts';
import { CloudError, isStatus } from '../openstack/cloud-error.ts';
import { rolesWithin } from './access-rules.ts';
import type { KeystoneClient } from '../openstack/keystone-client.ts';
import type { CloudToken } from '../openstack/token.ts';
import type { Caller } from '../requests/request-tools.ts';
import {
  requireToken,
  type AuthenticatedCaller,
  type Authentication,
  type IncomingFacts,
} from './authentication.ts';
import { refuseOtherSites } from './other-sites.ts';
import type { KeystoneSettings } from './settings.ts';
import type { Trusts } from './trusts.ts';

export interface KeystoneTokensOptions {
  readonly keystone: KeystoneClient;
  /** Keystone's URL, for clients that send no token. */
  readonly authUrl: string;
  readonly settings: Pick<KeystoneSettings, 'cacheMs' | 'roles'>;
  /** Absent: work in the cloud is done with the service's own credential. */
  readonly trusts?: Trusts;
  /** The roles that the owner of a trust has still: with `trusts` only. */
  readonly trustedRoles?: (owner: Session) => Promise<readonly string[]>;
  readonly now?: () => number;
}

/** What Keystone has said of a token, and until when that counts. */
interface Remembered {
  readonly until: number;
  /** null: it is not valid. */
  readonly token: CloudToken | null;
}

type Valid = Remembered & { readonly token: CloudToken };

function isValid(remembered: Remembered): remembered is Valid {
  return remembered.token !== null;
}

/** Tokens; the oldest are forgotten first. */
const MOST_REMEMBERED = 10_000;
const VALIDATE_MS = 10_000;
/** Keystone's name of the role that services have. */
const SERVICE_ROLES: ReadonlySet<string> = new Set(['service', 'admin']);
const REQUIRES = 'The request you have made requires authentication';

export class KeystoneTokens implements Authentication {
  readonly challenge: string;
  readonly checkRequest = refuseOtherSites;
  readonly #options: KeystoneTokensOptions;
  readonly #now: () => number;
  /** By the hash of a token, so that no token stays in memory for a dump of it. */
  readonly #remembered = new Map<string, Remembered>();
  readonly #asking = new Map<string, Promise<Remembered>>();
  readonly #rolesOfOwners = new Map<
    string,
    { readonly until: number; readonly roles: Promise<readonly string[]> }
  >();

  constructor(options: KeystoneTokensOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.challenge = `Keystone uri="${options.authUrl}"`;
  }

  checkAddress(): void {}

  async authenticate(request: IncomingFacts): Promise<AuthenticatedCaller> {
    const { token, until: validUntil } = await this.#validToken(request);
    return { ...this.#callerOf(token), validUntil };
  }

  /** What may change something is done for the user later, too: for that a trust is there from now on. */
  async admitted(request: IncomingFacts): Promise<void> {
    const { trusts } = this.#options;
    if (trusts === undefined || request.method === 'GET' || request.method === 'HEAD') return;
    const { token: found } = await this.#validToken(request);
    const { user, project } = this.#callerOf(found);
    const { userName, projectName, roles } = found;
    const names = { userName, projectName: projectName ?? project };
    await trusts.ensure({ user, project, ...names, token: new Secret(requireToken(request)), roles });
  }

  async #validToken(request: IncomingFacts): Promise<Valid> {
    const text = requireToken(request);
    const known = await this.#known(text);
    const valid = isValid(known) ? known : await this.#expired(text, request);
    if (valid !== null) return valid;
    throw new CoppiceError(
      'unauthenticated',
      `${REQUIRES}: Keystone does not know the token in X-Auth-Token, or it has expired or was revoked.`,
    );
  }

  async rolesOf(owner: Session, granted: readonly Role[]): Promise<readonly Role[]> {
    const { trustedRoles } = this.#options;
    if (trustedRoles === undefined) return granted;
    return rolesWithin(granted, this.#rolesIn(await this.#currentRoles(owner, trustedRoles)));
  }

  /** Asked as seldom as for a token: a webhook can be called without end. */
  async #currentRoles(owner: Session, ask: (owner: Session) => Promise<readonly string[]>) {
    const key = `${owner.user} ${owner.project}`;
    const known = this.#rolesOfOwners.get(key);
    if (known !== undefined && this.#now() < known.until) return await known.roles;
    const roles = ask(owner).catch((error: unknown) => {
      if (isStatus(error, 401, 403, 404)) return [];
      this.#rolesOfOwners.delete(key);
      throw unavailable('what the user of the receiver may do', error);
    });
    this.#rolesOfOwners.set(key, { until: this.#now() + this.#options.settings.cacheMs, roles });
    return await roles;
  }

  #callerOf({ userId, projectId, roles }: CloudToken): Caller {
    if (projectId === null)
      throw new CoppiceError(
        'forbidden',
        'The token in X-Auth-Token is scoped to no project: get one for the project to work in.',
      );
    return { user: userId, project: projectId, domain: null, roles: this.#rolesIn(roles) };
  }

  #rolesIn(names: readonly string[]): Role[] {
    const known = names.flatMap((name) => this.#options.settings.roles.get(name.toLowerCase()) ?? []);
    return [...new Set(known)];
  }

  async #known(text: string, allowExpired = false): Promise<Remembered> {
    const key = createHash('sha256')
      .update(`${allowExpired ? 'expired ' : ''}${text}`)
      .digest('base64');
    const known = this.#remembered.get(key);
    if (known !== undefined && this.#now() < known.until) return known;
    const asking =
      this.#asking.get(key) ??
      this.#ask(key, new Secret(text), allowExpired).finally(() => {
        this.#asking.delete(key);
      });
    this.#asking.set(key, asking);
    return await asking;
  }

  /** @returns null: no service vouches for it. */
  async #expired(text: string, request: IncomingFacts): Promise<Valid | null> {
    const service = request.header('x-service-token');
    if (service === undefined || service === '') return null;
    const { token, until } = await this.#known(service);
    if (token === null || !token.roles.some((role) => SERVICE_ROLES.has(role))) return null;
    const known = await this.#known(text, true);
    return isValid(known) ? { ...known, until: Math.min(until, known.until) } : null;
  }

  async #ask(key: string, token: Secret<string>, allowExpired: boolean): Promise<Remembered> {
    const asked = this.#now();
    const found = await this.#validated(token, allowExpired);
    const until = asked + this.#options.settings.cacheMs;
    const remembered = {
      token: found,
      until: found === null || allowExpired ? until : Math.min(until, found.expiresAt),
    };
    this.#remembered.delete(key);
    this.#remembered.set(key, remembered);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MOST_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    return remembered;
  }

  async #validated(token: Secret<string>, allowExpired: boolean): Promise<CloudToken | null> {
    try {
      const context = { signal: AbortSignal.timeout(VALIDATE_MS) };
      return (await this.#options.keystone.validate(token, context, { allowExpired })) ?? null;
    } catch (error) {
      throw unavailable('whether the token is valid', error);
    }
  }
}

function unavailable(question: string, error: unknown): CoppiceError {
  const reason = error instanceof CloudError ? error.message : `no answer within ${VALIDATE_MS / 1000} s`;
  return new CoppiceError(
    'authentication-unavailable',
    `Keystone could not be asked ${question}: ${reason}`,
    {
      cause: error,
    },
  );
}
