/**
 * A cloud as Coppice uses it: one session, and a typed client for each service.
 *
 *     find-settings.ts  clouds.yaml, OS_*        cloud-session.ts  token, catalog, retries
 *     nova/  *-client.ts  one for each service: the only places that know its wire shapes
 *
 * Nothing here decides anything about nodes: profile types do, with these clients. A token or a password is
 * held in memory only, as a `Secret`.
 */
import type { Session } from '../domain/session.ts';
import { ServiceClient, type ServiceClientOptions } from '../outbound/service-client.ts';
import type { CallContext } from './cloud-request.ts';
import { CloudSession, type CloudSessionOptions } from './cloud-session.ts';
import type { CloudSettings } from './cloud-settings.ts';
import { GlanceClient } from './glance-client.ts';
import { HeatClient } from './heat-client.ts';
import { NameCache } from './lookup-cache.ts';
import { NeutronClient } from './neutron-client.ts';
import { MistralClient } from './mistral-client.ts';
import { NovaClient } from './nova/nova-client.ts';
import { OctaviaClient } from './octavia-client.ts';

/** The services of one cloud, in the name of one user and project. */
export interface Cloud {
  readonly session: CloudSession;
  readonly nova: NovaClient;
  readonly glance: GlanceClient;
  readonly neutron: NeutronClient;
  readonly heat: HeatClient;
  readonly octavia: OctaviaClient;
  readonly mistral: MistralClient;
  readonly lookups: NameCache;
  /** The same services in another region, for the same user and project; its own, or null: itself. */
  inRegion(region: string | null): Cloud;
}

/** Where profile types get the cloud of a node's owner. */
export interface Clouds {
  /** For work on the owner's objects. Owners for whom the same credential is used get the same one. */
  of(owner: Session): Cloud;
  /** Names what `of(owner)` can see: the same text for all owners whose objects one listing shows. */
  scopeOf(owner: Session): string;
  /** The service's own credential: for what only an administrator may see, such as hosts. */
  readonly service: Cloud;
}

export function createCloud(options: CloudSessionOptions): Cloud {
  return cloudOver(new CloudSession(options), options.now, new Map());
}

/** @param regions of the same user and project, by name: each is made once, so that reads are shared. */
function cloudOver(
  session: CloudSession,
  now: (() => number) | undefined,
  regions: Map<string, Cloud>,
): Cloud {
  const { region: own } = session.settings;
  const cloud: Cloud = {
    session,
    nova: new NovaClient(session),
    glance: new GlanceClient(session),
    neutron: new NeutronClient(session),
    heat: new HeatClient(session),
    octavia: new OctaviaClient(session),
    mistral: new MistralClient(session),
    lookups: new NameCache(now),
    inRegion(region) {
      if (region === null || region === own) return cloud;
      return regions.get(region) ?? cloudOver(session.inRegion(region), now, regions);
    },
  };
  if (own !== null) regions.set(own, cloud);
  return cloud;
}

/**
 * The cloud, and then those of the other regions in which its user has a service.
 * @throws CloudError
 */
export async function* eachRegion(
  cloud: Cloud,
  service: string,
  context: Pick<CallContext, 'signal'>,
): AsyncGenerator<Cloud> {
  yield cloud;
  const { region } = cloud.session.settings;
  const names = await cloud.session.regionsWith(service, context);
  // Without a region its endpoints are the first of the catalog.
  const own = region ?? names[0];
  for (const name of names) if (name !== own) yield cloud.inRegion(name);
}

/** One for each cloud, for as long as that is in use: of each owner, and of each region. */
export function oneForEach<T extends object>(make: (cloud: Cloud) => T): (cloud: Cloud) => T {
  const made = new WeakMap<Cloud, T>();
  return (cloud) => {
    const known = made.get(cloud);
    if (known !== undefined) return known;
    const one = make(cloud);
    made.set(cloud, one);
    return one;
  };
}

/** All work is done with the service's own credential, also for nodes of others: see `owner-clouds.ts`. */
export class ServiceClouds implements Clouds {
  readonly service: Cloud;
  readonly sender: ServiceClient;

  constructor(
    settings: CloudSettings,
    options: Omit<ServiceClientOptions, 'verifyTls' | 'ca'> = {},
    sessionOptions: Omit<CloudSessionOptions, 'settings' | 'sender'> = {},
  ) {
    const { verifyTls, ca } = settings;
    this.sender = new ServiceClient({ ...options, verifyTls, ca: ca ?? undefined });
    this.service = createCloud({ ...sessionOptions, settings, sender: this.sender });
  }

  of(_owner: Session): Cloud {
    return this.service;
  }

  scopeOf(_owner: Session): string {
    return 'service';
  }

  /** Ends its connections. */
  async close(): Promise<void> {
    await this.sender.close();
  }
}
