import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { NodeFacts, PhysicalNode } from '../profile-type.ts';
import { pidOf, processesOf, textOf, usePlace } from '../../../test/profiles/local-process-nodes.ts';

const program = fileURLToPath(new URL('../../../test/profiles/local-process-program.ts', import.meta.url));
const place = usePlace();

// An operation takes about 230 ms, the first 30 of them are the dangerous ones: most kills fall there.
const latestKillMs = 60;

/** One run of Coppice, killed at `killAfterMs`; undefined: it was killed before it was done. */
async function run(
  operation: string,
  key: string,
  node: NodeFacts,
  killAfterMs?: number,
): Promise<PhysicalNode | undefined> {
  const request = JSON.stringify({ operation, key, node });
  const child = spawn(process.execPath, [program, place.dataDir, request], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let made: PhysicalNode | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'ready') made = JSON.parse(line) as PhysicalNode;
    else if (killAfterMs !== undefined) void delay(killAfterMs).then(() => child.kill('SIGKILL'));
  }
  return made;
}

/** The same request again and again, killed at random instants, and at last left to end. */
async function runThroughCrashes(
  operation: string,
  key: string,
  node: NodeFacts,
  crashes: number,
): Promise<NodeFacts> {
  for (let crash = 0; crash < crashes; crash++)
    await run(operation, key, node, randomInt(latestKillMs * 10) / 10);
  return { ...node, ...(await run(operation, key, node)) };
}

async function startsOf(node: NodeFacts): Promise<number> {
  return (await textOf(place.fileOf(node, 'output.log'))).split('\n').filter((line) => line === 'started')
    .length;
}

async function createThroughCrashes(crashes: number): Promise<void> {
  const node = place.node({ command: ['sh', '-c', 'echo started; exec sleep 1000'], port: 'auto' });
  const made = await runThroughCrashes('create', 'the-key', node, crashes);
  expect(processesOf(node.id)).toEqual([pidOf(made)]);
  expect(await startsOf(node)).toBe(1);
}

test(
  'a create that is killed at random instants and repeated starts exactly one process',
  { timeout: 120_000 },
  async () => {
    const pairs = [
      [1, 4],
      [2, 3],
      [3, 2],
      [5, 1],
    ] as const;
    for (const [one, another] of pairs) {
      // Settled: no process may be started after the test has ended.
      const both = await Promise.allSettled([createThroughCrashes(one), createThroughCrashes(another)]);
      const failures = both.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
      expect(failures).toEqual([]);
    }
  },
);

test(
  'a reboot that is killed at random instants and repeated reboots once',
  { timeout: 120_000 },
  async () => {
    let node = place.node({ command: ['sh', '-c', 'echo started; exec sleep 1000'], port: 'auto' });
    node = await runThroughCrashes('create', 'start', node, 1);
    const { port } = node.data;
    for (let reboots = 1; reboots <= 5; reboots++) {
      node = await runThroughCrashes('reboot', `reboot/${reboots}`, node, 3);
      expect(processesOf(node.id)).toEqual([pidOf(node)]);
      expect(await startsOf(node)).toBe(1 + reboots);
      expect(node.data['port']).toBe(port);
    }
  },
);
