/**
 * The Keystone that says who calls: a session of the service user in it and, where it is also that of the
 * cloud, the clouds of the users, in which Coppice acts by their trusts.
 */
import type { Session } from '../domain/session.ts';
import type { Cloud, Clouds } from '../openstack/cloud.ts';
import { CloudSession, type CloudSessionOptions } from '../openstack/cloud-session.ts';
import type { CloudSettings } from '../openstack/cloud-settings.ts';
import { KeystoneClient } from '../openstack/keystone-client.ts';
import { OwnerClouds } from '../openstack/owner-clouds.ts';
import type { Store } from '../store/store.ts';
import type { Authentication } from './authentication.ts';
import { KeystoneTokens } from './keystone-tokens.ts';
import type { KeystoneSettings } from './settings.ts';
import type { PasswordCredential } from './make-trust.ts';
import { Trusts } from './trusts.ts';

/** The cloud in which servers are. */
export interface CloudOfServers {
  readonly service: Cloud;
  /** For further sessions in it. */
  readonly session: CloudSessionOptions;
}

const ROLES_MS = 10_000;

export class KeystoneAccess {
  /** Of the owners of nodes; null: work in the cloud is done with the service's own credential. */
  readonly clouds: Clouds | null;
  readonly #session: CloudSession;
  readonly #trustee: PasswordCredential | null;
  #trusts: Trusts | undefined;

  /** @throws Error with a sentence for the operator. */
  constructor(options: CloudSessionOptions, cloud: CloudOfServers | undefined) {
    this.#session = new CloudSession(options);
    const isOfServers = cloud !== undefined && sameKeystone(cloud.session.settings, options.settings);
    this.#trustee = isOfServers ? passwordOf(options.settings) : null;
    // Profile types need the clouds before the database is open, and trusts are in the database.
    this.clouds = isOfServers
      ? new OwnerClouds(cloud.service, () => this.#requiredTrusts(), cloud.session)
      : null;
  }

  authentication(settings: KeystoneSettings, store: Store): Authentication {
    const keystone = new KeystoneClient(this.#session);
    const { authUrl } = this.#session.settings;
    const { clouds } = this;
    if (this.#trustee === null || clouds === null) return new KeystoneTokens({ keystone, authUrl, settings });
    this.#trusts = new Trusts({ store, keystone, credential: this.#trustee });
    const trustedRoles = (owner: Session) => rolesByTrust(keystone, clouds, owner);
    return new KeystoneTokens({ keystone, authUrl, settings, trusts: this.#trusts, trustedRoles });
  }

  #requiredTrusts(): Trusts {
    if (this.#trusts === undefined) throw new Error('no trusts before the database is open');
    return this.#trusts;
  }
}

function sameKeystone(one: CloudSettings, other: CloudSettings): boolean {
  const rooted = ({ authUrl }: CloudSettings): string => authUrl.replace(/\/+$/, '').replace(/\/v3$/, '');
  return rooted(one) === rooted(other);
}

/** @throws Error: only with a password Keystone gives tokens for trusts. */
function passwordOf({ credential, origin }: CloudSettings): PasswordCredential {
  if (credential.kind === 'password') return credential;
  throw new Error(
    `auth: expected a service user with a password, by which Coppice acts for its users, found a credential of the kind ${credential.kind} (${origin.where})`,
  );
}

/**
 * Asks Keystone: a token in memory may be older than what was taken away.
 * @param keystone of the service user: Keystone lets a token of a trust validate none, not even itself.
 * @throws CloudError
 */
async function rolesByTrust(
  keystone: KeystoneClient,
  clouds: Clouds,
  owner: Session,
): Promise<readonly string[]> {
  const context = { signal: AbortSignal.timeout(ROLES_MS) };
  const { session } = clouds.of(owner);
  const token = await session.token(context);
  const valid = await keystone.validate(token.id, context);
  if (valid !== undefined) return valid.roles;
  // Only the token was revoked, or the trust as well: then there is no other token.
  session.discard(token);
  return (await session.token(context)).roles;
}
