/** In which order ready actions are claimed: how projects share the slots of a process. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { newAction } from '../../test/support/new-action.ts';
import { claimActions, endAction, type ActionClaim } from './action-claims.ts';
import { insertActions } from './actions.ts';
import { hasReadyActions, oldestReadyOfProjects } from './ready-actions.ts';

let opened: TestStore;
beforeEach(async () => {
  opened = await openTestStore();
});
afterEach(() => opened.close());

async function enqueue(project: string, count: number): Promise<void> {
  const owner = { project, user: 'u', domain: null };
  const actions = Array.from({ length: count }, (_, index) =>
    newAction('DO', { owner, target: `${project}${index + 1}` }),
  );
  await opened.store.write((tx) => insertActions(tx, actions, 1));
}

async function claim(free: number, ofOneProject = 100): Promise<ActionClaim[]> {
  return await opened.store.write((tx) => claimActions(tx, 'us', { free, ofOneProject }, 1));
}

const targets = (claims: readonly ActionClaim[]): string[] => claims.map(({ action }) => action.target);

async function end(claims: readonly ActionClaim[]): Promise<void> {
  const ending = { status: 'SUCCEEDED', reason: '', outputs: {} } as const;
  for (const each of claims) await opened.store.write((tx) => endAction(tx, each, ending, 2));
}

test('one action of a project is claimed with the next slot, however many another project has ready', async () => {
  await enqueue('a', 300);
  const running = await claim(4);
  expect(targets(running)).toEqual(['a1', 'a2', 'a3', 'a4']);
  await enqueue('b', 1);
  await end(running.slice(0, 1));
  expect(targets(await claim(1))).toEqual(['b1']);
  expect(targets(await claim(1))).toEqual(['a5']);
});

test('projects share the slots equally, each with its oldest first', async () => {
  await enqueue('a', 10);
  await enqueue('b', 10);
  await enqueue('c', 2);
  const claims = targets(await claim(8));
  expect(claims.filter((target) => target.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
  expect(claims.filter((target) => target.startsWith('b'))).toEqual(['b1', 'b2', 'b3']);
  expect(claims.filter((target) => target.startsWith('c'))).toEqual(['c1', 'c2']);
});

test('a project does not get more than its share, also where slots are free', async () => {
  await enqueue('a', 10);
  expect(targets(await claim(6, 4))).toEqual(['a1', 'a2', 'a3', 'a4']);
  expect(targets(await claim(2, 4))).toEqual([]);
  await enqueue('b', 1);
  expect(targets(await claim(2, 4))).toEqual(['b1']);
});

test('what another process runs does not count, and what waits for a lock keeps nothing from those behind it', async () => {
  const owner = { project: 'a', user: 'u', domain: null };
  const locks = [{ resource: 'r', mode: 'exclusive' as const }];
  const locked = ['holder', 'waits'].map((target) => newAction('DO', { owner, target, locks }));
  await opened.store.write((tx) => insertActions(tx, locked, 1));
  await enqueue('a', 1);
  const slots = { free: 1, ofOneProject: 1 };
  const [holder] = await opened.store.write((tx) => claimActions(tx, 'another', slots, 1));
  expect(holder?.action.target).toBe('holder');
  expect(targets(await claim(1))).toEqual(['a1']);
  expect(await hasReadyActions(opened.store.db)).toBe(false);
  if (holder !== undefined) await end([holder]);
  expect((await oldestReadyOfProjects(opened.store.db)).map(({ target }) => target)).toEqual(['waits']);
});
