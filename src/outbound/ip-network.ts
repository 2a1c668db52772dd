/** Addresses and networks as text, and the IPv4 address that an IPv6 address may stand for. */
import { isIP, isIPv6 } from 'node:net';

export interface IpNetwork {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** What an entry of a list of addresses has to be. */
export const networkForm = 'an address or a network, such as 169.254.169.254 or fe80::/10';

/** `169.254.169.254`, `fe80::/10`; null for any other text. */
export function parseNetwork(text: string): IpNetwork | null {
  const [address = '', length, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || more.length > 0) return null;
  const longest = version === 6 ? 128 : 32;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return null;
  const bits = length === undefined ? longest : Number(length);
  return bits > longest ? null : { address, bits, family: version === 6 ? 'ipv6' : 'ipv4' };
}

/**
 * Prefixes of IPv6 addresses that end in an IPv4 address: compatible, mapped (RFC 4291), translated (RFC
 * 2765), NAT64 (RFC 6052).
 */
const endsInIpv4 = [
  '000000000000000000000000',
  '00000000000000000000ffff',
  '0000000000000000ffff0000',
  '0064ff9b0000000000000000',
];

/** ISATAP (RFC 5214): the third quarter of an address, whatever its network. */
const isatap = ['00005efe', '02005efe'];

/**
 * The IPv4 addresses that packets for an IPv6 address may end at. NAT64 of RFC 8215 lets each network choose
 * where the four bytes stand; Teredo (RFC 4380) holds a server and, with each bit turned round, a client.
 * Empty for an IPv4 address.
 */
export function ipv4Within(address: string): string[] {
  if (!isIPv6(address)) return [];
  const bytes = bytesOf(address);
  const hex = bytes.toString('hex');
  const at = (...places: number[]): string => places.map((place) => bytes[place]).join('.');
  const last = at(12, 13, 14, 15);
  const within: string[] = [];
  if (endsInIpv4.includes(hex.slice(0, 24)) || isatap.includes(hex.slice(16, 24))) within.push(last);
  if (hex.startsWith('2002')) within.push(at(2, 3, 4, 5));
  if (hex.startsWith('20010000')) within.push(at(4, 5, 6, 7), inverted(last));
  if (hex.startsWith('0064ff9b0001')) within.push(last, at(6, 7, 9, 10), at(7, 9, 10, 11), at(9, 10, 11, 12));
  return within;
}

function inverted(ipv4: string): string {
  return ipv4
    .split('.')
    .map((byte) => 255 - Number(byte))
    .join('.');
}

/** The sixteen bytes. The URL parser writes each form of an IPv6 address in the same way. */
function bytesOf(address: string): Buffer {
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]/`);
  const [head = [], tail = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  const groups = [...head, ...zeros, ...tail];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
