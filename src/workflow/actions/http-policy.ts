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

const refusedNetworks = [
  '169.254.0.0/16',
  'fe80::/10',
  /** EC2's metadata service over IPv6. */
  'fd00:ec2::254',
  /** Alibaba Cloud's metadata service. */
  '100.100.100.200',
  /** NAT64 to 169.254.0.0/16 (RFC 6052). */
  '64:ff9b::a9fe:0/112',
];
const refused = blockList(refusedNetworks);

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
