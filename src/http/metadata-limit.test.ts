import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestServer } from '../../test/support/test-server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await TestServer.start();
});

afterEach(() => server.stop());

test.each(['profile', 'cluster', 'node'])('the metadata of a %s is refused beyond 64 KB', async (kind) => {
  const spec = { type: 'test.node', version: '1.0', properties: { flavor: '1' } };
  await server.ask('POST', '/v1/profiles', { body: { profile: { name: 'p', spec } } });
  const ask = async (letters: number) => {
    const usual = kind === 'profile' ? { spec } : { profile_id: 'p' };
    const body = { [kind]: { name: 'web', ...usual, metadata: { a: 'x'.repeat(letters) } } };
    return await server.ask('POST', `/v1/${kind}s`, { body });
  };
  expect((await ask(65_527)).status).toBeLessThan(300);
  const reply = await ask(65_528);
  expect([reply.status, reply.text]).toEqual([
    400,
    expect.stringContaining('at most 65535 bytes of JSON, and not 65536'),
  ]);
  const path = `/v1/${kind}s/web`;
  const changed = await server.ask('PATCH', path, {
    body: { [kind]: { metadata: { a: 'x'.repeat(65_528) } } },
  });
  expect(changed.status).toBe(400);
});
