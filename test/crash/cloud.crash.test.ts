/**
 * Recovery of servers while the cloud loses answers, hangs and is away, and Coppice is killed with SIGKILL.
 * The cloud is the witness: its log of changes shows that no server was changed twice at once, that no node
 * had two servers, and that none was left behind.
 */
import { createServer, type AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { overlappingMutations } from '../../src/cloud-simulator/mutation-log.ts';
import { cases, soakTimeout } from '../support/soak.ts';
import { cloudEvents, CloudRun, nodesInCluster } from './cloud-run.ts';

test(
  'no server is changed twice at once, created twice or left behind, whatever fails',
  async () => {
    await fc.assert(
      fc.asyncProperty(cloudEvents, async (events) => {
        const run = await CloudRun.start(await freePort());
        try {
          await run.createCluster();
          await run.play(events);
          await run.allHealthy();
          const { servers, mutations } = run.simulator.world;
          expect(overlappingMutations(mutations.all)).toEqual([]);
          expect(servers.all.map(({ vmState }) => vmState)).toEqual(
            Array.from({ length: nodesInCluster }, () => 'active'),
          );
          expect(new Set(servers.all.map(({ metadata }) => metadata['cluster_node_id'])).size).toBe(
            nodesInCluster,
          );
        } finally {
          await run.stop();
        }
      }),
      { ...cases(3), endOnFailure: true },
    );
  },
  soakTimeout(300_000),
);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
