import { expect, test } from 'vitest';
import { CloudHosts } from './cloud-hosts.ts';

/** How often Nova is asked, in a minute of requests for each second. */
async function readsInAMinute(state: 'up' | 'down'): Promise<number> {
  let now = 0;
  let reads = 0;
  const service = { id: '1', host: 'compute1', zone: 'az1', state, status: 'enabled', forced_down: false };
  const nova = {
    listComputeServices: () => {
      reads += 1;
      return Promise.resolve([{ ...service, status: 'enabled' as const }]);
    },
  };
  const hosts = new CloudHosts(nova as unknown as ConstructorParameters<typeof CloudHosts>[0], () => now);
  for (now = 0; now < 60_000; now += 1000) await hosts.read();
  return reads;
}

test('hosts are read at most once in ten seconds', async () => {
  expect(await readsInAMinute('up')).toBe(6);
});

test('while none can be used they are read again sooner', async () => {
  expect(await readsInAMinute('down')).toBe(20);
});
