/**
 * Where std.http may connect to. Link-local and metadata addresses are out of bounds: they answer a workflow's author with the
 * credentials of the machine that Coppice runs on. The operator can allow some of them. What counts is the address that is
 * connected to, after the name was resolved and at every redirect, so that no name and no redirect leads around it.
 */
import { BlockList, isIP } from 'node:net';

export interface HttpPolicy {
  /** Addresses and networks that are allowed although they would be refused: `169.254.169.254`, `fe80::/10`. */
  readonly allow: readonly string[];
  /** Bytes of an answer's body; a longer one fails the action. */
  readonly maxResponseBytes: number;
}

/** Mistral cuts what it stores of a result at 1 MiB, too. */
export const defaultHttpPolicy: HttpPolicy = { allow: [], maxResponseBytes: 1024 * 1024 };

const refusedIpv4 = [
  '169.254.0.0/16',
  /** Alibaba Cloud's metadata service. */
  '100.100.100.200',
  /** Azure's wire server. */
  '168.63.129.16',
  /** Oracle Cloud's metadata service. */
  '192.0.0.192',
];
const refusedIpv6 = [
  'fe80::/10',
  /** EC2's metadata service over IPv6, and Google Cloud's. */
  'fd00:ec2::254',
  'fd20:ce::254',
];
const refused = blockList([...refusedIpv4, ...refusedIpv6, ...refusedIpv4.flatMap(withinIpv6)]);

/** Forms of IPv6 that lead to an IPv4 network: compatible (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056). BlockList knows the mapped one. */
function withinIpv6(network: string): string[] {
  const [address = '', bits = '32'] = network.split('/');
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const digits = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  const length = Number(bits);
  return [
    `::${digits}/${96 + length}`,
    `64:ff9b::${digits}/${96 + length}`,
    `2002:${digits}::/${16 + length}`,
  ];
}

export class AddressGuard {
  readonly #allowed: BlockList;

  /** @throws Error naming an entry that is neither an address nor a network. */
  constructor(policy: Pick<HttpPolicy, 'allow'>) {
    this.#allowed = blockList(policy.allow);
  }

  /** Why an address must not be connected to; undefined where it may be. */
  objection(address: string): string | undefined {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (!refused.check(address, family) || this.#allowed.check(address, family)) return undefined;
    return `the address ${address} is link-local or a metadata service, which workflows may not reach unless the configuration allows it`;
  }
}

function blockList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) add(list, entry);
  return list;
}

function add(list: BlockList, entry: string): void {
  const [address = '', bits] = entry.split('/');
  const family = isIP(address);
  const length = bits === undefined ? (family === 6 ? 128 : 32) : Number(bits);
  if (family === 0 || !Number.isInteger(length) || length < 0 || length > (family === 6 ? 128 : 32)) {
    throw new Error(
      `expected an address or a network such as 169.254.169.254 or fe80::/10, found ${JSON.stringify(entry)}`,
    );
  }
  list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4');
}
