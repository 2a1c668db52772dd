/** Updates of servers of a simulated cloud, by the action, also by a process that dies at any commit. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CrashingRun, type Crash } from '../../../test/support/crashing-run.ts';
import { newAction } from '../../../test/support/new-action.ts';
import { NovaNodes } from '../../../test/support/nova-nodes.ts';
import { openTestStore } from '../../../test/support/backends.ts';
import { probe } from '../../../test/support/probe.ts';
import { owner } from '../../../test/support/test-engine.ts';
import { onNode } from '../../domain/action-requests.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Node, Profile } from '../../domain/model.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { registryOf } from '../../profiles/registry.ts';
import { insertActions } from '../../store/actions.ts';
import type { Ending } from '../../store/action-claims.ts';
import { getNode, insertNodes } from '../../store/nodes.ts';
import { insertProfile } from '../../store/profiles.ts';
import type { Store } from '../../store/store.ts';
import type { Probe } from '../recovery-probe.ts';
import { nodeUpdate } from './node-update.ts';

const start = Date.parse('2026-11-29T12:00:00Z');
const base = { flavor: 'm1.tiny', image: 'debian', networks: [{ network: 'private' }] };
const everything = {
  name: 'db',
  metadata: { tier: 'back' },
  image: 'ubuntu',
  networks: [{ network: 'front' }],
  flavor: 'm1.small',
};
/** What is done for it, before the resize is confirmed or reverted. */
const allChanges = ['create', 'rebuild', 'detach_interface', 'attach_interface', 'resize'];

let cloud: NovaNodes;
let store: Store;
let close: () => Promise<void>;

beforeEach(async () => {
  cloud = await NovaNodes.start();
  ({ store, close } = await openTestStore());
});
afterEach(async () => {
  await close();
  await cloud.stop();
});

async function profile(id: string, properties: JsonObject): Promise<void> {
  const spec = {
    type: 'os.nova.server',
    version: '1.0',
    properties: { ...base, ...properties },
  };
  const row: Profile = {
    ...owner,
    id,
    name: id,
    type: 'os.nova.server-1.0',
    spec,
    metadata: {},
    createdAt: start,
    updatedAt: null,
  };
  await store.write((tx) => insertProfile(tx, row));
}

/** A node with its server, and the profiles old and new; its update is queued. */
async function queued(to: JsonObject, timeout = 3600): Promise<Node> {
  const made = await cloud.created(base);
  await profile('old', {});
  await profile('new', to);
  const node: Node = {
    ...owner,
    id: made.id,
    name: made.name,
    clusterId: null,
    profileId: 'old',
    index: -1,
    role: '',
    physicalId: made.physicalId,
    status: 'ACTIVE',
    statusReason: '',
    metadata: {},
    data: made.data,
    dependents: {},
    tainted: false,
    initAt: start,
    createdAt: start,
    updatedAt: null,
  };
  const action = {
    ...newAction('NODE_UPDATE'),
    ...onNode('NODE_UPDATE', node, { new_profile_id: 'new' }),
    timeout,
  };
  await store.write(async (tx) => {
    await insertNodes(tx, [node]);
    await insertActions(tx, [action], start);
  });
  return node;
}

function run(crash: Crash | null = null, by: Probe = probe): CrashingRun {
  const services = { store, profileTypes: registryOf([cloud.type]), probe: by };
  return new CrashingRun(store, nodeUpdate(services), start, crash);
}

async function ended(node: Node): Promise<Node> {
  const row = await getNode(store.db, node.id);
  if (row === undefined) throw new Error('the node is gone');
  return row;
}

const unhealthy: Verdict = { health: 'unhealthy', failure: 'PROCESS_EXITED', reason: 'answers 500' };
/** As the policy of the node sees it, and not its profile: there is nothing to wait for. */
const seesUnhealthy: Probe = () => Promise.resolve(unhealthy);

describe('an update in place', () => {
  test('changes the server, verifies it, and confirms its resize', async () => {
    const node = await queued(everything);
    const ending = await run().toTheEnd();
    expect(ending).toMatchObject({
      status: 'SUCCEEDED',
      outputs: { update: { way: 'IN_PLACE', changes: ['image', 'metadata', 'networks', 'flavor'] } },
    });
    expect(await ended(node)).toMatchObject({
      status: 'ACTIVE',
      statusReason: 'Update succeeded',
      profileId: 'new',
      physicalId: node.physicalId,
    });
    expect(cloud.serverOf(node)).toMatchObject({ name: 'db', flavor: 'm1.small', vmState: 'active' });
    expect(cloud.mutations).toEqual([...allChanges, 'confirmResize']);
  });

  test('replaces the server for what Nova cannot change, and says why', async () => {
    const node = await queued({ key_name: 'k' });
    expect(await run().toTheEnd()).toMatchObject({
      status: 'SUCCEEDED',
      outputs: { update: { way: 'REPLACE', reason: 'key_name cannot be changed in place' } },
    });
    expect((await ended(node)).physicalId).not.toBe(node.physicalId);
    expect(cloud.mutations).toEqual(['create', 'delete', 'create']);
  });

  test.each(['error', 'deleted'] as const)('replaces a server that is %s', async (state) => {
    const node = await queued({ flavor: 'm1.small' });
    const { servers } = cloud.simulator.world;
    if (state === 'deleted') servers.remove(cloud.serverOf(node));
    else servers.setState(cloud.serverOf(node), 'error', 'broken');
    expect(await run().toTheEnd()).toMatchObject({
      status: 'SUCCEEDED',
      outputs: { update: { way: 'REPLACE' } },
    });
    expect((await ended(node)).profileId).toBe('new');
  });

  test('keeps a server that would have to be replaced while no host is up, and the old profile', async () => {
    const node = await queued({ key_name: 'k' });
    const { hosts } = cloud.simulator.world;
    for (const host of hosts.all) hosts.change(host, { isUp: false });
    const ending = await run().toTheEnd();
    expect(ending.status).toBe('FAILED');
    expect(ending.reason).toMatch(/^the old node is kept, .*: no compute host is up: host compute1 is down/);
    expect(await ended(node)).toMatchObject({ profileId: 'old', physicalId: node.physicalId });
    expect(cloud.mutations).toEqual(['create']);
  });

  test('takes a flavor back with which the node is not healthy, and keeps the old profile', async () => {
    const node = await queued({ flavor: 'm1.small', metadata: { tier: 'back' } });
    const ending = await run(null, seesUnhealthy).toTheEnd();
    expect(ending.status).toBe('FAILED');
    expect(ending.reason).toMatch(
      /^the node is not healthy .* after it was changed to the new profile: answers 500 \(flavor was taken back; changed before: metadata\)$/,
    );
    expect(await ended(node)).toMatchObject({
      status: 'ERROR',
      profileId: 'old',
      physicalId: node.physicalId,
    });
    expect(cloud.serverOf(node)).toMatchObject({ vmState: 'active', flavor: 'm1.tiny' });
    expect(cloud.mutations).toEqual(['create', 'resize', 'revertResize']);
  });

  test('takes a flavor back that cannot be confirmed', async () => {
    const node = await queued({ flavor: 'm1.small' });
    cloud.fault({ operation: 'confirmResize', kind: 'error', status: 500, message: 'No way.' });
    const ending = await run().toTheEnd();
    expect(ending.reason).toMatch(/could not be confirmed: .* 500 No way\..*\(flavor was taken back\)$/);
    expect(cloud.serverOf(node)).toMatchObject({ vmState: 'active', flavor: 'm1.tiny' });
  });

  test('says what was changed before it failed, and continues from there when it is asked for again', async () => {
    const node = await queued(everything);
    cloud.fault({ operation: 'resize', kind: 'error', status: 403, message: 'Quota exceeded for cores.' });
    const ending = await run().toTheEnd();
    expect(ending.reason).toMatch(
      /403 Quota exceeded for cores\..* \(changed before: image, metadata, networks\)$/,
    );
    expect(await ended(node)).toMatchObject({ status: 'ERROR', profileId: 'old' });
    const again = { ...newAction('NODE_UPDATE'), ...onNode('NODE_UPDATE', node, { new_profile_id: 'new' }) };
    await store.write((tx) => insertActions(tx, [again], start));
    expect((await run().toTheEnd()).status).toBe('SUCCEEDED');
    expect(cloud.mutations).toEqual([...allChanges, 'confirmResize']);
  });

  test('that is cancelled in the middle of a resize takes it back', async () => {
    const node = await queued({ flavor: 'm1.small' });
    // The second claim comes after the pause of the verification.
    expect((await run().toTheEnd(2)).status).toBe('CANCELLED');
    expect(cloud.serverOf(node)).toMatchObject({ vmState: 'active', flavor: 'm1.tiny' });
    expect(await ended(node)).toMatchObject({ status: 'ERROR', profileId: 'old' });
  });
});

describe('killed at any commit', () => {
  async function commitsOf(by: Probe = probe): Promise<number> {
    await queued(everything);
    const whole = run(null, by);
    await whole.toTheEnd();
    return whole.commits;
  }

  /** Each on a cloud and a database of its own. */
  async function atEachCommit(
    by: Probe,
    check: (node: Node, ending: Ending) => Promise<void>,
  ): Promise<void> {
    const commits = await commitsOf(by);
    expect(commits).toBeGreaterThan(8);
    for (let commit = 1; commit <= commits; commit += 1)
      for (const when of ['before', 'after'] as const) {
        await close();
        await cloud.stop();
        cloud = await NovaNodes.start();
        ({ store, close } = await openTestStore());
        const node = await queued(everything);
        const crashing = run({ commit, when }, by);
        const ending = await crashing.toTheEnd();
        expect(crashing.crashes).toBe(1);
        await check(node, ending);
      }
  }

  test('an update ends as without a crash, and does nothing twice', { timeout: 120_000 }, async () => {
    await atEachCommit(probe, async (node, ending) => {
      expect(ending.status).toBe('SUCCEEDED');
      expect(await ended(node)).toMatchObject({ status: 'ACTIVE', profileId: 'new' });
      expect(cloud.serverOf(node)).toMatchObject({ name: 'db', flavor: 'm1.small', vmState: 'active' });
      expect(cloud.mutations).toEqual([...allChanges, 'confirmResize']);
    });
  });

  test('an update that is taken back ends as without a crash', { timeout: 120_000 }, async () => {
    await atEachCommit(seesUnhealthy, async (node, ending) => {
      expect(ending.status).toBe('FAILED');
      expect(await ended(node)).toMatchObject({ status: 'ERROR', profileId: 'old' });
      expect(cloud.serverOf(node)).toMatchObject({ flavor: 'm1.tiny', vmState: 'active' });
      expect(cloud.mutations).toEqual([...allChanges, 'revertResize']);
    });
  });
});
