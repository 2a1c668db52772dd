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
  trust: Omit<ListedTrust, 'id'>,
  { trustorId, projectId }: Pick<NewTrust, 'trustorId' | 'projectId'>,
): boolean {
  const isForEver = trust.expires_at === null && trust.remaining_uses === null;
  const isFirst = trust.redelegated_trust_id === null && trust.redelegation_count > 0;
  const isOfBoth = trust.trustor_user_id === trustorId && trust.project_id === projectId;
  return isForEver && isFirst && isOfBoth && trust.impersonation;
}

function haveSame(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify([...new Set(one)].toSorted()) === JSON.stringify([...new Set(other)].toSorted());
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

  /**
   * One that was made as `createTrust` makes it and gives these roles, neither more nor fewer.
   * @returns its id; undefined: there is none. @throws CloudError
   */
  async findTrust({ token, roles, ...asked }: NewTrust, context: CallContext): Promise<string | undefined> {
    const { userId } = await this.#session.token(context);
    const headers = { 'x-auth-token': token.reveal() };
    const path = '/OS-TRUST/trusts';
    const query = { trustor_user_id: asked.trustorId };
    const list = await this.#session.request(
      { service: 'identity', method: 'GET', path, query, headers },
      context,
    );
    const { trusts } = bodyOf<{ readonly trusts: readonly ListedTrust[] }>(list);
    for (const { id, ...trust } of trusts) {
      if (trust.trustee_user_id !== userId || !isMadeFor(trust, asked)) continue;
      // A list says no roles.
      const one = {
        service: 'identity',
        method: 'GET',
        path: `${path}/${pathSegment(id)}`,
        headers,
      } as const;
      const shown = bodyOf<{ readonly trust: ShownTrust }>(await this.#session.request(one, context));
      if (
        haveSame(
          roles,
          shown.trust.roles.map(({ name }) => name),
        )
      )
        return id;
    }
    return undefined;
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
