import { expect, test } from 'vitest';
import { fakeApi } from '../../test/cli/fake-api.ts';
import { ApiClient, UnreachableError } from './api-client.ts';

test('a server that is starting counts as one that does not answer yet', async () => {
  const body = { reason: 'Coppice is starting.', status: 'unavailable' };
  await using api = await fakeApi({ 'GET /v1/health': { status: 503, body } });
  const asked = new ApiClient(api.url).read('GET /v1/health', 'health');
  await expect(asked).rejects.toThrow(UnreachableError);
  await expect(asked).rejects.toThrow(/Coppice is starting/);
});
