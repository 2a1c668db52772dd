import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backends, type TestStore } from '../../test/support/backends.ts';
import { eventually } from '../../test/support/eventually.ts';
import { localOwner } from '../domain/session.ts';
import { newAction } from '../../test/support/new-action.ts';
import { CoppiceError } from '../domain/errors.ts';
import type { Action } from '../domain/model.ts';
import type { Store, Tx } from '../store/store.ts';
import { requestCancel } from '../store/action-cancel.ts';
import {
  claimActions,
  endAction,
  locksOn,
  StaleClaim,
  suspendAction,
  takeOverActions,
} from '../store/action-claims.ts';
import { sendSignal } from '../store/action-wakes.ts';
import { insertActions, toAction, type NewAction } from '../store/actions.ts';
import type { ActionContext, ActionDefinition, ActionInterrupted } from './action-context.ts';
import { Engine, type EngineObserver } from './engine.ts';
import { MAX_ATTEMPTS } from './repeated-failures.ts';
import { joined } from '../../test/support/membership.ts';

/** The store, with another way to write. */
function withWrite(store: Store, write: Store['write']): Store {
  return {
    db: store.db,
    listen: (topic, listener) => store.listen(topic, listener),
    onCommitted: (listener) => store.onCommitted(listener),
    location: store.location,
    writeFailure: undefined,
    dataVersion: () => undefined,
    isExclusive: true,
    secrets: store.secrets,
    isFailure: (error) => store.isFailure(error),
    close: () => store.close(),
    write,
  };
}

/**
 * On a busy machine the time of an action may be up before its step begins: then the signal is aborted
 * already.
 */
function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    else signal.addEventListener('abort', reject);
  });
}

/** As a bug in a query would. */
async function brokenQuery(tx: Tx): Promise<void> {
  await tx.db
    .selectFrom('nowhere' as 'action')
    .selectAll()
    .execute();
}

type Body = ActionDefinition['run'];

describe.each(backends)('the engine on $name', (backend) => {
  let test: TestStore;
  const engines: Engine[] = [];

  beforeEach(async () => {
    test = await backend.open();
  });

  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.stop();
    await test.close();
  });

  async function start(
    bodies: Record<string, Body>,
    options: { concurrency?: number; store?: Store; observer?: EngineObserver } = {},
  ): Promise<Engine> {
    const definitions = Object.entries(bodies).map(([action, run]) => ({ action, run }));
    const engine = new Engine({
      store: test.store,
      definitions,
      membership: await joined(test.store),
      pauseAfterMs: () => 0,
      ...options,
    });
    engines.push(engine);
    await engine.start();
    return engine;
  }

  async function enqueue(...actions: NewAction[]): Promise<string[]> {
    await test.store.write((tx) => insertActions(tx, actions, Date.now()));
    return actions.map((action) => action.id);
  }

  async function read(id: string): Promise<Action> {
    const row = await test.store.db
      .selectFrom('action')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return toAction(row);
  }

  async function ended(id: string): Promise<Action> {
    return await eventually(`action ${id} has ended`, async () => {
      const action = await read(id);
      return action.endedAt !== null && action;
    });
  }

  async function waiting(id: string): Promise<void> {
    await eventually(`action ${id} waits`, async () => (await read(id)).status === 'WAITING');
  }

  it('runs an action to its end and keeps what it returned', async () => {
    await start({ DO: async (context) => ({ doubled: (await context.step('read', async () => 21)) * 2 }) });
    const [id = ''] = await enqueue(newAction('DO'));
    const action = await ended(id);
    expect(action).toMatchObject({ status: 'SUCCEEDED', outputs: { doubled: 42 }, owner: null });
    expect(action.startedAt).not.toBeNull();
  });

  it('fails an action with the sentence of what it threw', async () => {
    await start({
      DO: async (context) => {
        await context.step('start', async () => {
          throw new CoppiceError('operation-failed', 'The port 80 is taken.');
        });
      },
    });
    const [id = ''] = await enqueue(newAction('DO'));
    expect(await ended(id)).toMatchObject({ status: 'FAILED', statusReason: 'The port 80 is taken.' });
  });

  it('fails an action that it does not know, and says so', async () => {
    await start({});
    const [id = ''] = await enqueue(newAction('DANCE'));
    expect((await ended(id)).statusReason).toBe('The action DANCE is unknown to this version of Coppice.');
  });

  it('tries an action again after an error that is not its own, and does none of its steps again', async () => {
    const done: string[] = [];
    let failures = 0;
    const observer: EngineObserver = {
      ended: async (tx) => {
        failures += 1;
        if (failures <= 3) await brokenQuery(tx);
      },
    };
    await start(
      { DO: async (context) => await context.step('one', async () => void done.push('one')) },
      { observer },
    );
    const [id = ''] = await enqueue(newAction('DO'));
    expect((await ended(id)).status).toBe('SUCCEEDED');
    expect({ done, failures }).toEqual({ done: ['one'], failures: 4 });
  });

  it('fails an action that errors of Coppice itself stop again and again, and frees its locks', async () => {
    const logged: unknown[] = [];
    const observer: EngineObserver = {
      ended: async (tx, action) => {
        if (action.action === 'DO') await brokenQuery(tx);
      },
      failed: (_error, action) => void logged.push(action?.id),
    };
    await start({ DO: async () => {}, NEXT: async () => {} }, { observer });
    const locks = [{ resource: 'r', mode: 'exclusive' as const }];
    const [id = '', next = ''] = await enqueue(newAction('DO', { locks }), newAction('NEXT', { locks }));
    expect(await ended(id)).toMatchObject({
      status: 'FAILED',
      statusReason: `An internal error of Coppice stopped this action ${MAX_ATTEMPTS} times; the log has it, at action_id ${id}.`,
    });
    expect((await ended(next)).status).toBe('SUCCEEDED');
    // Once for each attempt, and once because the observer fails for the end without it as well.
    expect(logged).toEqual(Array.from({ length: MAX_ATTEMPTS + 1 }, () => id));
  });

  it('runs an action, and all others, although the observer fails for its start', async () => {
    const logged: unknown[] = [];
    const observer: EngineObserver = {
      started: async (tx, action) => {
        if (action.action === 'DO') await brokenQuery(tx);
      },
      failed: (_error, action) => void logged.push(action?.id),
    };
    await start({ DO: async () => {}, NEXT: async () => {} }, { observer });
    const [id = '', next = ''] = await enqueue(newAction('DO'), newAction('NEXT'));
    expect((await ended(next)).status).toBe('SUCCEEDED');
    expect((await ended(id)).status).toBe('SUCCEEDED');
    expect(logged).toEqual([id]);
  });

  it('does a step once, also when a wait makes the action run from the top again', async () => {
    const done: string[] = [];
    await start({
      DO: async (context) => {
        await context.step('first', async () => void done.push('first'));
        await context.sleep('rest', 20);
        await context.transaction('second', async () => void done.push('second'));
      },
    });
    const [id = ''] = await enqueue(newAction('DO'));
    await ended(id);
    expect(done).toEqual(['first', 'second']);
  });

  it('replays a failed step as the same failure', async () => {
    const failures: string[] = [];
    let tries = 0;
    await start({
      DO: async (context) => {
        const refuse = async () => {
          tries += 1;
          throw new CoppiceError('operation-impossible', 'No such program.');
        };
        await context.step('refused', refuse).catch((error: CoppiceError) => failures.push(error.code));
        await context.sleep('rest', 10);
      },
    });
    const [id = ''] = await enqueue(newAction('DO'));
    await ended(id);
    expect(tries).toBe(1);
    expect(failures).toEqual(['operation-impossible', 'operation-impossible']);
  });

  it('writes nothing of a step whose record is refused', async () => {
    await start({
      DO: async (context) => {
        await context.step(
          'write',
          async () => 1,
          async (tx) => {
            await sendSignal(tx, 'half-made', {}, 1);
            throw new CoppiceError('resource-not-found', 'The node is gone.');
          },
        );
      },
    });
    const [id = ''] = await enqueue(newAction('DO'));
    expect((await ended(id)).statusReason).toBe('The node is gone.');
    expect(await test.store.db.selectFrom('action_signal').selectAll().execute()).toEqual([]);
  });

  it('refuses a step name that is used twice', async () => {
    await start({
      DO: async (context) => {
        await context.step('same', async () => 1);
        await context.step('same', async () => 2);
      },
    });
    const [id = ''] = await enqueue(newAction('DO'));
    expect((await ended(id)).statusReason).toContain('"same"');
  });

  it('holds no worker while it waits', async () => {
    const engine = await start(
      { WAIT: (context) => ignore(context.waitFor('wait', 'go', 60_000)), DO: async () => {} },
      { concurrency: 1 },
    );
    const [waiter = '', other = ''] = await enqueue(newAction('WAIT'), newAction('DO'));
    await ended(other);
    await waiting(waiter);
    expect(engine.running).toBe(0);
    await test.store.write((tx) => sendSignal(tx, 'go', {}, Date.now()));
    expect((await ended(waiter)).status).toBe('SUCCEEDED');
  });

  it('takes a signal that came before anyone waited, and gives up when its time is over', async () => {
    await start({
      DO: async (context) => ({
        early: (await context.waitFor('early', 'sent', 60_000)) ?? null,
        never: (await context.waitFor('never', 'unsent', 10)) ?? null,
      }),
    });
    await test.store.write((tx) => sendSignal(tx, 'sent', { by: 'test' }, Date.now()));
    const [id = ''] = await enqueue(newAction('DO'));
    expect((await ended(id)).outputs).toEqual({ early: { by: 'test' }, never: null });
  });

  it('misses no signal that is sent while it lies down to wait', async () => {
    let armed = false;
    const { store } = test;
    const racing = withWrite(store, async (work) => {
      if (armed) {
        armed = false;
        await store.write((tx) => sendSignal(tx, 'go', {}, Date.now()));
      }
      return await store.write(work);
    });
    const wait: Body = async (context) => {
      armed = true;
      await context.waitFor('wait', 'go', 60_000);
    };
    await start({ WAIT: wait }, { store: racing });
    const [id = ''] = await enqueue(newAction('WAIT'));
    expect((await ended(id)).status).toBe('SUCCEEDED');
  });

  it('goes on when the last child has ended, with the outcome of each in order', async () => {
    await start({
      PARENT: async (context) => {
        const outcomes = await context.children('all', ['a', 'b', 'c'].map(child));
        return { outcomes: outcomes.map(({ target, status }) => `${target} ${status}`) };
      },
      CHILD: async (context) => {
        if (context.action.target === 'b') throw new CoppiceError('operation-failed', 'broken');
      },
    });
    const [id = ''] = await enqueue(newAction('PARENT'));
    expect((await ended(id)).outputs).toEqual({ outcomes: ['a SUCCEEDED', 'b FAILED', 'c SUCCEEDED'] });
  });

  it('goes on at once when there are no children', async () => {
    await start({ PARENT: async (context) => ({ count: (await context.children('none', [])).length }) });
    const [id = ''] = await enqueue(newAction('PARENT'));
    expect((await ended(id)).outputs).toEqual({ count: 0 });
  });

  it('lets one action at a time have a lock, and others share one', async () => {
    const most: Record<string, number> = { exclusive: 0, shared: 0 };
    const now: Record<string, number> = { exclusive: 0, shared: 0 };
    const body = async (context: ActionContext) => {
      const mode = context.action.target;
      await context.step('hold', async () => {
        now[mode] = (now[mode] ?? 0) + 1;
        most[mode] = Math.max(most[mode] ?? 0, now[mode]);
        await new Promise((resolve) => setTimeout(resolve, 5));
        now[mode] -= 1;
      });
    };
    await start({ HOLD: body });
    const holding = (mode: 'exclusive' | 'shared') =>
      newAction('HOLD', { target: mode, locks: [{ resource: `thing:${mode}`, mode }] });
    const ids = await enqueue(
      ...Array.from({ length: 4 }, () => [holding('exclusive'), holding('shared')]).flat(),
    );
    for (const id of ids) await ended(id);
    expect(most).toMatchObject({ exclusive: 1 });
    expect(most['shared']).toBeGreaterThan(1);
    expect(await locksOn(test.store.db, 'thing:exclusive')).toEqual([]);
    expect(await locksOn(test.store.db, 'thing:shared')).toEqual([]);
  });

  it('gives no share past an older action that waits for the whole', async () => {
    const order: string[] = [];
    const hold = async (context: ActionContext) => {
      order.push(context.action.target);
      await context.waitFor('wait', `end ${context.action.target}`, 60_000);
    };
    await start({ HOLD: hold });
    const holding = (target: string, mode: 'exclusive' | 'shared') =>
      newAction('HOLD', { target, locks: [{ resource: 'r', mode }] });
    const [first = '', whole = '', second = ''] = await enqueue(
      holding('first share', 'shared'),
      holding('whole', 'exclusive'),
      holding('second share', 'shared'),
    );
    await waiting(first);
    for (const [id, target] of [
      [first, 'first share'],
      [whole, 'whole'],
      [second, 'second share'],
    ] as const) {
      await test.store.write((tx) => sendSignal(tx, `end ${target}`, {}, Date.now()));
      await ended(id);
    }
    expect(order.filter((target, index) => order.indexOf(target) === index)).toEqual([
      'first share',
      'whole',
      'second share',
    ]);
  });

  it('keeps the locks of an action that waits', async () => {
    const locks = [{ resource: 'node:1', mode: 'exclusive' as const }];
    await start({
      WAIT: (context) => ignore(context.waitFor('wait', 'go', 60_000)),
      DO: async () => {},
    });
    const [waiter = ''] = await enqueue(newAction('WAIT', { locks }));
    await waiting(waiter);
    const [second = ''] = await enqueue(newAction('DO', { locks }));
    await eventually('the second is blocked', async () => {
      const row = await test.store.db
        .selectFrom('action')
        .select('blocked_on')
        .where('id', '=', second)
        .executeTakeFirst();
      return row?.blocked_on === 'node:1';
    });
    await test.store.write((tx) => sendSignal(tx, 'go', {}, Date.now()));
    expect((await ended(second)).status).toBe('SUCCEEDED');
  });

  it('cancels an action that never started at once, a waiting one by waking it, a running one by its signal', async () => {
    const seen: string[] = [];
    const running = Promise.withResolvers<void>();
    await start({
      WAIT: async (context) => {
        try {
          await context.waitFor('wait', 'go', 60_000);
        } catch (error) {
          await context.transaction('clean up', async () => void seen.push('cleaned up'));
          throw error;
        }
      },
      RUN: async (context) => {
        await context.step('long', async ({ signal }) => {
          running.resolve();
          await new Promise((_, reject) =>
            signal.addEventListener('abort', () => reject(new Error('aborted'))),
          );
        });
      },
    });
    const blocked = newAction('WAIT', { locks: [{ resource: 'r', mode: 'exclusive' }] });
    const holder = newAction('WAIT', { locks: [{ resource: 'r', mode: 'exclusive' }] });
    const [first = ''] = await enqueue(holder);
    await waiting(first);
    const [unstarted = '', run = ''] = await enqueue(blocked, newAction('RUN'));
    await running.promise;
    for (const id of [unstarted, run, first]) {
      await test.store.write((tx) => requestCancel(tx, id, 'asked for', Date.now()));
    }
    for (const id of [unstarted, run, first])
      expect(await ended(id)).toMatchObject({ status: 'CANCELLED', statusReason: 'asked for' });
    expect(seen).toEqual(['cleaned up']);
    expect(await locksOn(test.store.db, 'r')).toEqual([]);
  });

  it('cancels where the action waits, and not at a pause that was over before', async () => {
    const seen: string[] = [];
    await start({
      WAIT: async (context) => {
        await context.sleep('pause', 1);
        await context.step('begin', async () => {});
        try {
          await context.waitFor('wait', 'go', 60_000);
        } catch (error) {
          await context.transaction('clean up', async () => void seen.push('cleaned up'));
          throw error;
        }
      },
    });
    const [id = ''] = await enqueue(newAction('WAIT'));
    await eventually('it waits for the signal', async () => {
      const row = await test.store.db
        .selectFrom('action')
        .select(['status', 'wait_signal'])
        .where('id', '=', id)
        .executeTakeFirst();
      return row?.status === 'WAITING' && row.wait_signal === 'go';
    });
    await test.store.write((tx) => requestCancel(tx, id, 'asked for', Date.now()));
    expect(await ended(id)).toMatchObject({ status: 'CANCELLED', statusReason: 'asked for' });
    expect(seen).toEqual(['cleaned up']);
  });

  it('brings to its end what a dead process may have begun, before it tells the action that it was cancelled', async () => {
    const [id = '', other = ''] = await enqueue(newAction('CHANGE'), newAction('READ'));
    // A life that claims both, begins, and is never heard of again.
    await test.store.write((tx) => claimActions(tx, 'dead', { free: 2, ofOneProject: 2 }, Date.now()));
    await test.store.write((tx) => takeOverActions(tx));
    for (const each of [id, other])
      await test.store.write((tx) => requestCancel(tx, each, 'asked for', Date.now()));
    const told: string[] = [];
    const tell = async ({ signal }: { signal: AbortSignal }): Promise<void> =>
      void told.push(signal.aborted ? 'end what was begun' : 'begin');
    await start({
      CHANGE: async (context) => {
        await context.operation('change', tell);
        await context.operation('change more', tell);
      },
      READ: async (context) => await context.step('look', tell),
    });
    expect((await ended(id)).status).toBe('CANCELLED');
    expect((await ended(other)).status).toBe('CANCELLED');
    expect(told).toEqual(['end what was begun']);
  });

  it('misses no cancel that is asked for while it lies down to wait', async () => {
    const [id = ''] = await enqueue(newAction('WAIT'));
    const [claim] = await test.store.write((tx) =>
      claimActions(tx, 'we', { free: 1, ofOneProject: 1 }, Date.now()),
    );
    await test.store.write((tx) => requestCancel(tx, id, 'asked for', Date.now()));
    const writer = { actionId: id, epoch: claim?.epoch ?? 0, cancelled: false };
    const forEver = { reason: '', wakeAt: null, signal: 'never', children: 0 };
    await test.store.write((tx) => suspendAction(tx, writer, forEver, Date.now()));
    await start({ WAIT: (context) => ignore(context.waitFor('wait', 'never', 60_000)) });
    expect((await ended(id)).status).toBe('CANCELLED');
  });

  it('says the reason of the first who asked', async () => {
    const [id = ''] = await enqueue(newAction('WAIT'));
    await start({ WAIT: (context) => ignore(context.waitFor('wait', 'never', 60_000)) });
    await waiting(id);
    for (const reason of ['the first', 'the second'])
      await test.store.write((tx) => requestCancel(tx, id, reason, Date.now()));
    expect(await ended(id)).toMatchObject({ statusReason: 'the first' });
  });

  it('cancels the children with the parent, and waits for their end', async () => {
    const cleaned: string[] = [];
    await start({
      PARENT: (context) => ignore(context.children('all', ['a', 'b'].map(child))),
      CHILD: async (context) => {
        try {
          await context.waitFor('wait', 'never', 60_000);
        } catch (error) {
          await context.sleep('slowly', 20);
          cleaned.push(context.action.target);
          throw error;
        }
      },
    });
    const [id = ''] = await enqueue(newAction('PARENT'));
    await eventually('both children wait', async () => {
      const rows = await test.store.db
        .selectFrom('action')
        .select('status')
        .where('parent_id', '=', id)
        .execute();
      return rows.length === 2 && rows.every((row) => row.status === 'WAITING');
    });
    await test.store.write((tx) => requestCancel(tx, id, 'asked for', Date.now()));
    expect(await ended(id)).toMatchObject({ status: 'CANCELLED', statusReason: 'asked for' });
    expect(cleaned.sort()).toEqual(['a', 'b']);
    const children = test.store.db.selectFrom('action').select('status_reason').where('parent_id', '=', id);
    expect(await children.execute()).toEqual([
      { status_reason: 'asked for' },
      { status_reason: 'asked for' },
    ]);
  });

  it.each(['sleep', 'children'] as const)(
    'ends an action whose time is up while its wait (%s) is being written',
    async (kind) => {
      let armed = false;
      const { store } = test;
      const slow = withWrite(store, async (work) => {
        const isWait = armed;
        armed = false;
        const until = Date.now() + 100;
        if (isWait) await eventually('the time of the action is up', () => Date.now() > until);
        return await store.write(work);
      });
      const wait: Body = async (context) => {
        armed = true;
        if (kind === 'sleep') await context.sleep('long', 60_000);
        else await context.children('all', [child('a')]);
      };
      await start({ WAIT: wait, CHILD: (context) => ignore(context.sleep('long', 60_000)) }, { store: slow });
      const [id = ''] = await enqueue(newAction('WAIT', { timeout: 0.05 }));
      expect((await ended(id)).statusReason).toContain('longer than 0.05 seconds');
    },
  );

  it('ends an action that takes too long, in a step, in a wait, and with its children', async () => {
    const why: string[] = [];
    await start({
      STEP: (context) => ignore(context.step('hang', ({ signal }) => untilAborted(signal))),
      WAIT: async (context) => {
        await context.sleep('long', 60_000).catch((error: ActionInterrupted) => {
          why.push(error.why);
          throw error;
        });
      },
      PARENT: (context) => ignore(context.children('all', [child('a')])),
      CHILD: (context) => ignore(context.sleep('long', 60_000)),
    });
    const ids = await enqueue(
      newAction('STEP', { timeout: 0.05 }),
      newAction('WAIT', { timeout: 0.05 }),
      newAction('PARENT', { timeout: 0.05 }),
    );
    for (const id of ids) {
      const action = await ended(id);
      expect(action.status).toBe('FAILED');
      expect(action.statusReason).toContain('longer than 0.05 seconds');
    }
    expect(why).toEqual(['timed-out']);
  });

  it('goes on in another process where the first one left off', async () => {
    const done: string[] = [];
    const gate = Promise.withResolvers<void>();
    const bodies = (who: string): Record<string, Body> => ({
      DO: async (context) => {
        await context.step('one', async () => void done.push(`${who} one`));
        await context.step('two', async ({ signal }) => {
          if (who === 'second') return void done.push(`${who} two`);
          gate.resolve();
          await new Promise((_, reject) =>
            signal.addEventListener('abort', () => reject(new Error('stopped'))),
          );
        });
      },
    });
    const first = await start(bodies('first'));
    const [id = ''] = await enqueue(newAction('DO'));
    await gate.promise;
    await first.stop();
    engines.splice(0);
    expect((await read(id)).status).toBe('READY');
    await start(bodies('second'));
    expect((await ended(id)).status).toBe('SUCCEEDED');
    expect(done).toEqual(['first one', 'second two']);
  });

  it('refuses the writes of a claim that was taken over', async () => {
    const [id = ''] = await enqueue(newAction('DO', { locks: [{ resource: 'r', mode: 'exclusive' }] }));
    const claimAs = (owner: string) =>
      test.store.write((tx) => claimActions(tx, owner, { free: 1, ofOneProject: 1 }, Date.now()));
    const [old] = await claimAs('old');
    await test.store.write((tx) => takeOverActions(tx));
    const [young] = await claimAs('young');
    if (old === undefined || young === undefined) throw new Error('not claimed');
    expect(young.epoch).toBe(old.epoch + 1);
    const ending = { status: 'SUCCEEDED' as const, reason: '', outputs: {} };
    await expect(test.store.write((tx) => endAction(tx, old, ending, 1))).rejects.toThrow(StaleClaim);
    const writer = { actionId: id, epoch: old.epoch, cancelled: false };
    const waitingFor = { reason: '', wakeAt: 1, signal: null, children: 0 };
    await expect(test.store.write((tx) => suspendAction(tx, writer, waitingFor, 1))).rejects.toThrow(
      StaleClaim,
    );
    expect(await locksOn(test.store.db, 'r')).toHaveLength(1);
    await test.store.write((tx) => endAction(tx, young, ending, 1));
    expect(await locksOn(test.store.db, 'r')).toEqual([]);
  });
});

function child(target: string) {
  return { action: 'CHILD', target, clusterId: null, owner: localOwner, inputs: {}, timeout: 0, locks: [] };
}

async function ignore(work: Promise<unknown>): Promise<void> {
  await work;
}
