/** Opens the Keystone that says who calls, where the configuration says `auth: keystone`. */
import { KeystoneAccess } from './authentication/keystone-access.ts';
import { ConfigError } from './config-error.ts';
import type { Config } from './config.ts';
import { namedSettings, type OpenCloud, type Stops } from './open-cloud.ts';
import type { CloudSettings } from './openstack/cloud-settings.ts';
import type { AddressGuard } from './outbound/address-guard.ts';
import { ServiceClient } from './outbound/service-client.ts';

const CONNECTIONS = 16;

/** @throws ConfigError */
export function openKeystone(
  config: Config,
  cloud: OpenCloud | undefined,
  guard: AddressGuard,
  stops: Stops,
): KeystoneAccess | undefined {
  if (config.auth.use !== 'keystone') return undefined;
  const settings = keystoneSettings(config, cloud);
  const { verifyTls, ca } = settings;
  const sender = new ServiceClient({ guard, connections: CONNECTIONS, verifyTls, ca: ca ?? undefined });
  stops.push(() => sender.close());
  const { requestTimeoutMs: attemptTimeoutMs } = config.cloud;
  const servers = cloud && { service: cloud.clouds.service, session: cloud.session };
  try {
    return new KeystoneAccess({ settings, sender, attemptTimeoutMs }, servers);
  } catch (error) {
    throw new ConfigError((error as Error).message, { cause: error });
  }
}

/**
 * What the configuration names; else that of the cloud in which servers are. Beside a simulated cloud, OS_
 * variables name another Keystone.
 */
function keystoneSettings({ auth, cloud: { use } }: Config, cloud: OpenCloud | undefined): CloudSettings {
  const { cloud: name, file } = auth.keystone;
  const isNamed = name !== undefined || file !== undefined;
  const isInEnvironment = ['OS_CLOUD', 'OS_AUTH_URL'].some((key) => (process.env[key] ?? '') !== '');
  if (cloud !== undefined && !isNamed && (use === 'openstack' || !isInEnvironment))
    return cloud.session.settings;
  return namedSettings({ name, file });
}
