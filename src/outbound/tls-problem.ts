/**
 * Why no encrypted connection came about, apart from the certificate. OpenSSL reports it as a line of its
 * source, over two lines of a log: never quoted.
 */
export interface TlsProblem {
  /** false: what answers there is not encrypted. */
  readonly speaksTls: boolean;
  /** `it speaks no version of TLS that Coppice takes` */
  readonly reason: string;
}

/** In OpenSSL's words, in lower case: Node has them in `ERR_SSL_...` or in the message of an EPROTO. */
const known: readonly (readonly [RegExp, TlsProblem])[] = [
  [
    /wrong version number|packet length too long|record layer failure|http request/,
    { speaksTls: false, reason: 'it does not speak TLS at this port' },
  ],
  [
    /alert protocol version|unsupported protocol|version too low/,
    { speaksTls: true, reason: 'it speaks no version of TLS that Coppice takes' },
  ],
  [
    /certificate required|alert bad certificate/,
    { speaksTls: true, reason: 'it wants a certificate of the client, and Coppice has none' },
  ],
  [/handshake failure|no shared cipher/, { speaksTls: true, reason: 'no encryption is known to both sides' }],
];

/** undefined: it is no error of TLS, or one of the certificate. */
export function tlsProblemOf(error: unknown): TlsProblem | undefined {
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string };
  if (typeof code !== 'string' || !(code === 'EPROTO' || code.startsWith('ERR_SSL_'))) return undefined;
  const words = `${code} ${message}`.toLowerCase().replaceAll('_', ' ');
  const found = known.find(([pattern]) => pattern.test(words))?.[1];
  return found ?? { speaksTls: true, reason: 'no encrypted connection could be agreed on' };
}
