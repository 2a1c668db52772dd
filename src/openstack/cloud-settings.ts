/**
 * Which cloud, and with which credential: one value, read from `clouds.yaml` or from the `OS_*` variables as
 * OpenStack's own clients read them (python-openstackclient, openstacksdk `config/loader.py`).
 */
import type { CredentialOrigin } from '../domain/cloud-state.ts';
import type { Secret } from '../domain/secret.ts';

/** How Coppice authenticates to Keystone. Names need the domain that they are names in; ids do not. */
export type Credential =
  | {
      readonly kind: 'password';
      readonly user: Identity;
      readonly password: Secret<string>;
      readonly scope: TokenScope;
    }
  | {
      readonly kind: 'application-credential';
      readonly id?: string | undefined;
      /** With a user where it is named and not given by its id. */
      readonly name?: string | undefined;
      readonly user?: Identity | undefined;
      readonly secret: Secret<string>;
    }
  | { readonly kind: 'token'; readonly token: Secret<string>; readonly scope: TokenScope };

export interface Identity {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly domain?: Domain | undefined;
}

export interface Domain {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}

export type TokenScope =
  | { readonly kind: 'project'; readonly project: Identity }
  | { readonly kind: 'domain'; readonly domain: Domain }
  | { readonly kind: 'system' }
  | { readonly kind: 'trust'; readonly trustId: string }
  | { readonly kind: 'unscoped' };

export type EndpointInterface = 'public' | 'internal' | 'admin';

export interface CloudSettings {
  /** Keystone's URL, with or without `/v3`. */
  readonly authUrl: string;
  readonly credential: Credential;
  /** Where the credential was written. */
  readonly origin: CredentialOrigin;
  /** null: the only region there is, or the first. */
  readonly region: string | null;
  readonly interface: EndpointInterface;
  /** URLs that win over the catalog's, by service type: `compute`. */
  readonly endpointOverrides: Readonly<Record<string, string>>;
  readonly verifyTls: boolean;
  /** PEM of the authorities that are trusted instead of the system's; null: the system's. */
  readonly ca: string | null;
}
