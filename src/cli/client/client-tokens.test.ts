import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiClient, NoTokenError } from '../../client/api-client.ts';
import { startCloudSimulator, type CloudSimulator } from '../../cloud-simulator/cloud-simulator.ts';
import { clientTokens, tokenHint } from './client-tokens.ts';

let keystone: CloudSimulator;
let server: Server;
let url: string;
let tokens: (string | undefined)[];

/** Takes any token of Keystone. */
beforeAll(async () => {
  keystone = await startCloudSimulator();
  server = createServer((request, response) => {
    const token = request.headers['x-auth-token'] as string | undefined;
    tokens.push(token);
    if (token?.startsWith('gAAAAA') !== true) {
      response.writeHead(401, { 'www-authenticate': 'Keystone uri="x"' });
      response.end('{"error": {"message": "who are you?"}}');
      return;
    }
    response.end('{"build_info": {}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await keystone.close();
  server.close();
});

const client = (env: Readonly<Record<string, string>>): ApiClient => {
  tokens = [];
  return new ApiClient(url, clientTokens(env));
};

test('a token of Keystone is got once, where the server wants one', async () => {
  const api = client(keystone.environment);
  await api.send('GET /v1/build-info');
  await api.send('GET /v1/build-info');
  expect(tokens.map((token) => token?.slice(0, 6))).toEqual([undefined, 'gAAAAA', 'gAAAAA']);
});

test('a user whom Keystone does not know is told so, and not that no server answers', async () => {
  const asked = client({ ...keystone.environment, OS_PASSWORD: 'wrong' }).send('GET /v1/build-info');
  await expect(asked).rejects.toThrow(NoTokenError);
  await expect(asked).rejects.toThrow(/none could be got: identity: POST \/auth\/tokens: 401/);
});

test('a given token is sent, and no other one got', async () => {
  const api = client({ ...keystone.environment, COPPICE_TOKEN: 'own' });
  await expect(api.send('GET /v1/build-info')).rejects.toMatchObject({ status: 401 });
  expect(tokens).toEqual(['own']);
});

test('what can be done where no token is there is said', () => {
  expect(tokenHint({})).toContain('Set COPPICE_TOKEN');
  expect(tokenHint({ COPPICE_TOKEN: 'x' })).toContain('COPPICE_TOKEN is sent');
  expect(tokenHint({ OS_CLOUD: 'x' })).toContain('was tried');
});
