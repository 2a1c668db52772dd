/**
 * The policy with which Senlin's specification describes a recovery: REBUILD, then the user's workflow
 * `node_migration` with a host to go to; and what becomes of it where the workflow does not end well.
 */
import { expect } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { eventually } from '../../support/eventually.ts';
import { read } from '../../examples/sample.ts';
import type { Recovery } from '../coppice/coppice-process.ts';
import { applicationCredential } from './evacuate.ts';
import { outlineOf, type RecoveryWorld } from './recovery-world.ts';

const detection = {
  interval: 2,
  node_update_timeout: 60,
  detection_modes: [{ type: 'NODE_STATUS_POLLING' }],
};

/** The outline of the recovery of `rebuildAndMigrate` where nothing is in the way. */
export const migrated: readonly string[] = ['actions[0] REBUILD SUCCEEDED', 'migration WORKFLOW SUCCEEDED'];

/** A server in ERROR is rebuilt, and moved to the other host. @returns the outline of its recovery. */
export async function rebuildAndMigrate(world: RecoveryWorld): Promise<readonly string[]> {
  const { cloud, workflows } = world;
  await workflows.create(['node_migration'], read('node-migration', 'workflow.yaml'));
  const credential = await applicationCredential(cloud);
  const { metadata } = credential;
  const inputs = {
    // Nova's scheduler has chosen compute1 or compute2.
    host: '<% $.cluster.metadata.target_host %>',
    identity_url: cloud.lab.authUrl,
    compute_url: `${cloud.lab.endpoints.get('compute')}/v2.1`,
    credential_id: metadata['openstack_credential_id'] ?? null,
    credential_secret: metadata['openstack_credential_secret'] ?? null,
    wait_seconds: 1,
  };
  // A service that is killed loses what it had under way: the workflow can be run again.
  const again = { timeout: 90, attempts: 5, backoff: { delay: 5 } };
  const params = { workflow_name: 'node_migration', inputs };
  const migration = { name: 'WORKFLOW', id: 'migration', ...again, params };
  const recovery = { actions: [{ name: 'REBUILD', ...again }, migration] };
  const cluster = await world.cluster('migrate', 1, { detection, recovery });
  try {
    const [node] = cluster.nodes;
    if (node === undefined || node.physical_id === null) throw new Error('the node has no server');
    const from = await cloud.hostOf(node.physical_id);
    const to = from === 'compute1' ? 'compute2' : 'compute1';
    await world.coppice.act('PATCH', `/v1/clusters/${cluster.name}`, {
      cluster: { metadata: { target_host: to } },
    });
    await cloud.actOnServer(node.physical_id, { 'os-resetState': { state: 'error' } });
    const closed = await world.followRecovery(node);
    expect({ ...closed, class: closed.failure.class }, closed.reason).toMatchObject({
      class: 'SERVER_ERROR',
      state: 'RECOVERED',
    });
    const [output] = closed.steps
      .filter(
        ({ item, state, purpose }) => item === 'migration' && state === 'SUCCEEDED' && purpose === 'action',
      )
      .map((step) => step.output);
    expect([
      { from, to, how: 'live migration' },
      { from: to, to, how: 'it was there' },
    ]).toContainEqual(output);
    expect(await cloud.hostOf(node.physical_id)).toBe(to);
    const actions = await cloud.actionsOf(node.physical_id);
    expect(actions.filter((action) => action === 'rebuild')).toHaveLength(1);
    const moves = actions.filter((action) => action === 'live-migration');
    const runs = closed.steps.filter(({ item, purpose }) => item === 'migration' && purpose === 'action');
    expect(moves.length, 'each run moves it once at most').toBeLessThanOrEqual(runs.length);
    expect(moves).not.toEqual([]);
    await world.expectOneServerEach(cluster);
    return outlineOf(closed);
  } finally {
    await world.remove(cluster);
    await credential.remove();
  }
}

/** A workflow that does not simply succeed, and what the recovery becomes. */
export interface Misfortune {
  readonly name: string;
  /** null: the workflow does not exist. */
  readonly definition: string | null;
  /** Seconds that the step may take. */
  readonly timeout: number;
  readonly recovery: string;
  readonly step: string;
  readonly reason: RegExp;
  /** The state in which the execution is left; null: there is none. */
  readonly execution: string | null;
  /** What the operator does while the workflow runs. */
  readonly meanwhile?: (world: RecoveryWorld, workflow: string) => Promise<void>;
}

export const misfortunes: readonly Misfortune[] = [
  {
    name: 'fails',
    definition: `
      tasks:
        refuse: {action: std.noop, on-success: [fail(msg="the rack is locked")]}`,
    timeout: 60,
    recovery: 'EXHAUSTED',
    step: 'FAILED',
    reason: /the rack is locked/,
    execution: 'ERROR',
  },
  {
    name: 'hangs',
    definition: `
      tasks:
        wait: {action: std.async_noop}`,
    timeout: 2,
    recovery: 'EXHAUSTED',
    step: 'FAILED',
    reason: /not done within 2 s/,
    execution: 'CANCELLED',
  },
  {
    name: 'pauses, and is resumed',
    definition: `
      tasks:
        ask: {action: std.noop, on-success: [pause, go_on]}
        go_on: {action: std.noop}`,
    timeout: 120,
    recovery: 'RECOVERED',
    step: 'SUCCEEDED',
    reason: /./,
    execution: 'SUCCESS',
    meanwhile: async ({ workflows }, workflow) => {
      const { id } = await eventually(
        `an execution of ${workflow}`,
        async () => (await workflows.executionsOf(workflow))[0],
        60_000,
        100,
      );
      await workflows.executionIs(id, 'PAUSED');
      await workflows.resume(id);
    },
  },
  {
    name: 'does not exist',
    definition: null,
    timeout: 60,
    recovery: 'EXHAUSTED',
    step: 'FAILED',
    reason: /no workflow/,
    execution: null,
  },
];

/** REBUILD, then the workflow; the server is in ERROR. */
export async function rebuildWithMisfortune(world: RecoveryWorld, misfortune: Misfortune): Promise<Recovery> {
  const { cloud, workflows } = world;
  const name = `misfortune_${Date.now().toString(36)}`;
  if (misfortune.definition !== null)
    await workflows.create([], `version: '2.0'\n${name}:${misfortune.definition}\n`);
  const { timeout } = misfortune;
  const item: JsonObject = { name: 'WORKFLOW', id: 'user', timeout, params: { workflow_name: name } };
  const recovery = { actions: [{ name: 'REBUILD' }, item], retry: { episodes: 1 } };
  const cluster = await world.cluster('misfortune', 1, { detection, recovery });
  try {
    const [node] = cluster.nodes;
    if (node === undefined || node.physical_id === null) throw new Error('the node has no server');
    await cloud.actOnServer(node.physical_id, { 'os-resetState': { state: 'error' } });
    const meanwhile = misfortune.meanwhile?.(world, name);
    const closed = await world.followRecovery(node);
    await meanwhile;
    const step = closed.steps.find(({ item: of }) => of === 'user');
    expect({ recovery: closed.state, step: step?.state }, step?.reason).toEqual({
      recovery: misfortune.recovery,
      step: misfortune.step,
    });
    expect(step?.reason).toMatch(misfortune.reason);
    const executions = await workflows.executionsOf(name);
    expect(executions.map(({ state }) => state)).toEqual(
      misfortune.execution === null ? [] : [misfortune.execution],
    );
    return closed;
  } finally {
    await world.remove(cluster);
  }
}
