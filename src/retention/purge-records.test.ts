/** What of old actions and recoveries is deleted, and what stays because something needs it. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestStore } from '../../test/support/backends.ts';
import { newAction } from '../../test/support/new-action.ts';
import { aBinding, aCluster, aNode, aPolicy, aProfile } from '../../test/support/rows.ts';
import type { JsonObject } from '../domain/json.ts';
import { testSession } from '../../test/support/session.ts';
import { longestWindowMs } from '../clusters/counted-windows.ts';
import { insertActions, type NewAction } from '../store/actions.ts';
import { insertBinding } from '../store/cluster-policies.ts';
import { insertCluster } from '../store/clusters.ts';
import { insertNodes } from '../store/nodes.ts';
import { insertPolicy } from '../store/policies.ts';
import { insertProfile } from '../store/profiles.ts';
import { insertRecovery } from '../store/recoveries.ts';
import { recordDecision } from '../store/recovery-decisions.ts';
import { insertRetained } from '../store/retained.ts';
import type { Store } from '../store/store.ts';
import { purgeActions } from './purge-actions.ts';
import { purgeRecoveries } from './purge-recoveries.ts';

const purgeAll = async () => await purgeRecoveries(store, age, await longestWindowMs(store.db));

let store: Store;
let close: () => Promise<void>;

const OLD = 1000;
const NEW = 900_000;
const age = { before: 500_000, now: 1_000_000 };

beforeEach(async () => {
  ({ store, close } = await openTestStore());
});

afterEach(() => close());

describe('actions', () => {
  async function add(
    target: string,
    {
      madeAt = OLD,
      endedAt = madeAt,
      ...more
    }: { madeAt?: number; endedAt?: number | null } & Partial<NewAction>,
  ): Promise<string> {
    const action = newAction('DO', { target, ...more });
    await store.write(async (tx) => {
      await insertActions(tx, [action], madeAt);
      const step = {
        action_id: action.id,
        name: 'one',
        kind: 'step',
        state: 'DONE',
        result: '1',
        epoch: 1,
        at: 1,
      };
      await tx.db.insertInto('action_step').values(step).execute();
      if (endedAt === null) return;
      const ended = { status: 'SUCCEEDED' as const, ended_at: endedAt };
      await tx.db.updateTable('action').set(ended).where('id', '=', action.id).execute();
    });
    return action.id;
  }

  const left = async () => {
    const rows = await store.db.selectFrom('action').select('target').orderBy('seq').execute();
    return rows.map(({ target }) => target);
  };

  test('go with what they started and their steps, and none that runs, or ended only now', async () => {
    const root = await add('root', {});
    const child = await add('child', { parentId: root });
    await add('grandchild', { parentId: child });
    await add('runs', { endedAt: null });
    const running = await add('began long ago', { endedAt: NEW });
    await add('child of one that ended now', { parentId: running });
    await add('new', { madeAt: NEW });
    expect(await purgeActions(store, age)).toBe(3);
    expect(await left()).toEqual(['runs', 'began long ago', 'child of one that ended now', 'new']);
    expect(await store.db.selectFrom('action_step').select('action_id').execute()).toHaveLength(4);
    expect(await purgeActions(store, age)).toBe(0);
  });

  test('of many the old ones go, also behind those that were made while the clock was ahead', async () => {
    const many = Array.from({ length: 1500 }, () => newAction('DO', { target: 'ahead' }));
    await store.write((tx) => insertActions(tx, many, age.now * 10));
    await store.write((tx) =>
      tx.db
        .updateTable('action')
        .set({ ended_at: age.now * 10 })
        .execute(),
    );
    await add('old', {});
    await add('new', { madeAt: NEW });
    await add('made while the clock was behind', { madeAt: 1, endedAt: 1 });
    expect(await purgeActions(store, age)).toBe(1501);
    expect(await left()).toEqual(['new', 'made while the clock was behind']);
  });

  test('stay as long as a recovery names them, with those that started them', async () => {
    const root = await add('CLUSTER_RECOVER', {});
    const child = await add('NODE_RECOVER', { parentId: root });
    await add('other', {});
    const recovery = await addRecovery({ nodeId: 'gone', closedAt: OLD });
    await store.write((tx) =>
      tx.db.updateTable('recovery').set({ action_id: child }).where('id', '=', recovery).execute(),
    );
    expect(await purgeActions(store, age)).toBe(1);
    expect(await left()).toEqual(['CLUSTER_RECOVER', 'NODE_RECOVER']);
    expect(await purgeAll()).toBe(1);
    expect(await purgeActions(store, age)).toBe(2);
  });
});

describe('recoveries', () => {
  const left = async () => {
    const rows = await store.db.selectFrom('recovery').select('id').execute();
    return rows.map(({ id }) => id).sort();
  };

  test('of nodes that are gone go with their decisions, and none that is open, new, or has something kept', async () => {
    await addRecovery({ nodeId: 'a', closedAt: OLD });
    const stay = [
      await addRecovery({ nodeId: 'a', closedAt: null }),
      await addRecovery({ nodeId: 'b', closedAt: NEW }),
      await addRecovery({ nodeId: 'c', closedAt: OLD }),
    ];
    await store.write((tx) =>
      insertRetained(tx, {
        ...testSession,
        id: randomUUID(),
        nodeId: 'c',
        nodeName: 'c',
        clusterId: null,
        recoveryId: stay[2] ?? '',
        profileType: 'test.node-1.0',
        physicalId: 'p',
        data: {},
        stoppedAt: OLD,
        until: OLD,
      }),
    );
    expect(await purgeAll()).toBe(1);
    expect(await left()).toEqual([...stay].sort());
    expect(await store.db.selectFrom('recovery_decision').select('recovery_id').execute()).toHaveLength(3);
  });

  test('of a node that is there the last one of each result stays, and one whose failed hook is open', async () => {
    const { id: nodeId } = await addNode();
    await addRecovery({ nodeId, closedAt: OLD, state: 'EXHAUSTED' });
    await addRecovery({ nodeId, closedAt: OLD + 1, state: 'RECOVERED' });
    const hook = await addRecovery({ nodeId, closedAt: OLD + 2, state: 'RECOVERED' });
    await store.write((tx) =>
      tx.db.updateTable('recovery').set({ hook_failure: '{}' }).where('id', '=', hook).execute(),
    );
    const stay = [
      hook,
      await addRecovery({ nodeId, closedAt: OLD + 3, state: 'EXHAUSTED' }),
      await addRecovery({ nodeId, closedAt: OLD + 4, state: 'RECOVERED' }),
    ];
    expect(await purgeAll()).toBe(2);
    expect(await left()).toEqual([...stay].sort());
  });

  test('stay as far back as a health policy counts', async () => {
    const { id: nodeId, clusterId } = await addNode();
    const old = await addRecovery({ nodeId, closedAt: age.now - 700_000, state: 'EXHAUSTED' });
    await addRecovery({ nodeId, closedAt: NEW, state: 'EXHAUSTED' });
    await attachPolicy(clusterId ?? '', {
      recovery: { actions: [{ name: 'REBOOT' }], retry: { window: 800 } },
    });
    expect(await purgeAll()).toBe(0);
    await store.write((tx) => tx.db.deleteFrom('cluster_policy').execute());
    expect(await purgeAll()).toBe(1);
    expect(await left()).not.toContain(old);
  });
});

async function addRecovery({
  nodeId,
  closedAt,
  state = 'EXHAUSTED',
}: {
  readonly nodeId: string;
  readonly closedAt: number | null;
  readonly state?: string;
}): Promise<string> {
  const id = randomUUID();
  const failure = { class: 'SERVER_ERROR', reason: 'broken' };
  const of = { id, nodeId, nodeName: 'n', clusterId: null, policyId: null, failure };
  await store.write(async (tx) => {
    await insertRecovery(tx, { ...testSession, ...of, failedAt: 1, openedAt: 1, plan: {} });
    await recordDecision(tx, id, 'open', 'broken', 1);
    if (closedAt === null) return;
    const closed = { state: state as 'EXHAUSTED', closed_at: closedAt };
    await tx.db.updateTable('recovery').set(closed).where('id', '=', id).execute();
  });
  return id;
}

async function addNode() {
  const profile = aProfile();
  const cluster = aCluster({ profileId: profile.id });
  const node = aNode({ profileId: profile.id, clusterId: cluster.id });
  await store.write(async (tx) => {
    await insertProfile(tx, profile);
    await insertCluster(tx, cluster);
    await insertNodes(tx, [node]);
  });
  return node;
}

async function attachPolicy(clusterId: string, more: JsonObject): Promise<void> {
  const detection = { interval: 60, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] };
  const properties = { detection, ...more };
  const policy = aPolicy({ spec: { type: 'senlin.policy.health', version: '1.3', properties } });
  await store.write(async (tx) => {
    await insertPolicy(tx, policy);
    await insertBinding(tx, aBinding({ clusterId, policyId: policy.id }));
  });
}
