/** Where to listen, and what the system's refusal means. */
export interface ListenAddress {
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
}

/** `localhost` may be two addresses, of which clients try either: one that is known is better. */
export function withKnownHost({ host, port }: ListenAddress): ListenAddress {
  return { host: host.toLowerCase() === 'localhost' ? '127.0.0.1' : host, port };
}

/** The refusal, in a sentence for the person who starts the server. */
export function listenFailure({ host, port }: ListenAddress, error: unknown): Error {
  const code = (error as { code?: unknown }).code;
  const where = host.includes(':') ? `[${host}]` : host;
  const another = `Choose another with --listen ${where}:PORT (port 0 takes a free one).`;
  return new Error(`${sentenceFor(code, where, port)} ${another}`, { cause: error });
}

function sentenceFor(code: unknown, where: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${where} is taken by another program.`;
    case 'EACCES':
      return `Port ${port} on ${where} may not be used by this user.`;
    case 'ERR_SOCKET_BAD_PORT':
      return `listen: expected a port from 0 to 65535, found ${port}.`;
    default:
      return `Could not listen on ${where}:${port} (${String(code)}).`;
  }
}
