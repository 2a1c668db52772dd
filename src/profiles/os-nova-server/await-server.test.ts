import { expect, test } from 'vitest';
import type { NovaClient } from '../../openstack/nova/nova-client.ts';
import type { Server } from '../../openstack/nova/server.ts';
import { awaitServer } from './await-server.ts';

const failed = { id: 's1', status: 'ERROR', 'OS-EXT-STS:task_state': null } as Server;
const doing = 'the server could not be created';
const context = { signal: new AbortController().signal };

/** Nova shows these one after the other, and the last one again and again. */
function novaShowing(...servers: readonly Server[]): NovaClient {
  let asked = 0;
  const getServer = () => Promise.resolve(servers[Math.min(asked++, servers.length - 1)]);
  return { getServer, listComputeServices: () => Promise.resolve([]) } as unknown as NovaClient;
}

test('the reason is told that Nova writes down a moment after the server is in ERROR', async () => {
  const explained = { ...failed, fault: { code: 500, message: 'No valid host was found.' } } as Server;
  const awaited = awaitServer(
    novaShowing(failed, failed, explained),
    's1',
    { doing, until: ['ACTIVE'] },
    context,
  );
  await expect(awaited).rejects.toThrow('server s1 is ERROR: No valid host was found.');
});

test('a server that is in ERROR without a reason is not waited for long', async () => {
  const awaited = awaitServer(novaShowing(failed), 's1', { doing, until: ['ACTIVE'] }, context);
  await expect(awaited).rejects.toThrow(/server s1 is ERROR$/);
});
