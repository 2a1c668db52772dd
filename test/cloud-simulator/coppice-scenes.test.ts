/** The scenes of a Coppice process that `npm run test:lab` plays on a real OpenStack, on the simulator. */
import { afterAll, beforeAll, test } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import { CloudParts } from '../lab/coppice/cloud-parts.ts';
import { CoppiceProcess } from '../lab/coppice/coppice-process.ts';
import { coppiceScenes } from '../lab/coppice/coppice-scenes.ts';
import { Lab } from '../lab/lab.ts';

const password = 'lab';
let simulator: CloudSimulator;
let lab: Lab;
let coppice: CoppiceProcess;

beforeAll(async () => {
  simulator = await startCloudSimulator({
    // Without routers, as the lab.
    settings: { latency: { answer_ms: 0, operation_ms: 100 }, routers: false },
    password,
  });
  lab = new Lab({ authUrl: `${simulator.url}/identity/v3`, password });
  await lab.connect();
  coppice = await CoppiceProcess.start(lab);
}, 60_000);
afterAll(async () => {
  await coppice.stop();
  await simulator.close();
});

test.concurrent.each(coppiceScenes)(
  'Coppice $name',
  async ({ play }) => {
    await play(coppice, new CloudParts(lab));
  },
  120_000,
);
