import { expect, test } from 'vitest';
import { TestServer } from '../../test/support/test-server.ts';
import { findPolicyType } from '../policies/registry.ts';

test('the JSON Schema of a policy type is there as an editor takes it; of none, Senlin’s 404', async () => {
  const server = await TestServer.start();
  const shown = await server.ask('GET', '/v1/policy-types/senlin.policy.health-1.3/json-schema');
  expect(shown.status).toBe(200);
  expect(shown.body).toEqual(findPolicyType('senlin.policy.health-1.3')?.jsonSchema);
  const none = await server.ask('GET', '/v1/policy-types/none-1.0/json-schema');
  expect([none.status, none.text]).toEqual([404, expect.stringContaining("policy_type 'none-1.0'")]);
  await server.stop();
});

test('a misspelled type, with or without a version, is answered with the one that is meant', async () => {
  const server = await TestServer.start();
  for (const [written, meant] of [
    ['senlin.policy.healt', 'senlin.policy.health'],
    ['senlin.policy.healt-1.3', 'senlin.policy.health-1.3'],
  ]) {
    const { text } = await server.ask('GET', `/v1/policy-types/${written}`);
    expect(text).toContain(`did you mean ${meant}?`);
  }
  await server.stop();
});
