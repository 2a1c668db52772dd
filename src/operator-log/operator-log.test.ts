import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { HealingScene } from '../../test/support/healing-scene.ts';
import type { JsonObject } from '../domain/json.ts';
import { insertEvent } from '../store/events.ts';
import { OperatorLog } from './operator-log.ts';

let opened: TestStore;
let operatorLog: OperatorLog;
let lines: { level: string; details: object; message: string }[];

beforeEach(async () => {
  opened = await openTestStore();
  lines = [];
  const at = (level: string) => (details: object, message: string) =>
    void lines.push({ level, details, message });
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  operatorLog = new OperatorLog(opened.store, log);
  await operatorLog.start();
});

afterEach(async () => {
  await operatorLog.stop();
  await opened.close();
});

const reboot = { actions: [{ name: 'REBOOT', timeout: 30 }] };

function prepare(
  size: number,
  recovery: JsonObject = reboot,
  safety: JsonObject = {},
): Promise<HealingScene> {
  return HealingScene.prepare(opened.store, size, recovery, { safety });
}

const said = () => lines.map(({ level, message }) => `${level} ${message}`);

test('a recovery is logged from its opening to its end, with the ids to ask for', async () => {
  const scene = await prepare(2);
  await scene.fail('web-1');
  await scene.round();
  await scene.recover();
  expect(said()).toEqual([
    expect.stringMatching(/^warn Recovery opened for web-1: [A-Z_]+: ./),
    expect.stringMatching(/^info Recovery step ended for web-1: REBOOT: SUCCEEDED/),
    expect.stringMatching(/^info Recovery step ended for web-1: VERIFY: SUCCEEDED/),
    expect.stringMatching(/^info Recovered web-1: ./),
  ]);
  expect(lines[0]?.details).toEqual({
    recovery_id: expect.any(String),
    node_id: expect.any(String),
    cluster_id: expect.any(String),
    cluster: expect.any(String),
  });
});

test('a recovery that fails, and the quarantine that follows, are errors', async () => {
  const scene = await prepare(2, { ...reboot, retry: { episodes: 1 } });
  scene.cloud.fail('reboot web-1');
  await scene.fail('web-1');
  await scene.round();
  await scene.recover();
  expect(said().slice(1)).toEqual([
    expect.stringMatching(/^warn Recovery step ended for web-1: REBOOT: FAILED: ./),
    expect.stringMatching(/^error Recovery failed for web-1: ./),
    expect.stringMatching(/^error Quarantined web-1: ./),
  ]);
});

test('a gate that holds a recovery is a warning that names the gate', async () => {
  const scene = await prepare(4, reboot, { max_unhealthy: { percent: 10, at_least: 1 } });
  await scene.fail('web-2');
  await scene.fail('web-1');
  await scene.round();
  const held = lines.find(({ message }) => message.startsWith('Recovery held for web-1: '));
  expect(held).toMatchObject({ level: 'warn', details: { gate: 'max_unhealthy' } });
});

test('an action that failed is an error with its id; a start is for debugging', async () => {
  const event = {
    timestamp: 1,
    otype: 'CLUSTER',
    oid: 'c1',
    oname: 'web',
    clusterId: 'c1',
    action: 'CLUSTER_UPDATE',
    metaData: { action_id: 'a1' },
    project: 'local',
    user: 'local',
  } as const;
  await opened.store.write(async (tx) => {
    await insertEvent(tx, { ...event, id: 'e1', level: 'INFO', status: 'start', statusReason: 'a1' });
    await insertEvent(tx, { ...event, id: 'e2', level: 'ERROR', status: 'error', statusReason: 'no image' });
  });
  await operatorLog.stop();
  expect(said()).toEqual([
    'debug CLUSTER_UPDATE of web: started: a1',
    'error CLUSTER_UPDATE of web: failed: no image',
  ]);
  expect(lines[1]?.details).toEqual({ cluster_id: 'c1', action_id: 'a1' });
});
