/**
 * Trusts: a user's first request that changes something makes one, and Coppice acts by it in the cloud for
 * the user's objects, long after the token of that request has expired.
 *
 *     request with a token --ensure--> Keystone: trust user -> service user --> row (the id of the trust)
 *     action, probe, workflow --credentialOf--> the service user's password, scoped to the trust
 *
 * A trust is of use only with the password of the service user, which is in no row. Where Keystone refuses
 * one (deleted, or the user has lost a role), its row says so, and the user's next request makes another.
 * How it is made (`make-trust.ts`) leaves one in Keystone, wherever Coppice is killed.
 */
import { CoppiceError } from '../domain/errors.ts';
import type { Owner } from '../domain/model.ts';
import { CloudError, isStatus } from '../openstack/cloud-error.ts';
import type { Credential } from '../openstack/cloud-settings.ts';
import { getTrust, refuseTrust, type Trust } from '../store/trusts.ts';
import type { Store } from '../store/store.ts';
import { serves, TrustMaker, type TrustMakerOptions, type Trustor } from './make-trust.ts';

export type TrustsOptions = Omit<TrustMakerOptions, 'now'> & { readonly now?: () => number };

export class Trusts {
  readonly #store: Store;
  readonly #credential: TrustMakerOptions['credential'];
  readonly #maker: TrustMaker;
  readonly #known = new Map<string, Trust>();
  readonly #making = new Map<string, Promise<void>>();

  constructor({ now = Date.now, ...options }: TrustsOptions) {
    this.#store = options.store;
    this.#credential = options.credential;
    this.#maker = new TrustMaker({ ...options, now });
  }

  /**
   * A trust with at least the roles of the token is there when it returns.
   * @throws CoppiceError `forbidden` where Keystone makes none of such a token.
   */
  async ensure(trustor: Trustor): Promise<void> {
    const key = keyOf(trustor);
    if (this.#serves(trustor)) return;
    for (let other = this.#making.get(key); other !== undefined; other = this.#making.get(key)) {
      await other;
      if (this.#serves(trustor)) return;
    }
    const making = this.#find(trustor).finally(() => {
      this.#making.delete(key);
    });
    this.#making.set(key, making);
    await making;
  }

  #serves(trustor: Trustor): boolean {
    const known = this.#known.get(keyOf(trustor));
    return known !== undefined && serves(known, trustor);
  }

  async #find(trustor: Trustor): Promise<void> {
    const known = await getTrust(this.#store.db, trustor);
    if (known !== undefined && serves(known, trustor)) this.#known.set(keyOf(trustor), known);
    const isThere = this.#serves(trustor);
    if (isThere && !(await this.#maker.isLeftBehind(trustor))) return;
    try {
      this.#known.set(keyOf(trustor), await this.#maker.make(trustor));
    } catch (error) {
      // What is left behind can wait for the next start.
      if (!isThere) throw notMade(error);
    }
  }

  /** @throws CloudError where there is none. */
  async credentialOf(owner: Owner): Promise<Credential> {
    const trust = this.#known.get(keyOf(owner)) ?? (await getTrust(this.#store.db, owner));
    if (trust === undefined) throw refused(`Coppice has no ${nameOf(owner)}`);
    if (trust.refusal !== null) throw refused(`Keystone refuses the ${nameOf(trust)} (${trust.refusal})`);
    return { ...this.#credential, scope: { kind: 'trust', trustId: trust.id } };
  }

  /** Keystone has refused it. @returns what to say of it. */
  async drop(owner: Owner, credential: Credential, reason: string): Promise<CloudError> {
    const { user, project } = owner;
    if (credential.kind === 'password' && credential.scope.kind === 'trust') {
      const id = credential.scope.trustId;
      if (this.#known.get(keyOf(owner))?.id === id) this.#known.delete(keyOf(owner));
      await this.#store.write((tx) => refuseTrust(tx, { user, project, id }, reason));
    }
    const trust = (await getTrust(this.#store.db, owner)) ?? owner;
    return refused(`Keystone refuses the ${nameOf(trust)} (${reason})`);
  }
}

function keyOf({ user, project }: Pick<Owner, 'user' | 'project'>): string {
  return `${user} ${project}`;
}

/** What is neither Keystone's nor a time-out is nothing that a user can change. */
function notMade(error: unknown): unknown {
  if (isStatus(error, 401, 403))
    return new CoppiceError(
      'forbidden',
      `Coppice could not get a trust to act for you later, and Keystone said why: ${error.reason} Send this request once with a token that was got by a password.`,
      { cause: error },
    );
  const isLate = error instanceof Error && ['AbortError', 'TimeoutError'].includes(error.name);
  if (!(error instanceof CloudError) && !isLate) return error;
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
