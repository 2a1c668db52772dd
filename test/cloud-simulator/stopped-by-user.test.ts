/** A Coppice process whose policy leaves alone what users have stopped in Nova. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import { faultSchema } from '../../src/cloud-simulator/faults.ts';
import { CloudParts } from '../lab/coppice/cloud-parts.ts';
import { CoppiceProcess } from '../lab/coppice/coppice-process.ts';
import {
  leaveStoppedUntilStarted,
  prepareStopped,
  recoverOwnStop,
  recoverPausedOnRequest,
  seeStoppedWithoutHealer,
  serverNodeAt,
} from '../lab/coppice/leave-stopped.ts';
import { Lab } from '../lab/lab.ts';

const password = 'lab';
let simulator: CloudSimulator;
let coppice: CoppiceProcess;
let cloud: CloudParts;

beforeAll(async () => {
  const settings = { latency: { answer_ms: 0, operation_ms: 20 }, routers: false };
  simulator = await startCloudSimulator({ settings, password });
  const lab = new Lab({ authUrl: `${simulator.url}/identity/v3`, password });
  await lab.connect();
  cloud = new CloudParts(lab);
  coppice = await CoppiceProcess.start(lab);
  await prepareStopped(coppice);
}, 60_000);
afterAll(async () => {
  await coppice.stop();
  await simulator.close();
});

test('a server that a user stopped is left alone, with who, when and what to do, until it is started', async () => {
  await leaveStoppedUntilStarted(coppice, cloud);
}, 90_000);

test('a process that does not heal shows why it is left alone', async () => {
  await seeStoppedWithoutHealer(coppice, cloud);
}, 90_000);

test('a stop of a user after an operation that Nova refused is left alone', async () => {
  const node = await serverNodeAt(coppice, 0);
  const target = node.physical_id;
  simulator.world.faults.add(
    faultSchema.parse({ service: 'compute', operation: 'stop', kind: 'error', status: 409, target }),
  );
  const refused = coppice.act('POST', `/v1/nodes/${node.id}/ops`, { stop: {} });
  await expect(refused).rejects.toThrow('FAILED');
  await leaveStoppedUntilStarted(coppice, cloud, 3);
}, 90_000);

test('it is recovered nevertheless when an operator asks for it', async () => {
  await recoverPausedOnRequest(coppice, cloud);
}, 90_000);

test('what Coppice has stopped itself, and a guest that has shut down, is recovered', async () => {
  await recoverOwnStop(coppice);
  const node = await serverNodeAt(coppice, 2);
  const server = simulator.world.servers.find(node.physical_id);
  if (server === undefined) throw new Error('the server is gone');
  simulator.world.servers.setState(server, 'stopped', null);
  expect(await coppice.closedRecovery(node, 2)).toMatchObject({ state: 'RECOVERED' });
}, 90_000);
