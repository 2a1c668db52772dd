/**
 * Decides which addresses may be connected to. What counts is the address of the connection, after the name
 * was resolved and at every redirect: neither a name, nor a name whose answer changes (DNS rebinding), nor a
 * redirect leads around it.
 */
import { BlockList } from 'node:net';
import { ipv4Within, networkForm, parseNetwork } from './ip-network.ts';
import { refusedNetworks } from './refused-addresses.ts';

export interface OutboundRules {
  /** Addresses and networks that are allowed although they would be refused. */
  readonly allow: readonly string[];
  /** Further addresses and networks that are refused. */
  readonly refuse: readonly string[];
}

export const defaultOutboundRules: OutboundRules = { allow: [], refuse: [] };

const KNOWN_ADDRESSES = 10_000;

interface Refusal {
  readonly networks: BlockList;
  readonly reason: string;
}

export class AddressGuard {
  readonly #allowed: BlockList;
  /** All of the refusals in one list: a request costs one search. */
  readonly #refused: BlockList;
  readonly #refusals: readonly Refusal[];
  /** Nodes are requested at the same addresses again and again. */
  readonly #known = new Map<string, string | undefined>();

  /** @throws Error naming an entry that is neither an address nor a network. */
  constructor({ allow, refuse }: OutboundRules = defaultOutboundRules) {
    this.#allowed = blockList(allow);
    this.#refused = blockList([...refusedNetworks.map(({ network }) => network), ...refuse]);
    this.#refusals = [
      ...refusedNetworks.map(({ network, description }) => ({
        networks: blockList([network]),
        reason: `${description}; Coppice connects to it only if outbound.allow in its configuration names it`,
      })),
      { networks: blockList(refuse), reason: 'refused by outbound.refuse in the configuration of Coppice' },
    ];
  }

  /** Why an address must not be connected to; undefined where it may be. */
  objection(address: string): string | undefined {
    if (this.#known.has(address)) return this.#known.get(address);
    if (this.#known.size >= KNOWN_ADDRESSES) this.#known.clear();
    const objection = this.#judge(address);
    this.#known.set(address, objection);
    return objection;
  }

  #judge(address: string): string | undefined {
    const itself = address.replace(/%.*$/, '');
    if (isIn(this.#allowed, itself)) return undefined;
    // An address that may end at several is allowed only where each of them is.
    const refused = [itself, ...ipv4Within(address)].find(
      (end) => isIn(this.#refused, end) && !isIn(this.#allowed, end),
    );
    if (refused === undefined) return undefined;
    const reason = this.#refusals.find(({ networks }) => isIn(networks, refused))?.reason ?? 'refused';
    return `the address ${address} is ${reason}`;
  }
}

function isIn(networks: BlockList, address: string): boolean {
  return networks.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

function blockList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const network = parseNetwork(entry);
    if (network === null) throw new Error(`expected ${networkForm}, found ${JSON.stringify(entry)}`);
    list.addSubnet(network.address, network.bits, network.family);
  }
  return list;
}
