/**
 * Trusts: a user's first request that changes something makes one, and Coppice acts by it in the cloud for
 * the user's objects, long after the token of that request has expired.
 *
 *     request with a token --ensure--> Keystone: trust user -> service user --> row (the id of the trust)
 *     action, probe, workflow --credentialOf--> the service user's password, scoped to the trust
 *
 * A trust is of use only with the password of the service user, which is in no row. Where Keystone refuses
 * one (deleted, or the user has lost a role), its row says so, and the user's next request makes another.
 *
 * Between the two arrows Coppice may be killed, and Keystone has a trust that no row names. The user's next
 * request finds it in Keystone and takes it, so that there is at most one. That looks at what Keystone has,
 * and needs no record of what was begun: a trust has no field for a mark of ours, and its id is Keystone's.
 */
import { CoppiceError } from '../domain/errors.ts';
import type { Owner } from '../domain/model.ts';
import type { Secret } from '../domain/secret.ts';
import { CloudError, isStatus } from '../openstack/cloud-error.ts';
import type { Credential } from '../openstack/cloud-settings.ts';
import type { KeystoneClient, NewTrust } from '../openstack/keystone-client.ts';
import { getTrust, putTrust, refuseTrust, type Trust } from '../store/trusts.ts';
import type { Store } from '../store/store.ts';

/** Of the service user: only with a password can it ask for a token of a trust. */
export type PasswordCredential = Extract<Credential, { kind: 'password' }>;

export interface TrustsOptions {
  readonly store: Store;
  readonly keystone: KeystoneClient;
  readonly credential: PasswordCredential;
  readonly now?: () => number;
}

/** Whose trust it is, as its token says. */
export interface Trustor {
  readonly user: string;
  readonly project: string;
  /** For people. */
  readonly userName: string;
  readonly projectName: string;
  readonly token: Secret<string>;
  /** Names of Keystone's roles. */
  readonly roles: readonly string[];
}

const MAKE_MS = 20_000;

export class Trusts {
  readonly #options: TrustsOptions;
  readonly #now: () => number;
  readonly #known = new Map<string, Trust>();
  readonly #making = new Map<string, Promise<void>>();

  constructor(options: TrustsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * A trust with at least the roles of the token is there when it returns.
   * @throws CoppiceError `forbidden` where Keystone makes none of such a token.
   */
  async ensure(trustor: Trustor): Promise<void> {
    const key = keyOf(trustor);
    const known = this.#known.get(key) ?? (await getTrust(this.#options.store.db, trustor));
    if (known?.refusal === null && trustor.roles.every((role) => known.roles.includes(role))) {
      this.#known.set(key, known);
      return;
    }
    const making =
      this.#making.get(key) ??
      this.#make(trustor, known).finally(() => {
        this.#making.delete(key);
      });
    this.#making.set(key, making);
    await making;
  }

  /** @throws CloudError where there is none. */
  async credentialOf(owner: Owner): Promise<Credential> {
    const { store, credential } = this.#options;
    const trust = this.#known.get(keyOf(owner)) ?? (await getTrust(store.db, owner));
    if (trust === undefined) throw refused(`Coppice has no ${nameOf(owner)}`);
    if (trust.refusal !== null) throw refused(`Keystone refuses the ${nameOf(trust)} (${trust.refusal})`);
    return { ...credential, scope: { kind: 'trust', trustId: trust.id } };
  }

  /** Keystone has refused it. @returns what to say of it. */
  async drop(owner: Owner, credential: Credential, reason: string): Promise<CloudError> {
    const { user, project } = owner;
    if (credential.kind === 'password' && credential.scope.kind === 'trust') {
      const id = credential.scope.trustId;
      if (this.#known.get(keyOf(owner))?.id === id) this.#known.delete(keyOf(owner));
      await this.#options.store.write((tx) => refuseTrust(tx, { user, project, id }, reason));
    }
    const trust = (await getTrust(this.#options.store.db, owner)) ?? owner;
    return refused(`Keystone refuses the ${nameOf(trust)} (${reason})`);
  }

  /** One that Coppice made before it was killed; not the known one, and none in place of a refused one. */
  async #left(asked: NewTrust, known: Trust | undefined, signal: AbortSignal): Promise<string | undefined> {
    // What is there may be refused for the same reason.
    if (typeof known?.refusal === 'string') return undefined;
    try {
      const found = await this.#options.keystone.findTrust(asked, { signal });
      return found === known?.id ? undefined : found;
    } catch (error) {
      // A cloud may forbid its users to list trusts.
      if (isStatus(error, 401, 403)) return undefined;
      throw error;
    }
  }

  async #make(trustor: Trustor, known: Trust | undefined): Promise<void> {
    const { store, keystone } = this.#options;
    const { user, project, userName, projectName, token, roles } = trustor;
    const asked = { token, trustorId: user, projectId: project, roles };
    const signal = AbortSignal.timeout(MAKE_MS);
    let id: string;
    try {
      id = (await this.#left(asked, known, signal)) ?? (await keystone.createTrust(asked, { signal }));
    } catch (error) {
      // A token that comes from a trust or an application credential makes none: the known one will do.
      if (isStatus(error, 401, 403) && known?.refusal === null) return;
      throw notMade(error);
    }
    const sorted = [...roles].toSorted();
    const trust: Trust = { user, project, userName, projectName, id, refusal: null, roles: sorted };
    await store.write((tx) => putTrust(tx, trust, this.#now()));
    this.#known.set(keyOf(trustor), trust);
    // One that stays is of no harm: it gives what the user has.
    if (known !== undefined) await keystone.deleteTrust(known.id, token, { signal }).catch(() => undefined);
  }
}

function keyOf({ user, project }: Pick<Owner, 'user' | 'project'>): string {
  return `${user} ${project}`;
}

function notMade(error: unknown): CoppiceError {
  if (isStatus(error, 401, 403))
    return new CoppiceError(
      'forbidden',
      `Coppice could not get a trust to act for you later, and Keystone said why: ${error.reason} Send this request once with a token that was got by a password.`,
      { cause: error },
    );
  const reason = error instanceof CloudError ? error.message : 'Keystone did not answer in time';
  return new CoppiceError(
    'authentication-unavailable',
    `Coppice could not get a trust to act for you later: ${reason}`,
    { cause: error },
  );
}

/** `trust of the user demo (30327dd0) in the project web (ab12cd34)`: `recovery/known-causes.ts` reads it. */
function nameOf(of: Owner | Trust): string {
  const both = (name: string, id: string): string => (name === id ? id : `${name} (${id.slice(0, 8)})`);
  const [user, project] = 'userName' in of ? [of.userName, of.projectName] : [of.user, of.project];
  return `trust of the user ${both(user, of.user)} in the project ${both(project, of.project)}`;
}

function refused(what: string): CloudError {
  const reason = `${what}: the next request of that user to Coppice that changes something makes one`;
  return new CloudError({
    service: 'identity',
    request: 'POST /auth/tokens',
    status: 401,
    reason,
    requestId: null,
    mayHaveHappened: false,
    retryAfterMs: null,
  });
}
