/**
 * Recovery of servers and of stacks while the cloud loses answers, hangs and is away, and Coppice is killed
 * with SIGKILL. The cloud is the witness: its log of changes shows that no server was changed twice at once,
 * that no node had two servers or stacks, and that none was left behind.
 */
import { createServer, type AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { overlappingMutations } from '../../src/cloud-simulator/mutation-log.ts';
import { cases, soakTimeout } from '../support/soak.ts';
import { servers, stacks, type Thing } from './cloud-kinds.ts';
import { cloudEvents, CloudRun, nodesInCluster } from './cloud-run.ts';

test.each([servers, stacks])(
  'nothing of $name is changed twice at once, created twice or left behind, whatever fails',
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(cloudEvents(kind), async (events) => {
        const run = await CloudRun.start(kind, await freePort());
        try {
          await run.createCluster();
          await run.play(events);
          await run.allHealthy();
          const { world } = run.simulator;
          expect(overlappingMutations(world.mutations.all)).toEqual([]);
          expect(atTheSameTime(kind.things(world)), 'one of each node').toEqual([]);
          expect(run.things.map(({ isWell }) => isWell)).toEqual(
            Array.from({ length: nodesInCluster }, () => true),
          );
          // Also those of stacks that are gone.
          expect(world.servers.all).toHaveLength(nodesInCluster);
        } finally {
          await run.stop();
        }
      }),
      { ...cases(3), endOnFailure: true },
    );
  },
  soakTimeout(300_000),
);

/** Of one node, one that was created while the one before was there. */
function atTheSameTime(things: readonly Thing[]): string[] {
  const byNode = Map.groupBy(things, ({ nodeId }) => nodeId);
  return [...byNode.values()].flatMap((own) => {
    const inTime = own.toSorted((one, other) => one.createdAt - other.createdAt);
    return inTime
      .slice(1)
      .flatMap(({ id, createdAt }, index) =>
        createdAt < (inTime[index]?.deletedAt ?? Infinity) ? [`${id} beside ${inTime[index]?.id}`] : [],
      );
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
