import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  eventually,
  isAlive,
  processesOf,
  textOf,
  usePlace,
} from '../../../test/profiles/local-process-nodes.ts';
import { launch } from './launcher.ts';
import type { Launcher } from './launcher.ts';
import { readClaim } from './start-record.ts';

const place = usePlace();

async function launchIn(start: string, nodeId: string): Promise<Launcher> {
  const [log, cwd] = [join(place.dataDir, 'log'), place.dataDir];
  const env = { PATH: '/nowhere', COPPICE_NODE_ID: nodeId };
  return launch({ start, command: ['/bin/sh', '-c', 'echo started; exec /bin/sleep 1000'], cwd, env, log });
}

test('of launchers of one start that run at once, one becomes the command', async () => {
  const { id } = place.node({});
  for (const round of ['a', 'b', 'c', 'd']) {
    const start = join(place.dataDir, round);
    await mkdir(start);
    const launchers = await Promise.all(Array.from({ length: 6 }, () => launchIn(start, id)));
    const losers = (): Launcher[] => launchers.filter((launcher) => launcher.exit() !== undefined);
    await eventually('five have lost', () => losers().length === 5);
    const winner = launchers.find((launcher) => launcher.exit() === undefined);
    expect(readClaim(start)?.identity?.pid).toBe(winner?.pid);
  }
  expect(processesOf(id)).toHaveLength(4);
  await eventually('each winner has started', async () => {
    const started = await textOf(join(place.dataDir, 'log'));
    return started === 'started\n'.repeat(4);
  });
});

test('a launcher whose start was retired meanwhile becomes nothing', async () => {
  const { id } = place.node({});
  const start = join(place.dataDir, 'start');
  await mkdir(start);
  await rename(start, join(place.dataDir, 'retired'));
  const launcher = await launchIn(start, id);
  await eventually('it has gone', () => !isAlive(launcher.pid));
  expect(await textOf(join(place.dataDir, 'log'))).toBe('');
});

test('arguments that are too long for the system are refused with its reason', async () => {
  const request = { start: '/nowhere', cwd: place.dataDir, env: {}, log: join(place.dataDir, 'log') };
  await expect(launch({ ...request, command: ['/bin/echo', 'x'.repeat(1_000_000)] })).rejects.toMatchObject({
    code: 'operation-impossible',
    message: `no process could be started in ${place.dataDir}: E2BIG`,
  });
});

test('launchers that are started at once are started in different turns of the event loop', async () => {
  const { id } = place.node({});
  let turn = 0;
  let immediate: NodeJS.Immediate;
  const countTurn = (): void => {
    turn += 1;
    immediate = setImmediate(countTurn);
  };
  immediate = setImmediate(countTurn);
  const starts = Array.from({ length: 12 }, (_, index) => join(place.dataDir, `start-${index}`));
  for (const start of starts) await mkdir(start);
  const launchedIn = await Promise.all(starts.map((start) => launchIn(start, id).then(() => turn)));
  clearImmediate(immediate);
  // Two that were started one after the other may close their files, and be reported, in one turn.
  expect(new Set(launchedIn).size).toBeGreaterThan(6);
  await eventually('all have started', async () => {
    const started = await textOf(join(place.dataDir, 'log'));
    return started === 'started\n'.repeat(12);
  });
});
