/** Opens the cloud of the configuration: a real one, or one that is simulated in this process. */
import { ConfigError } from './config-error.ts';
import type { CloudConfig, Config } from './config.ts';
import type { createLog } from './log.ts';
import { CloudAvailability } from './openstack/cloud-availability.ts';
import { CloudHosts } from './openstack/cloud-hosts.ts';
import type { CloudSessionOptions } from './openstack/cloud-session.ts';
import type { CloudSettings } from './openstack/cloud-settings.ts';
import { oneForEach, ServiceClouds } from './openstack/cloud.ts';
import { findSettings } from './openstack/find-settings.ts';
import { CloudSettingsError } from './openstack/read-settings.ts';
import { NotificationConsumer } from './openstack/notifications/consumer.ts';
import type { AddressGuard } from './outbound/address-guard.ts';
import type { CloudView, SimulatedCloud } from './requests/request-tools.ts';

type Log = ReturnType<typeof createLog>;
/** How to stop what was started, in the order of the start. */
export type Stops = (() => void | Promise<void>)[];

/** The cloud of the configuration. */
export interface OpenCloud {
  readonly clouds: ServiceClouds;
  /** For further sessions in it. */
  readonly session: CloudSessionOptions;
  readonly view: CloudView;
  /** Not started. undefined: the configuration does not say where they come from. */
  readonly notifications: NotificationConsumer | undefined;
}

/** @throws ConfigError where the settings of the cloud are incomplete. */
export async function openCloud(
  { cloud, mistralUrl }: Config,
  guard: AddressGuard,
  log: Log,
  stops: Stops,
): Promise<OpenCloud | undefined> {
  if (cloud.use === 'none') return undefined;
  const { settings, simulated } =
    cloud.use === 'simulated'
      ? await startSimulated(cloud, log, stops)
      : { settings: withMistral(namedSettings(cloud), mistralUrl) };
  const { connections, requestTimeoutMs } = cloud;
  const availability = new CloudAvailability({ log });
  const session = { attemptTimeoutMs: requestTimeoutMs, onCall: availability.onCall };
  const clouds = new ServiceClouds(settings, { guard, connections }, session);
  stops.push(() => clouds.close());
  stops.push(() => availability.close());
  availability.check(clouds.service.session);
  const hostsOf = oneForEach(({ nova }) => new CloudHosts(nova));
  const notifications =
    cloud.notifications && new NotificationConsumer({ settings: cloud.notifications, log });
  const view: CloudView = {
    get outages() {
      return availability.outages;
    },
    get notifications() {
      return notifications?.state ?? null;
    },
    credential: settings.origin,
    region: settings.region,
    hosts: (region) => hostsOf(clouds.service.inRegion(region)).read(),
    ...(simulated === undefined ? {} : { simulated }),
  };
  return { clouds, session: { ...session, settings, sender: clouds.sender }, view, notifications };
}

/** The catalog's Mistral, or the one of the configuration. */
function withMistral(settings: CloudSettings, url: string | null): CloudSettings {
  if (url === null) return settings;
  return { ...settings, endpointOverrides: { ...settings.endpointOverrides, workflow: url } };
}

/** @throws ConfigError */
export function namedSettings({ name, file }: Pick<CloudConfig, 'name' | 'file'>): CloudSettings {
  try {
    return findSettings({ cloud: name, file, env: process.env });
  } catch (error) {
    if (error instanceof CloudSettingsError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}

/** Loaded only where it is wanted: a server of real machines does not carry it. */
async function startSimulated(
  { simulator, notifications }: CloudConfig,
  log: Log,
  stops: Stops,
): Promise<{ readonly settings: CloudSettings; readonly simulated?: SimulatedCloud }> {
  const { startCloudSimulator } = await import('./cloud-simulator/cloud-simulator.ts');
  const started = await startCloudSimulator({ settings: simulator, notifications });
  stops.push(() => started.close());
  log.info({ url: started.url, admin_url: started.adminUrl }, 'The simulated cloud is ready');
  const settings = findSettings({ env: started.environment });
  return { settings, simulated: { authUrl: settings.authUrl, adminUrl: started.adminUrl } };
}
