/** Keystone v3 beyond tokens of one's own: whose token another one is, and trusts. */
import type { Secret } from '../domain/secret.ts';
import { bodyOf, pathSegment } from './answer-body.ts';
import { isStatus } from './cloud-error.ts';
import type { CallContext } from './cloud-request.ts';
import type { CloudSession } from './cloud-session.ts';
import { readToken, type CloudToken } from './token.ts';

export interface NewTrust {
  /** Of the user who gives it; only this user can. */
  readonly token: Secret<string>;
  readonly trustorId: string;
  readonly projectId: string;
  /** Names of the roles that it gives. */
  readonly roles: readonly string[];
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
