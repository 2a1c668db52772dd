/** A server whose database takes nothing: no view says of a node what was recorded before. */
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { HealingScene, idOf } from '../../test/support/healing-scene.ts';
import { joined } from '../../test/support/membership.ts';
import { http } from '../../test/support/probe.ts';
import { TestServer } from '../../test/support/test-server.ts';
import { CoppiceError } from '../domain/errors.ts';
import { recoveryMetrics } from '../metrics/recovery-metrics.ts';
import { registryOf } from '../profiles/registry.ts';
import type { Store } from '../store/store.ts';
import { Healer } from './healer.ts';

const full = 'No space is left on the disk.';
let server: TestServer;
let scene: HealingScene;
let healer: Healer;
let isFull: boolean;

/** As a store whose disk may become full. */
function fillable(store: Store): Store {
  return new Proxy(store, {
    get(target, key) {
      if (key === 'writeFailure') return isFull ? full : undefined;
      if (key === 'write' && isFull) return () => Promise.reject(new CoppiceError('storage-full', full));
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}

beforeEach(async () => {
  isFull = false;
  server = await TestServer.start({
    tools: {
      lastRecord: (id) => healer.lastRecord(id),
      outdatedBecause: (id) => healer.outdatedBecause(id),
    },
  });
  (server.tools as { store: Store }).store = fillable(server.store);
  const detection = {
    interval: 1,
    node_update_timeout: 0,
    detection_modes: [{ type: 'NODE_STATUS_POLLING' }],
  };
  scene = await HealingScene.prepare(server.store, 2, { actions: [{ name: 'REBOOT' }] }, { detection });
  healer = new Healer({
    store: fillable(server.store),
    membership: await joined(server.store),
    http,
    profileTypes: registryOf([scene.cloud.type]),
    log: { info: () => {}, error: () => {} },
  });
  await healer.start();
});

afterEach(async () => {
  isFull = false;
  await healer.stop();
  await server.stop();
});

async function view(path: string): Promise<Record<string, unknown>> {
  const { body } = await server.ask('GET', path);
  return Object.values(body as Record<string, Record<string, unknown>>)[0] ?? {};
}

/** The scene's own records have no detectors. */
function isProbed(name: string): boolean {
  return (healer.lastRecord(idOf(name))?.detectors.length ?? 0) > 0;
}

test('a node that dies while nothing can be recorded is UNKNOWN in every view, with what was found', async () => {
  const registry = new Registry();
  const stop = recoveryMetrics(registry, server.store, () => healer.countOutdated());
  await eventually('the first probes', () => ['web-1', 'web-2'].every(isProbed), 30_000);
  isFull = true;
  scene.cloud.break(idOf('web-1'));
  await eventually('the probe that finds it', () => healer.outdatedBecause(idOf('web-1')) !== null, 30_000);

  expect(await view(`/v1/nodes/${idOf('web-1')}`)).toMatchObject({
    health: 'UNKNOWN',
    health_reason: expect.stringContaining('could not be recorded: ') as string,
  });
  expect(await view(`/v1/nodes/${idOf('web-1')}/health`)).toMatchObject({
    current: false,
    health: 'UNKNOWN',
    standing: 'UNKNOWN',
    reason: expect.stringMatching(
      /could not be recorded: .*; its last recorded probe, .* found HEALTHY/,
    ) as string,
  });
  expect(await view(`/v1/nodes/${idOf('web-2')}/health`)).toMatchObject({ health: 'HEALTHY', current: true });
  expect(await view(`/v1/clusters/${scene.cluster.id}`)).toMatchObject({ health: 'UNKNOWN' });
  const ofCluster = await view(`/v1/clusters/${scene.cluster.id}/health`);
  expect((ofCluster['problems'] as string[])[0]).toBe(
    `nothing is recorded or recovered until an operator has acted: ${full}`,
  );
  expect(await view('/v1/health')).toMatchObject({ server_problem: full, counts: { healthy: 0 } });
  const metrics = await registry.metrics();
  expect(metrics).toContain('coppice_nodes{health="HEALTHY"} 1');
  expect(metrics).toContain('coppice_nodes{health="UNKNOWN"} 1');
  stop();

  isFull = false;
  await eventually(
    'what is found is recorded again',
    () => healer.outdatedBecause(idOf('web-1')) === null,
    30_000,
  );
  expect(await view('/v1/health')).toMatchObject({ server_problem: null });
});
