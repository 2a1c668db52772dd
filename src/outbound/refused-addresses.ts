/**
 * The addresses that Coppice does not connect to for a user. They belong to the machine that Coppice runs on:
 * link-local services of its network, and the metadata services of clouds, which hand that machine's
 * credentials to every process that requests them.
 *
 * Loopback and private networks are not here: nodes live there. An operator refuses more with
 * `outbound.refuse`.
 */
export interface RefusedNetwork {
  /** An address, or a network such as 169.254.0.0/16. */
  readonly network: string;
  readonly description: string;
}

const linkLocal = "link-local, as most clouds' metadata services are";

export const refusedNetworks: readonly RefusedNetwork[] = [
  // 169.254.169.254 of AWS, Azure, Google, OpenStack, Oracle, DigitalOcean, Hetzner, ...; 169.254.170.2 of
  // ECS; 169.254.42.42 of Scaleway.
  { network: '169.254.0.0/16', description: linkLocal },
  { network: 'fe80::/10', description: linkLocal },
  { network: 'fd00:ec2::/32', description: "a service of AWS's instances" },
  { network: '100.100.100.200', description: "Alibaba Cloud's metadata service" },
  { network: '168.63.129.16', description: "Azure's wire server" },
  { network: '192.0.0.192', description: "Oracle Cloud's metadata service" },
  { network: 'fd00:c1::a9fe:a9fe', description: "Oracle Cloud's metadata service" },
  { network: 'fd20:ce::254', description: "Google Cloud's metadata service" },
  { network: 'fd00:42::42', description: "Scaleway's metadata service" },
  { network: 'fd00:a9fe:a9fe::1', description: "Linode's metadata service" },
];
