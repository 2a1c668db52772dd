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
import { CloudSession, type CloudSessionOptions } from './cloud-session.ts';
import type { CloudSettings } from './cloud-settings.ts';
import { GlanceClient } from './glance-client.ts';
import { HeatClient } from './heat-client.ts';
import { NameCache } from './lookup-cache.ts';
import { NeutronClient } from './neutron-client.ts';
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
  readonly lookups: NameCache;
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
  const session = new CloudSession(options);
  return {
    session,
    nova: new NovaClient(session),
    glance: new GlanceClient(session),
    neutron: new NeutronClient(session),
    heat: new HeatClient(session),
    octavia: new OctaviaClient(session),
    lookups: new NameCache(options.now),
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
