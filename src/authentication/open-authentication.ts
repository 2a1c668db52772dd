/** The authentication that the configuration asks for. */
import type { Store } from '../store/store.ts';
import type { Authentication } from './authentication.ts';
import type { KeystoneAccess } from './keystone-access.ts';
import { noAuthentication } from './loopback-only.ts';
import type { AuthSettings } from './settings.ts';
import { staticTokens } from './static-tokens.ts';

/** @param access where the configuration says `keystone`. */
export function openAuthentication(
  { use, tokens, keystone }: AuthSettings,
  access: KeystoneAccess | undefined,
  store: Store,
): Authentication {
  if (use === 'token') return staticTokens(tokens);
  return access?.authentication(keystone, store) ?? noAuthentication();
}
