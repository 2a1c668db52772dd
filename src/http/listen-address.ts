/** Where to listen: `HOST:PORT`, `[IPv6]:PORT`, `:PORT` or `PORT`; port 0 takes a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export const DEFAULT_LISTEN = '127.0.0.1:8777';

/** @throws Error with a sentence for the person who wrote it. */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[^:[\]]*):)?(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    throw new Error(
      `listen: expected HOST:PORT, like ${DEFAULT_LISTEN} or [::1]:8777, with a port from 0 to 65535, found ${JSON.stringify(text)}.`,
    );
  }
  const host = (match[1] ?? '').replace(/^\[(.*)\]$/, '$1');
  // `localhost` may be two addresses, of which clients try either: one that is known is better.
  return { host: host === '' || host.toLowerCase() === 'localhost' ? '127.0.0.1' : host, port };
}

/** What the system's refusal means for the person who starts the server. */
export function listenFailure({ host, port }: ListenAddress, error: unknown): Error {
  const code = (error as { code?: unknown }).code;
  const free = `Choose another with --listen ${host.includes(':') ? `[${host}]` : host}:PORT (port 0 takes a free one).`;
  if (code === 'EADDRINUSE')
    return new Error(`Port ${port} on ${host} is taken by another program. ${free}`, { cause: error });
  if (code === 'EACCES')
    return new Error(`Port ${port} on ${host} may not be used by this user. ${free}`, { cause: error });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new Error(`${host} is not an address of this machine. Use 127.0.0.1 or ::1.`, { cause: error });
  return new Error(`Could not listen on ${host}:${port}.`, { cause: error });
}
