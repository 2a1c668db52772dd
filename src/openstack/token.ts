/** A token of Keystone: a secret, who it is for, until when, and the catalog that came with it. */
import { Secret } from '../domain/secret.ts';
import type { Json } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import type { CatalogEntry } from './catalog.ts';

export interface CloudToken {
  readonly id: Secret<string>;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly userId: string;
  /** For people; the id where Keystone gives none. */
  readonly userName: string;
  /** null: it is not scoped to a project. */
  readonly projectId: string | null;
  readonly projectName: string | null;
  readonly roles: readonly string[];
  readonly catalog: readonly CatalogEntry[];
}

/** For a service that asks for none: it is not sent. */
export const noToken: CloudToken = {
  id: new Secret(''),
  expiresAt: Infinity,
  userId: '',
  userName: '',
  projectId: null,
  projectName: null,
  roles: [],
  catalog: [],
};

/** @returns undefined where the answer is none of Keystone v3. */
export function readToken(id: string | undefined, body: Json): CloudToken | undefined {
  const token = isJsonObject(body) ? body['token'] : undefined;
  if (id === undefined || !isJsonObject(token)) return undefined;
  const expiresAt = Date.parse(typeof token['expires_at'] === 'string' ? token['expires_at'] : '');
  const { user, project, roles, catalog } = token as unknown as {
    readonly user?: { readonly id?: string; readonly name?: string };
    readonly project?: { readonly id?: string; readonly name?: string };
    readonly roles?: readonly { readonly name: string }[];
    readonly catalog?: readonly CatalogEntry[];
  };
  if (!Number.isFinite(expiresAt) || user?.id === undefined) return undefined;
  return {
    id: new Secret(id),
    expiresAt,
    userId: user.id,
    userName: user.name ?? user.id,
    projectId: project?.id ?? null,
    projectName: project?.name ?? project?.id ?? null,
    roles: (roles ?? []).map(({ name }) => name),
    catalog: catalog ?? [],
  };
}
