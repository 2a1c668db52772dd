/** Keystone v3 beyond tokens of one's own: whose token another one is, and trusts. */
import type { Secret } from '../domain/secret.ts';
import { bodyOf, pathSegment } from './answer-body.ts';
import { isStatus } from './cloud-error.ts';
import type { CallContext } from './cloud-request.ts';
import type { CloudSession } from './cloud-session.ts';
import type { Credential } from './cloud-settings.ts';
import { readToken, type CloudToken } from './token.ts';

export interface NewTrust {
  /** Of the user who gives it; only this user can. */
  readonly token: Secret<string>;
  readonly trustorId: string;
  readonly projectId: string;
  /** Names of the roles that it gives. */
  readonly roles: readonly string[];
}

interface ListedTrust {
  readonly id: string;
  readonly trustor_user_id: string;
  readonly trustee_user_id: string;
  readonly project_id: string | null;
  readonly impersonation: boolean;
  readonly expires_at: string | null;
  readonly remaining_uses: number | null;
  readonly redelegated_trust_id: string | null;
  readonly redelegation_count: number;
}

interface ShownTrust {
  readonly roles: readonly { readonly name: string }[];
}

function isMadeFor(
  trust: ListedTrust,
  { trustorId, projectId }: Pick<NewTrust, 'trustorId' | 'projectId'>,
): boolean {
  const isForEver = trust.expires_at === null && trust.remaining_uses === null;
  const isFirst = trust.redelegated_trust_id === null && trust.redelegation_count > 0;
  const isOfBoth = trust.trustor_user_id === trustorId && trust.project_id === projectId;
  return isForEver && isFirst && isOfBoth && trust.impersonation;
}

export class KeystoneClient {
  readonly #session: CloudSession;

  constructor(session: CloudSession) {
    this.#session = session;
  }

  /**
   * @param allowExpired also one that has expired not long ago (Keystone's `allow_expired_window`).
   * @returns undefined: Keystone does not know it, or it has expired or was revoked.
   * @throws CloudError
   */
  async validate(
    token: Secret<string>,
    context: CallContext,
    { allowExpired = false }: { readonly allowExpired?: boolean } = {},
  ): Promise<CloudToken | undefined> {
    try {
      const { body } = await this.#session.request(
        {
          service: 'identity',
          method: 'GET',
          path: '/auth/tokens',
          query: { nocatalog: '', ...(allowExpired ? { allow_expired: 1 } : {}) },
          headers: { 'x-subject-token': token.reveal() },
        },
        context,
      );
      return readToken(token.reveal(), body);
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** The user of the session gets the roles of the trustor. @returns its id. @throws CloudError */
  async createTrust({ token, trustorId, projectId, roles }: NewTrust, context: CallContext): Promise<string> {
    const { userId } = await this.#session.token(context);
    const trust = {
      trustor_user_id: trustorId,
      trustee_user_id: userId,
      project_id: projectId,
      impersonation: true,
      allow_redelegation: true,
      roles: roles.map((name) => ({ name })),
    };
    const answer = await this.#session.request(
      {
        service: 'identity',
        method: 'POST',
        path: '/OS-TRUST/trusts',
        body: { trust },
        headers: { 'x-auth-token': token.reveal() },
      },
      context,
    );
    return bodyOf<{ readonly trust: { readonly id: string } }>(answer).trust.id;
  }

  /** Ids of those that were made as `createTrust` makes them, with any roles. @throws CloudError */
  async listTrusts({ token, ...asked }: Omit<NewTrust, 'roles'>, context: CallContext): Promise<string[]> {
    const { userId } = await this.#session.token(context);
    const list = await this.#session.request(
      {
        service: 'identity',
        method: 'GET',
        path: '/OS-TRUST/trusts',
        query: { trustor_user_id: asked.trustorId },
        headers: { 'x-auth-token': token.reveal() },
      },
      context,
    );
    const { trusts } = bodyOf<{ readonly trusts: readonly ListedTrust[] }>(list);
    const own = trusts.filter((trust) => trust.trustee_user_id === userId && isMadeFor(trust, asked));
    return own.map(({ id }) => id);
  }

  /** Names of the roles that a trust gives; a list says none. @throws CloudError */
  async rolesOfTrust(id: string, token: Secret<string>, context: CallContext): Promise<readonly string[]> {
    const answer = await this.#session.request(
      {
        service: 'identity',
        method: 'GET',
        path: `/OS-TRUST/trusts/${pathSegment(id)}`,
        headers: { 'x-auth-token': token.reveal() },
      },
      context,
    );
    return bodyOf<{ readonly trust: ShownTrust }>(answer).trust.roles.map(({ name }) => name);
  }

  /** Whether Keystone gives a token for it. @throws CloudError where it cannot be asked. */
  async accepts(credential: Credential, context: CallContext): Promise<boolean> {
    try {
      await this.#session.withCredential(credential).token(context);
      return true;
    } catch (error) {
      if (isStatus(error, 401, 403, 404)) return false;
      throw error;
    }
  }

  /** @param token of the user who gave it. @throws CloudError */
  async deleteTrust(id: string, token: Secret<string>, context: CallContext): Promise<void> {
    await this.#session.request(
      {
        service: 'identity',
        method: 'DELETE',
        path: `/OS-TRUST/trusts/${pathSegment(id)}`,
        headers: { 'x-auth-token': token.reveal() },
      },
      context,
    );
  }
}
