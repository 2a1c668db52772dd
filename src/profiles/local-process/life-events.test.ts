import { expect, test } from 'vitest';
import {
  create,
  eventually,
  kill,
  verdictOf,
  operate,
  pidOf,
  usePlace,
} from '../../../test/profiles/local-process-nodes.ts';
import type { ProfileType } from '../profile-type.ts';
import { localProcess } from './local-process.ts';

const place = usePlace();
const sleeper = { command: ['sleep', '1000'] };

/** What a type tells from now on. */
function hear(type: ProfileType): { readonly told: string[]; readonly stop: () => void } {
  const told: string[] = [];
  const source = type.events?.({
    async changed(what) {
      if (typeof what === 'object' && 'nodeId' in what) told.push(what.nodeId);
    },
  });
  if (source === undefined) throw new Error('the type has no events');
  return { told, stop: () => source.stop() };
}

test('the end of a process that we started is told when it comes, whatever the rounds are', async () => {
  const type = localProcess({ dataDir: place.dataDir, eventRoundMs: 3_600_000 });
  const { told, stop } = hear(type);
  const node = await create(type, place.node(sleeper));
  kill(pidOf(node));
  await eventually('it is told', () => told.length > 0);
  expect(told).toEqual([node.id]);
  stop();
});

test('of one that was there before, its end is seen soon, and told once', async () => {
  const node = await create(place.type, place.node(sleeper));
  const type = localProcess({ dataDir: place.dataDir, eventRoundMs: 20 });
  const { told, stop } = hear(type);
  expect(await verdictOf(type, node)).toBe('healthy');
  kill(pidOf(node));
  await eventually('it is told', () => told.length > 0);
  expect(await verdictOf(type, node)).toBe('PROCESS_EXITED');
  const other = await create(type, place.node(sleeper));
  kill(pidOf(other));
  await eventually('the other one is told', () => told.includes(other.id));
  expect(told).toEqual([node.id, other.id]);
  stop();
});

test('a process that is stopped by a signal is told, and again when it goes on', async () => {
  const type = localProcess({ dataDir: place.dataDir, eventRoundMs: 20 });
  const { told, stop } = hear(type);
  const node = await create(type, place.node(sleeper));
  kill(pidOf(node), 'SIGSTOP');
  await eventually('the stop is told', () => told.length === 1);
  kill(pidOf(node), 'SIGCONT');
  await eventually('the continuation is told', () => told.length === 2);
  stop();
});

test('after a reboot the new process is the one that is followed', async () => {
  const type = localProcess({ dataDir: place.dataDir, eventRoundMs: 3_600_000 });
  const { told, stop } = hear(type);
  const before = await create(type, place.node(sleeper));
  const node = await operate(type, 'reboot', before, { type: 'HARD' });
  told.length = 0;
  kill(pidOf(node));
  await eventually('its end is told', () => told.length > 0);
  expect(told).toEqual([node.id]);
  stop();
});

test('a listener that has stopped is told nothing', async () => {
  const node = await create(place.type, place.node(sleeper));
  const type = localProcess({ dataDir: place.dataDir, eventRoundMs: 20 });
  const first = hear(type);
  const second = hear(type);
  await verdictOf(type, node);
  first.stop();
  kill(pidOf(node));
  await eventually('the other one is told', () => second.told.length > 0);
  expect(first.told).toEqual([]);
  second.stop();
});
