/** Whether the error of a request is evidence about the other side, or a failure of this machine only. */
import { errors } from 'undici';
import { HEADER_LIMIT } from './limits.ts';
import { tlsProblemOf } from './tls-problem.ts';

/**
 * This machine's own limits and network: no descriptors, no memory, no free port, a local firewall, no
 * network, a name server that does not answer or does not know the name. The other side cannot cause them,
 * and taking them for a node's failure would recreate a whole cluster for a full table or a misspelt name.
 */
const local: Readonly<Record<string, string>> = {
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
  ENOTFOUND: 'the name of the host is not known',
  EAI_AGAIN: 'the name server did not answer',
  EAI_FAIL: 'the name server failed',
  EAI_MEMORY: 'this machine has no memory left',
  NAME_LOOKUP_BUSY: 'the name of the host was not looked up in time',
};

const remote: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset before the answer was whole',
  EPIPE: 'the connection was closed before the answer was whole',
  UND_ERR_SOCKET: 'the connection was closed before the answer was whole',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection was closed before the answer was whole',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host cannot be reached',
  EHOSTDOWN: 'the host is down',
};

const certificate: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is of an authority that this machine does not trust',
  UNABLE_TO_GET_ISSUER_CERT: 'the certificate is of an authority that this machine does not trust',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate is of an authority that this machine does not trust',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate is of an authority that this machine does not trust',
  CERT_UNTRUSTED: 'the certificate is not trusted',
  CERT_REJECTED: 'the certificate is not trusted',
  CERT_REVOKED: 'the certificate is revoked',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
  HOSTNAME_MISMATCH: 'the certificate is for another name',
};

/** The answer came, and is not one that can be used. */
const answer: Readonly<Record<string, string>> = {
  UND_ERR_HEADERS_OVERFLOW: `the headers of the answer are longer than ${HEADER_LIMIT / 1024} KiB`,
};

export type ProblemKind =
  /** This machine could not send the request. */
  | 'local'
  /** Nothing answers there, or not to the end. */
  | 'remote'
  | 'certificate'
  /** Something answers, which is not HTTP or is more than is taken. */
  | 'answer'
  /** Coppice does not connect to the address. */
  | 'refused-address';

export interface ConnectionProblem {
  readonly kind: ProblemKind;
  readonly reason: string;
}

/** The error of an address that must not be connected to. */
export class AddressRefused extends Error {
  constructor(objection: string) {
    super(objection);
    this.name = 'AddressRefused';
  }
}

/** The error of an answer that is longer than the caller takes. */
export class AnswerTooLong extends Error {
  constructor(limit: number) {
    super(`the answer is longer than ${limit} bytes`);
    this.name = 'AnswerTooLong';
  }
}

/**
 * Quotes no message of a connection: it may hold what the other side sent, or a URL with what is secret in
 * it.
 */
export function describeConnectionError(error: unknown): ConnectionProblem {
  if (error instanceof AddressRefused) return { kind: 'refused-address', reason: error.message };
  if (error instanceof AnswerTooLong) return { kind: 'answer', reason: error.message };
  if (error instanceof errors.HTTPParserError) return { kind: 'answer', reason: 'the answer is not HTTP' };
  const codes = codesOf(error);
  // Several addresses of a name were tried: if one of them said something of the other side, that counts.
  const remoteCode = codes.find((code) => !(code in local));
  const code = remoteCode ?? codes[0] ?? 'unknown error';
  if (remoteCode === undefined && codes.length > 0)
    return { kind: 'local', reason: `${local[code]} (${code})` };
  if (code in remote) return { kind: 'remote', reason: `${remote[code]} (${code})` };
  if (code in certificate) return { kind: 'certificate', reason: `${certificate[code]} (${code})` };
  if (code in answer) return { kind: 'answer', reason: `${answer[code]} (${code})` };
  const tls = oneByOne(error)
    .map(tlsProblemOf)
    .find((each) => each !== undefined);
  if (tls !== undefined) return { kind: 'remote', reason: `${tls.reason} (${code})` };
  if (isInvalidRequest(error, code))
    return { kind: 'local', reason: `the request could not be made: ${requestFault(error, code)}` };
  return { kind: 'remote', reason: `the connection failed (${code})` };
}

/** Those of several addresses of a name. */
function oneByOne(error: unknown): readonly unknown[] {
  return error instanceof AggregateError ? error.errors : [error];
}

function codesOf(error: unknown): string[] {
  return oneByOne(error).flatMap((one) => {
    const code = (one as { code?: unknown } | null)?.code;
    return typeof code === 'string' ? [code] : [];
  });
}

const invalidRequest: readonly string[] = ['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED'];

function isInvalidRequest(error: unknown, code: string): boolean {
  return invalidRequest.includes(code) || error instanceof TypeError || error instanceof RangeError;
}

/** undici names the header or part that is wrong, never its value. */
function requestFault(error: unknown, code: string): string {
  return invalidRequest.includes(code) ? (error as Error).message : code;
}
