/** The authentication that the configuration asks for. */
import type { Authentication } from './authentication.ts';
import { noAuthentication } from './loopback-only.ts';
import type { AuthSettings } from './settings.ts';
import { staticTokens } from './static-tokens.ts';

export function openAuthentication({ use, tokens }: AuthSettings): Authentication {
  if (use === 'token') return staticTokens(tokens);
  return noAuthentication();
}
