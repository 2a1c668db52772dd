/** How the cloud of this Coppice is, as far as was seen: its services, the credential, its hosts. */

/** Of a service that does not answer, or of Keystone that refuses the credential. */
export interface CloudOutage {
  /** REFUSED: the credential, until an operator corrects it. AWAY: no answer, or one with 5xx. */
  readonly kind: 'AWAY' | 'REFUSED';
  /** The service's type: `compute`; `identity` is Keystone. */
  readonly service: string;
  /** null: that in which Coppice works where a node has none; and of Keystone, which all regions share. */
  readonly region: string | null;
  /** Where it is, without credentials and query. */
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** `it answers 503`, `it does not answer: connection refused` */
  readonly answers: string;
}

/** Where the credential was read, for an operator who has to correct it. No secret is in it. */
export interface CredentialOrigin {
  /** `OS_USERNAME and OS_PASSWORD in the environment of the server` */
  readonly where: string;
  /** A command that tries the same credential. */
  readonly test: string;
}

/** A host that runs servers, as Nova shows it to administrators. */
export interface CloudHost {
  readonly name: string;
  /** Its availability zone. */
  readonly zone: string;
  readonly isUp: boolean;
  readonly isForcedDown: boolean;
  readonly isDisabled: boolean;
}

/** What is asked of a cloud for its hosts. */
export interface HostsView {
  readonly outages: CloudState['outages'];
  /** In which nodes are that have none; null: the first of the catalog. */
  readonly region: string | null;
  /** Of a region; null: of `region`. Takes two seconds at most. */
  hosts(region: string | null): Promise<readonly CloudHost[] | null>;
}

/** Why the message bus cannot be used. */
export interface BusFailure {
  /**
   * LOGIN: it refuses the user or its password. VHOST: it has none of the name, or not for the user.
   * PERMISSION: the user may not use the queue or an exchange. CERTIFICATE: not one of an authority that is
   * trusted, or of another host. NOT_TLS, TLS: no encrypted connection came about, because the port is not
   * encrypted, or for another reason. NOT_AMQP: something else answers there. AWAY: it may pass.
   */
  readonly kind: 'LOGIN' | 'VHOST' | 'PERMISSION' | 'CERTIFICATE' | 'NOT_TLS' | 'TLS' | 'NOT_AMQP' | 'AWAY';
  /** `connection refused (ECONNREFUSED)`; no secret is in it. */
  readonly reason: string;
}

/** Where the settings of the message bus were read, for an operator who has to correct them. */
export interface BusOrigin {
  /** `cloud.notifications.url`, `COPPICE_NOTIFICATIONS_URL` */
  readonly url: string;
  /** `cloud.notifications.password_file (/etc/coppice/rabbitmq.password)`; null: nothing gives a password. */
  readonly password: string | null;
  /** `cloud.notifications.ca_file (/etc/coppice/ca.pem)`; null: the authorities of the system. */
  readonly ca: string | null;
}

/** How the message bus is, from which the notifications of Nova and Heat come. */
export interface NotificationsState {
  readonly isConnected: boolean;
  /** null: it is connected, or was not tried yet. */
  readonly outage:
    | (BusFailure & {
        /** Without the credential. */
        readonly url: string;
        /** Milliseconds since 1970. */
        readonly since: number;
      })
    | null;
  readonly exchanges: readonly string[];
  /** Those of `exchanges` that are not there while it is connected. */
  readonly missingExchanges: readonly string[];
  /** Those of them that this process has seen there before: since when, in milliseconds since 1970. */
  readonly goneExchanges: readonly { readonly name: string; readonly since: number }[];
  /**
   * Processes beside this one that receive from its queue, where there should be none: since when, in
   * milliseconds since 1970.
   */
  readonly otherConsumers: { readonly count: number; readonly since: number } | null;
  /** In which the exchanges and the queue are; `/` is RabbitMQ's own. */
  readonly vhost: string;
  /**
   * Servers that polling found stopped, paused or deleted since the last notification of any server came,
   * where Nova would have said so; since it was connected at most.
   */
  readonly unreported: number;
  readonly user: string;
  readonly origin: BusOrigin;
}

export interface CloudState {
  readonly outages: readonly CloudOutage[];
  readonly credential: CredentialOrigin;
  /** null: this process receives none. */
  readonly notifications: NotificationsState | null;
  /** null: the credential may not see them, or they could not be read. */
  readonly hosts: readonly CloudHost[] | null;
}

/** A service that has nodes, as the catalog of the cloud names it. */
export type CloudService = 'compute' | 'orchestration';
