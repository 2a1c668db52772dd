/**
 * A server as Nova answers it (Compute API, "Show Server Details", microversions 2.53 to 2.84). The
 * attributes with prefixes are Nova's; those of the host are shown to administrators only.
 */

export interface Server {
  readonly id: string;
  readonly name: string;
  /** ACTIVE, BUILD, ERROR, SHUTOFF, ...: Compute API guide, "Server concepts". */
  readonly status: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly addresses: Readonly<Record<string, readonly ServerAddress[]>>;
  readonly created: string;
  readonly updated: string;
  readonly fault?: { readonly code: number; readonly message: string; readonly created: string };
  readonly 'OS-EXT-STS:vm_state'?: string;
  readonly 'OS-EXT-STS:task_state'?: string | null;
  readonly 'OS-EXT-STS:power_state'?: number;
  readonly 'OS-EXT-AZ:availability_zone'?: string;
  /** Stands for the host: the same for servers of one project on one host; empty: it is on none. */
  readonly hostId?: string;
  /** null: it is on none. Absent: the caller is no administrator. */
  readonly 'OS-EXT-SRV-ATTR:host'?: string | null;
  readonly 'OS-EXT-SRV-ATTR:hypervisor_hostname'?: string | null;
  /** UP, DOWN, UNKNOWN, MAINTENANCE, or empty; for administrators. */
  readonly host_status?: string;
  readonly locked?: boolean;
  readonly key_name?: string | null;
  readonly image?: '' | { readonly id: string };
  readonly flavor?: { readonly original_name: string };
  /** `True`, or empty. */
  readonly config_drive?: string;
  /** Absent: it has no port. */
  readonly security_groups?: readonly { readonly name: string }[];
  readonly 'OS-DCF:diskConfig'?: 'AUTO' | 'MANUAL';
  /** In base64; for administrators. null: it has none. */
  readonly 'OS-EXT-SRV-ATTR:user_data'?: string | null;
  /** Ids of server groups. */
  readonly server_groups?: readonly string[];
}

export interface ServerAddress {
  readonly addr: string;
  readonly version: 4 | 6;
  readonly 'OS-EXT-IPS:type'?: 'fixed' | 'floating';
  readonly 'OS-EXT-IPS-MAC:mac_addr'?: string;
}

/** `GET /os-server-groups`. */
export interface ServerGroup {
  readonly id: string;
  readonly name: string;
  /** affinity, anti-affinity, soft-affinity, soft-anti-affinity; from 2.64 on. */
  readonly policy?: string;
  /** One of those; up to 2.63. */
  readonly policies?: readonly string[];
  /** Ids of servers. */
  readonly members: readonly string[];
}

/** `GET /os-services` from 2.53 on. */
export interface ComputeService {
  readonly id: string;
  readonly binary: string;
  readonly host: string;
  readonly zone: string;
  readonly status: 'enabled' | 'disabled';
  readonly state: 'up' | 'down';
  readonly forced_down: boolean;
  readonly disabled_reason: string | null;
  readonly updated_at: string | null;
}

/** `GET /os-hypervisors/detail` from 2.53 on. */
export interface Hypervisor {
  readonly id: string;
  readonly hypervisor_hostname: string;
  readonly state: 'up' | 'down';
  readonly status: 'enabled' | 'disabled';
  readonly service: { readonly id: string; readonly host: string; readonly disabled_reason: string | null };
}

/** `GET /servers/ID/os-instance-actions`: what was done to a server, and whether it worked. */
export interface InstanceAction {
  readonly action: string;
  readonly request_id: string;
  /** null: no request of a user; Nova itself has stopped a server whose guest had shut down. */
  readonly user_id: string | null;
  /** UTC without a zone: `2026-11-30T04:26:38.000000` */
  readonly start_time: string;
  readonly message: string | null;
}

export interface InstanceActionEvent {
  readonly event: string;
  readonly start_time: string;
  readonly finish_time: string | null;
  readonly result: string | null;
  readonly traceback?: string | null;
  readonly details?: string | null;
}
