/** Operations that take turns at one resource, with an engine over a store. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { eventually } from '../../test/support/eventually.ts';
import { joined } from '../../test/support/membership.ts';
import { newAction } from '../../test/support/new-action.ts';
import { CoppiceError } from '../domain/errors.ts';
import { requestCancel } from '../store/action-cancel.ts';
import { claimActions, endByForce, locksOn, takeOverActions } from '../store/action-claims.ts';
import { takeTurn } from '../store/action-turns.ts';
import { insertActions, toAction } from '../store/actions.ts';
import type { ActionContext } from './action-context.ts';
import { Engine } from './engine.ts';

const turn = { resource: 'load-balancer:1', shown: 'the load balancer 1' };

let opened: TestStore;
let engine: Engine;
/** By the target of the action: what lets its change go on. */
let gates: Map<string, PromiseWithResolvers<void>>;
let changed: string[];

beforeEach(async () => {
  opened = await openTestStore();
  gates = new Map();
  changed = [];
});

afterEach(async () => {
  for (const gate of gates.values()) gate.resolve();
  await engine.stop();
  await opened.close();
});

function gate(target: string): PromiseWithResolvers<void> {
  const known = gates.get(target) ?? Promise.withResolvers<void>();
  gates.set(target, known);
  return known;
}

async function change(context: ActionContext, withinMs?: number): Promise<void> {
  const { target } = context.action;
  const limited = withinMs === undefined ? turn : { ...turn, withinMs };
  await context.operation(
    'change',
    async ({ signal }) => {
      signal.throwIfAborted();
      changed.push(target);
      await gate(target).promise;
      if (target.startsWith('bad')) throw new CoppiceError('operation-failed', 'refused');
    },
    undefined,
    limited,
  );
}

async function start(): Promise<void> {
  engine = new Engine({
    store: opened.store,
    definitions: [
      { action: 'CHANGE', run: (context) => change(context) },
      { action: 'HASTY', run: (context) => change(context, 1) },
      { action: 'DO', run: async () => {} },
    ],
    membership: await joined(opened.store),
    concurrency: 3,
    pauseAfterMs: () => 0,
  });
  await engine.start();
}

/** @returns the ids. */
async function enqueue(action: string, ...targets: string[]): Promise<string[]> {
  const actions = targets.map((target) => newAction(action, { target }));
  await opened.store.write((tx) => insertActions(tx, actions, Date.now()));
  return actions.map(({ id }) => id);
}

async function read(id: string) {
  const query = opened.store.db.selectFrom('action').selectAll().where('id', '=', id);
  return toAction(await query.executeTakeFirstOrThrow());
}

async function ended(id: string) {
  return await eventually(`${id} has ended`, async () => {
    const action = await read(id);
    return action.endedAt !== null && action;
  });
}

async function allWait(ids: readonly string[]): Promise<void> {
  await eventually('all others wait for their turn', async () => {
    const actions = await Promise.all(ids.map(read));
    return actions.every(({ status }) => status === 'WAITING');
  });
}

test('those that wait for their turn hold no worker, say what they wait for, and go in their order', async () => {
  await start();
  const [first = '', ...others] = await enqueue('CHANGE', 'a', 'b', 'c', 'd', 'e');
  await allWait(others);
  expect(engine.running).toBe(1);
  expect((await read(others[0] ?? '')).statusReason).toBe(
    'Waiting for its turn to change the load balancer 1.',
  );
  const [other = ''] = await enqueue('DO', 'x');
  expect((await ended(other)).status).toBe('SUCCEEDED');
  expect(changed).toEqual(['a']);
  for (const target of ['a', 'b', 'c', 'd', 'e']) gate(target).resolve();
  for (const id of [first, ...others]) expect((await ended(id)).status).toBe('SUCCEEDED');
  expect(changed).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(await locksOn(opened.store.db, turn.resource)).toEqual([]);
});

test('a change that fails, and an action that is ended by force, hand the turn on', async () => {
  await start();
  const [bad = '', forced = '', last = ''] = await enqueue('CHANGE', 'bad', 'forced', 'last');
  await allWait([forced, last]);
  gate('bad').resolve();
  expect(await ended(bad)).toMatchObject({ status: 'FAILED', statusReason: 'refused' });
  await eventually('the second has its turn', () => changed.includes('forced'));
  const ending = { status: 'CANCELLED' as const, reason: 'by force', outputs: {} };
  await opened.store.write((tx) => endByForce(tx, { id: forced, parentId: null }, ending, Date.now()));
  gate('last').resolve();
  expect((await ended(last)).status).toBe('SUCCEEDED');
});

test('one that is cancelled while it waits has begun nothing, and is passed over', async () => {
  await start();
  const [first = '', cancelled = '', last = ''] = await enqueue('CHANGE', 'a', 'b', 'c');
  await allWait([cancelled, last]);
  await opened.store.write((tx) => requestCancel(tx, cancelled, 'asked for', Date.now()));
  expect(await ended(cancelled)).toMatchObject({ status: 'CANCELLED', statusReason: 'asked for' });
  gate('a').resolve();
  gate('c').resolve();
  for (const id of [first, last]) expect((await ended(id)).status).toBe('SUCCEEDED');
  expect(changed).toEqual(['a', 'c']);
});

test('one whose turn does not come in time fails with what it waited for', async () => {
  await start();
  const [first = ''] = await enqueue('CHANGE', 'a');
  await eventually('the first has its turn', () => changed.includes('a'));
  const [hasty = ''] = await enqueue('HASTY', 'b');
  expect(await ended(hasty)).toMatchObject({
    status: 'FAILED',
    statusReason: expect.stringMatching(/^the load balancer 1 was busy/) as string,
  });
  gate('a').resolve();
  expect((await ended(first)).status).toBe('SUCCEEDED');
});

test("a turn that a dead process had is its action's, which goes on, and no other takes it", async () => {
  const [id = '', other = ''] = await enqueue('CHANGE', 'a', 'b');
  const slots = { free: 1, ofOneProject: 1 };
  await opened.store.write((tx) => claimActions(tx, 'dead', slots, Date.now()));
  await opened.store.write((tx) => takeTurn(tx, id, turn.resource));
  await opened.store.write((tx) => takeOverActions(tx));
  await start();
  await allWait([other]);
  gate('a').resolve();
  gate('b').resolve();
  for (const each of [id, other]) expect((await ended(each)).status).toBe('SUCCEEDED');
  expect(changed).toEqual(['a', 'b']);
});
