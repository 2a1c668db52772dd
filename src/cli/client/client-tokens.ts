/**
 * The token that commands send: COPPICE_TOKEN, or one of Keystone for the user that `OS_CLOUD` or the `OS_`
 * variables name, as OpenStack's own clients read them. Keystone is asked only where the server wants its
 * tokens: one that wants none, or its own, is used without.
 */
import { NoTokenError, type ClientTokens } from '../../client/api-client.ts';
import type { Terminal } from '../rendering/terminal.ts';

const ANSWER_MS = 20_000;

export function clientTokens(env: Terminal['env']): ClientTokens {
  const given = env['COPPICE_TOKEN'];
  if (given !== undefined && given !== '') return { current: given, renew: () => Promise.resolve(undefined) };
  let current: string | undefined;
  return {
    get current() {
      return current;
    },
    async renew(challenge) {
      if (!/^keystone\b/i.test(challenge) || !namesUser(env)) return undefined;
      const before = current;
      current = undefined;
      // One that was just issued and is refused would be refused again.
      if (before === undefined) current = await tokenOfKeystone(env);
      return current;
    },
  };
}

/** What to do where a server wants a token that the command does not have. */
export function tokenHint(env: Terminal['env']): string {
  if ((env['COPPICE_TOKEN'] ?? '') !== '')
    return 'COPPICE_TOKEN is sent; set it to a token that the server knows.';
  if (namesUser(env))
    return 'The user of OS_CLOUD or the OS_ variables was tried; check that it is the right one.';
  return 'Set COPPICE_TOKEN to a token of the server, or OS_CLOUD or the OS_ variables to a user of its Keystone.';
}

function namesUser(env: Terminal['env']): boolean {
  return (env['OS_CLOUD'] ?? '') !== '' || (env['OS_AUTH_URL'] ?? '') !== '';
}

async function tokenOfKeystone(env: Terminal['env']): Promise<string> {
  const { findSettings } = await import('../../openstack/find-settings.ts');
  const { CloudSession } = await import('../../openstack/cloud-session.ts');
  const { ServiceClient } = await import('../../outbound/service-client.ts');
  try {
    const settings = findSettings({ env });
    const sender = new ServiceClient({ verifyTls: settings.verifyTls, ca: settings.ca ?? undefined });
    try {
      const session = new CloudSession({ settings, sender });
      const { id } = await session.token({ signal: AbortSignal.timeout(ANSWER_MS) });
      return id.reveal();
    } finally {
      await sender.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NoTokenError(`The server wants a token of Keystone, and none could be got: ${reason}`, {
      cause: error,
    });
  }
}
