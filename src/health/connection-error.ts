/** What an error of a connection says: something of the node, or only that this machine could not look. */

/**
 * This machine's own limits and network: no descriptors, no memory, no free port, a local firewall, no network, a name server that does not
 * answer. A node cannot cause them, and taking them for its failure would recreate a whole cluster for a full table.
 */
const ours: Readonly<Record<string, string>> = {
  EMFILE: 'this process has no file descriptors left',
  ENFILE: 'this machine has no file descriptors left',
  ENOBUFS: 'this machine has no network buffers left',
  ENOMEM: 'this machine has no memory left',
  EADDRNOTAVAIL: 'this machine has no free port left, or no address of the right kind',
  EADDRINUSE: 'this machine has no free port left',
  EACCES: 'this machine does not allow the connection',
  EPERM: 'this machine does not allow the connection',
  ENETDOWN: 'the network of this machine is down',
  ENETUNREACH: 'this machine has no route to the address',
  EAI_AGAIN: 'the name server did not answer',
  EAI_FAIL: 'the name server failed',
  EAI_MEMORY: 'this machine has no memory left',
  NAME_LOOKUP_BUSY: 'the name of the host was not looked up in time',
};

const theirs: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset before the answer was whole',
  EPIPE: 'the connection was closed before the answer was whole',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host cannot be reached',
  EHOSTDOWN: 'the host is down',
  ENOTFOUND: 'the name of the host is not known',
};

export interface ConnectionProblem {
  /** `us`: we could not look. `node`: nothing answers there. `answer`: something answers, which is not HTTP. */
  readonly of: 'us' | 'node' | 'answer';
  readonly reason: string;
}

/** Never quotes the error's own message, which may hold what the other side sent. */
export function describeConnectionError(error: unknown): ConnectionProblem {
  const codes = codesOf(error);
  // Several addresses of a name were tried: if one of them said something of the node, that counts.
  const telling = codes.find((code) => !(code in ours));
  const code = telling ?? codes[0] ?? 'unknown error';
  if (telling === undefined && codes.length > 0) return { of: 'us', reason: `${ours[code]} (${code})` };
  if (code.startsWith('HPE_')) return { of: 'answer', reason: `the answer is not HTTP (${code})` };
  const said = theirs[code];
  if (said !== undefined) return { of: 'node', reason: `${said} (${code})` };
  if (isProgrammingError(error)) return { of: 'us', reason: `the request could not be made (${code})` };
  return { of: 'node', reason: `the connection failed (${code})` };
}

function codesOf(error: unknown): string[] {
  const all = error instanceof AggregateError ? error.errors : [error];
  return all.flatMap((one: unknown) => {
    const code = (one as { code?: unknown } | null)?.code;
    return typeof code === 'string' ? [code] : [];
  });
}

/** Node says ERR_INVALID_... for a request that cannot be written down; its TLS errors have other names. */
function isProgrammingError(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError;
}
