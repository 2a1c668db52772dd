import { expect, test } from 'vitest';
import type { NovaClient } from '../../openstack/nova/nova-client.ts';
import { SharedServerReads } from './shared-server-reads.ts';

const never = new AbortController().signal;

test('servers are listed where that costs less than a request for each', async () => {
  const ids = Array.from({ length: 2000 }, (_, index) => `s${index}`);
  const server = (id: string) => ({ id, status: 'ACTIVE', updated: '', addresses: {} });
  const requests = { shown: 0, listed: 0 };
  const reads = new SharedServerReads({
    getServer: (id: string) => {
      requests.shown += 1;
      return Promise.resolve(server(id));
    },
    listServers: ({ marker }: { marker?: string }) => {
      requests.listed += 1;
      const from = marker === undefined ? 0 : ids.indexOf(marker) + 1;
      const servers = ids.slice(from, from + 1000).map(server);
      return Promise.resolve({ servers, next: from === 0 ? servers.at(-1)?.id : null });
    },
  } as unknown as NovaClient);
  const read = async (some: readonly string[]) => {
    Object.assign(requests, { shown: 0, listed: 0 });
    const servers = await Promise.all(some.map((id) => reads.get(id, never)));
    expect(servers.map((one) => one?.id)).toEqual(some);
    return { ...requests };
  };
  expect(await read(ids.slice(0, 5))).toEqual({ shown: 5, listed: 0 });
  // Of a project that was never listed nothing is known: it may be small.
  expect(await read(ids.slice(-6))).toEqual({ shown: 0, listed: 2 });
  // Two pages and 2,000 servers in them: as much as 52 requests.
  expect(await read(ids.slice(0, 52))).toEqual({ shown: 52, listed: 0 });
  expect(await read(ids.slice(0, 53))).toEqual({ shown: 0, listed: 1 });
});
