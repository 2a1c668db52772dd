/** What is refused when it is requested, before an action fails of it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { SenlinStage } from './senlin-stage.ts';

let stage: SenlinStage;

beforeAll(async () => {
  stage = await SenlinStage.start();
  const properties = { flavor: '1', image: 'cirros', networks: [{ network: 'private' }] };
  const profile = { name: 'p', spec: { type: 'os.nova.server', version: '1.0', properties } };
  await stage.ask('POST', '/v1/profiles', { body: { profile } });
  const cluster = { name: 'web', profile_id: 'p', desired_capacity: 1 };
  const made = await stage.ask('POST', '/v1/clusters', { body: { cluster } });
  await stage.ended(made.headers['location']?.split('/').at(-1) ?? '');
});
afterAll(() => stage.stop());

test.each([
  [{}, 'Required spec item'],
  [{ admin_pass: '' }, 'expected a text of at least one character'],
])('change_password with %j is refused, and the password is not shown', async (params, sentence) => {
  const nodes = (await stage.ask('GET', '/v1/nodes')).body as { nodes: JsonObject[] };
  const node = `/v1/nodes/${nodes.nodes[0]?.['id'] as string}/ops`;
  for (const [path, body] of [
    [node, { change_password: params }],
    ['/v1/clusters/web/ops', { change_password: { params } }],
  ] as const) {
    const reply = await stage.ask('POST', path, { body });
    expect([reply.status, reply.text]).toEqual([400, expect.stringContaining(sentence)]);
    expect(reply.text).toContain('admin_pass');
  }
});

test('the schema of an operation shows what Senlin shows', async () => {
  const { body } = await stage.ask('GET', '/v1/profile-types/os.nova.server-1.0/ops');
  expect(body).toMatchObject({
    operations: {
      change_password: {
        parameters: { admin_pass: { description: 'The new password.', required: false, type: 'String' } },
      },
    },
  });
  expect(JSON.stringify(body)).not.toContain('isNeeded');
});

test('of a thousand nodes that are not there the answer names ten', async () => {
  const names = Array.from({ length: 1000 }, (_, at) => `none-${at}`);
  const reply = await stage.ask('POST', '/v1/clusters/web/actions', {
    body: { add_nodes: { nodes: names } },
  });
  const { message } = (reply.body as { error: { message: string } }).error;
  expect(message).toMatch(/^Nodes not found: \['none-0', .*'none-9', and 990 more\]\.$/);
  expect(reply.text.length).toBeLessThan(2000);
});
