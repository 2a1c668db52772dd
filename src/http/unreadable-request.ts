/**
 * What Node's parser refuses: no request comes of it, so that it is answered on the connection itself, in the
 * form of the API that was meant, as far as that can be read.
 */
import type { Socket } from 'node:net';
import { CoppiceError } from '../domain/errors.ts';
import { mistralDialect } from './mistral/mistral-dialect.ts';
import { clusteringDialect } from './clustering-dialect.ts';

/** Of the request line and all headers. */
export const REQUEST_HEADER_LIMIT = 16_384;

interface ParseError extends Error {
  readonly code?: string;
  /** What was read of the request. */
  readonly rawPacket?: unknown;
}

const statusTexts: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** @param hasWorkflows whether this process has the workflow API. */
export function answerUnreadable(error: ParseError, socket: Socket, hasWorkflows: boolean): void {
  // Who has gone reads no answer; behind the beginning of another answer this one would be read as its rest.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const refusal = refusalOf(error);
  const dialect = hasWorkflows && isForWorkflows(error.rawPacket) ? mistralDialect : clusteringDialect;
  const { status, body } = dialect.errorAnswer(refusal, undefined);
  const text = dialect.toText(body);
  socket.end(
    `HTTP/1.1 ${status} ${statusTexts[status] ?? 'Error'}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}

function refusalOf({ code, message }: ParseError): CoppiceError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new CoppiceError(
        'headers-too-large',
        `headers: expected at most ${REQUEST_HEADER_LIMIT} bytes in all, found more`,
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new CoppiceError(
        'request-timeout',
        'request: expected all of it within 30 seconds, found a part',
      );
    case 'HPE_INVALID_METHOD':
      return new CoppiceError(
        'malformed-request',
        'method: expected one of HTTP, such as GET or POST, found another',
      );
    case undefined:
    default:
      return new CoppiceError(
        'malformed-request',
        `request: expected HTTP/1.1, found something else (${message.replace(/^Parse Error: /, '')})`,
      );
  }
}

/** `GET /v2/workflows HTTP/1.1` */
function isForWorkflows(packet: unknown): boolean {
  if (!Buffer.isBuffer(packet)) return false;
  const [line = ''] = packet.subarray(0, 200).toString('latin1').split('\r\n');
  return /^\S+ \/v2(?:[/? ]|$)/.test(line);
}
