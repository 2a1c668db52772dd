/**
 * Gets the trust of a user from Keystone, so that Keystone has one of them and a row names it, wherever a
 * process dies on the way, and however many do it at once:
 *
 *     hold the row of the change (one process at a time)
 *     list what Keystone has -> take one that was left behind
 *                            -> else note what there is in the row, create one
 *     name it in the row of the trust, and in the same transaction what is to be deleted
 *     delete that in Keystone, let go of the row
 *
 * A trust has no field for a mark of ours, and its id is Keystone's: of two that were made for the same user,
 * the one that Keystone did not have before is what an attempt that has not ended has made. What others have
 * made is not touched.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Secret } from '../domain/secret.ts';
import { CloudError, isStatus } from '../openstack/cloud-error.ts';
import type { Credential } from '../openstack/cloud-settings.ts';
import type { KeystoneClient, NewTrust } from '../openstack/keystone-client.ts';
import {
  getTrustChange,
  holdTrustChange,
  releaseTrustChange,
  updateTrustChange,
  type HeldTrustChange,
  type TrustChange,
} from '../store/trust-changes.ts';
import { getTrust, putTrust, type Trust, type TrustKey } from '../store/trusts.ts';
import type { Store } from '../store/store.ts';

/** Of the service user: only with a password can it ask for a token of a trust. */
export type PasswordCredential = Extract<Credential, { kind: 'password' }>;

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

export interface TrustMakerOptions {
  readonly store: Store;
  readonly keystone: KeystoneClient;
  readonly credential: PasswordCredential;
  readonly now: () => number;
}

const MAKE_MS = 20_000;
/** Longer than a process that lives takes: what it holds for longer is left behind. */
const LEFT_BEHIND_MS = 30_000;
const LOOK_AGAIN_MS = 100;

/** Whether it is of use, and gives all roles of the token. */
export function serves(trust: Trust, { roles }: Pick<Trustor, 'roles'>): boolean {
  return trust.refusal === null && roles.every((role) => trust.roles.includes(role));
}

export class TrustMaker {
  readonly #options: TrustMakerOptions;
  /** Of this process. */
  readonly #id = randomUUID();

  constructor(options: TrustMakerOptions) {
    this.#options = options;
  }

  /** Whether something is begun in Keystone for the user that no process is about to end. */
  async isLeftBehind(key: TrustKey): Promise<boolean> {
    const change = await getTrustChange(this.#options.store.db, key);
    return change !== undefined && (change.heldBy === null || this.#mayTake(change));
  }

  /** @throws CloudError; Error where another process does it, and does not end. */
  async make(trustor: Trustor): Promise<Trust> {
    const signal = AbortSignal.timeout(MAKE_MS);
    const change = await this.#hold(trustor, signal);
    const attempt = new TrustAttempt(this.#options, this.#id, trustor, signal);
    try {
      return await attempt.carryOut(change);
    } finally {
      await this.#options.store.write((tx) => releaseTrustChange(tx, trustor, this.#id));
    }
  }

  async #hold(trustor: Trustor, signal: AbortSignal): Promise<TrustChange> {
    const { store, now } = this.#options;
    for (;;) {
      const held = await store.write((tx) =>
        holdTrustChange(tx, trustor, { by: this.#id, at: now() }, (one) => this.#mayTake(one)),
      );
      if (held !== undefined) return held;
      await delay(LOOK_AGAIN_MS, undefined, { signal });
    }
  }

  /** The process that holds it is gone. */
  #mayTake({ heldAt }: HeldTrustChange): boolean {
    const { store, now } = this.#options;
    return store.isExclusive || now() - heldAt > LEFT_BEHIND_MS;
  }
}

/** By the process that holds the row of the change. */
class TrustAttempt {
  readonly #options: TrustMakerOptions;
  readonly #by: string;
  readonly #trustor: Trustor;
  readonly #asked: NewTrust;
  readonly #context: { readonly signal: AbortSignal };

  constructor(options: TrustMakerOptions, by: string, trustor: Trustor, signal: AbortSignal) {
    this.#options = options;
    this.#by = by;
    this.#trustor = trustor;
    const { user, project, token, roles } = trustor;
    this.#asked = { token, trustorId: user, projectId: project, roles };
    this.#context = { signal };
  }

  async carryOut(change: TrustChange): Promise<Trust> {
    const known = await getTrust(this.#options.store.db, this.#trustor);
    const listed = await this.#listed();
    const { before } = change;
    const left =
      before === null ? [] : (listed ?? []).filter((id) => !before.includes(id) && id !== known?.id);
    if (known !== undefined && serves(known, this.#trustor)) return await this.#record(known, change, left);
    const found = await this.#firstOfUse([...left, ...(listed ?? [])], change.leaving);
    try {
      const id = found ?? (await this.#create(change, listed));
      const { user, project, userName, projectName } = this.#trustor;
      const roles = [...this.#trustor.roles].toSorted();
      const trust: Trust = { user, project, userName, projectName, id, refusal: null, roles };
      return await this.#record(trust, change, known === undefined ? left : [...left, known.id]);
    } catch (error) {
      // A token that comes from a trust or an application credential makes none: the known one will do.
      if (isStatus(error, 401, 403) && known?.refusal === null) return known;
      throw error;
    }
  }

  /** undefined: a cloud may forbid its users to list trusts. */
  async #listed(): Promise<readonly string[] | undefined> {
    try {
      return await this.#options.keystone.listTrusts(this.#asked, this.#context);
    } catch (error) {
      if (isStatus(error, 401, 403)) return undefined;
      throw error;
    }
  }

  /** Gives the same roles as the token, neither more nor fewer, and Keystone gives a token for it. */
  async #firstOfUse(ids: readonly string[], leaving: readonly string[]): Promise<string | undefined> {
    const { keystone, credential } = this.#options;
    const { token, roles } = this.#trustor;
    for (const id of new Set(ids)) {
      if (leaving.includes(id)) continue;
      if (!haveSame(roles, await keystone.rolesOfTrust(id, token, this.#context))) continue;
      const trusted = { ...credential, scope: { kind: 'trust', trustId: id } } as const;
      if (await keystone.accepts(trusted, this.#context)) return id;
    }
    return undefined;
  }

  async #create(change: TrustChange, listed: readonly string[] | undefined): Promise<string> {
    const { keystone } = this.#options;
    await this.#save({ ...change, before: change.before ?? listed ?? null });
    try {
      return await keystone.createTrust(this.#asked, this.#context);
    } catch (error) {
      const mayBeThere = !(error instanceof CloudError) || error.mayHaveHappened;
      if (!mayBeThere) await this.#save(change);
      throw error;
    }
  }

  /** @param others what is to be deleted in Keystone, once the trust is named in its row. */
  async #record(trust: Trust, change: TrustChange, others: readonly string[]): Promise<Trust> {
    const { store, keystone, now } = this.#options;
    const leaving = new Set([...change.leaving, ...others]);
    leaving.delete(trust.id);
    await store.write(async (tx) => {
      await updateTrustChange(tx, this.#trustor, this.#by, { before: null, leaving: [...leaving] });
      await putTrust(tx, trust, now());
    });
    for (const id of leaving) {
      try {
        await keystone.deleteTrust(id, this.#trustor.token, this.#context);
        leaving.delete(id);
      } catch (error) {
        if (isStatus(error, 404)) leaving.delete(id);
      }
    }
    await this.#save({ before: null, leaving: [...leaving] });
    return trust;
  }

  async #save(change: TrustChange): Promise<void> {
    await this.#options.store.write((tx) => updateTrustChange(tx, this.#trustor, this.#by, change));
  }
}

function haveSame(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify([...new Set(one)].toSorted()) === JSON.stringify([...new Set(other)].toSorted());
}
