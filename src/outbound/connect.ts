/** Opens the socket of a request, to an address that the guard lets pass. */
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { AddressGuard } from './address-guard.ts';
import { AddressRefused } from './connection-problem.ts';
import type { NameLookup } from './name-lookup.ts';

export interface ConnectTools {
  readonly guard: AddressGuard;
  readonly names: NameLookup;
}

/** The host as sockets want it: an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
}

/** @throws AddressRefused for a URL whose host is an address that must not be connected to. */
export function checkAddress(url: URL, guard: AddressGuard): void {
  const host = hostOf(url);
  const objection = isIP(host) === 0 ? undefined : guard.objection(host);
  if (objection !== undefined) throw new AddressRefused(objection);
}

export interface TlsRules {
  /** false: the certificate is not verified. */
  readonly verify: boolean;
  /** PEM of the authorities that are trusted instead of the system's. */
  readonly ca?: string | undefined;
}

/**
 * TLS sessions are not kept: a resumed one would not verify the certificate.
 *
 * @throws AddressRefused
 */
export function openSocket(
  url: URL,
  tls: TlsRules,
  tools: ConnectTools,
  ready: (...result: [null, Socket] | [Error, null]) => void,
): Socket {
  checkAddress(url, tools.guard);
  const host = hostOf(url);
  const isTls = url.protocol === 'https:';
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  const options = { host, port, lookup: guardedLookup(tools), noDelay: true };
  const socket = isTls
    ? connectTls({
        ...options,
        rejectUnauthorized: tls.verify,
        ...(tls.ca === undefined ? {} : { ca: tls.ca }),
        ALPNProtocols: ['http/1.1'],
        servername: isIP(host) === 0 ? host : '',
      })
    : connectTcp(options);
  let isReady = false;
  socket.once(isTls ? 'secureConnect' : 'connect', () => {
    isReady = true;
    ready(null, socket);
  });
  socket.on('error', (error) => {
    if (!isReady) ready(error, null);
  });
  return socket;
}

/**
 * Addresses that are refused are taken out of the answer; where none is left, the name is refused. The socket
 * connects to what is left.
 */
function guardedLookup({ guard, names }: ConnectTools): LookupFunction {
  return (hostname, options, callback) => {
    names.lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      const addresses = typeof found === 'string' ? [] : found;
      const allowed = addresses.filter(({ address }) => guard.objection(address) === undefined);
      const [first] = allowed;
      if (first === undefined) return callback(new AddressRefused(whyNone(hostname, addresses, guard)), []);
      if (options.all === true) return callback(null, allowed);
      callback(null, first.address, first.family);
    });
  };
}

function whyNone(
  hostname: string,
  addresses: readonly { readonly address: string }[],
  guard: AddressGuard,
): string {
  return `${hostname}: ${guard.objection(addresses[0]?.address ?? '') ?? 'no address'}`;
}
