import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestServer } from '../../test/support/test-server.ts';
import { answerUnreadable } from './unreadable-request.ts';

/** What is answered to these bytes, until the connection is closed. */
async function answerTo(
  port: number,
  sent: string,
): Promise<{ head: string; body: Record<string, unknown> }> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  let text = '';
  socket.on('data', (chunk: string) => void (text += chunk));
  socket.write(sent);
  await once(socket, 'close');
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return { head, body: JSON.parse(body) as Record<string, unknown> };
}

describe('A request that is none', () => {
  let server: TestServer;
  let port: number;

  beforeEach(async () => {
    server = await TestServer.start();
    port = Number(new URL(await server.server.listen({ host: '127.0.0.1', port: 0 })).port);
  });

  afterEach(() => server.stop());

  test.each([
    ['without HTTP', 'hello\r\n\r\n', 400, 'HTTPBadRequest', /^(?:method|request): expected .*HTTP/],
    [
      'with a method that does not exist',
      'CATCH /v1/clusters HTTP/1.1\r\nHost: localhost\r\n\r\n',
      400,
      'HTTPBadRequest',
      /^method: expected one of HTTP, such as GET or POST, found another$/,
    ],
    [
      'with headers that are too large',
      `GET /v1/clusters HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'RequestHeaderFieldsTooLarge',
      /^headers: expected at most 16384 bytes in all, found more$/,
    ],
  ])('%s is answered with the error body of the API', async (_what, sent, status, type, message) => {
    const { head, body } = await answerTo(port, sent);
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*Content-Type: application/json`, 's'));
    expect(body).toMatchObject({ code: status, error: { code: status, type } });
    expect((body['error'] as { message: string }).message).toMatch(message);
  });
});

test('under /v2 the answer has the form of the workflow API', async () => {
  const error = Object.assign(new Error('Parse Error: Invalid header'), {
    code: 'HPE_INVALID_HEADER_TOKEN',
    rawPacket: Buffer.from('GET /v2/workflows HTTP/1.1\r\nx y: z\r\n\r\n'),
  });
  const refusing = createServer((socket) => answerUnreadable(error, socket, true)).listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  try {
    const { body } = await answerTo((refusing.address() as AddressInfo).port, 'x');
    expect(body).toEqual({
      debuginfo: null,
      faultcode: 'Client',
      faultstring: 'request: expected HTTP/1.1, found something else (Invalid header)',
    });
  } finally {
    refusing.close();
  }
});
