/** What users stop in a real Nova is left alone: `npm run test:lab -- stopped-by-user`. */
import { afterAll, beforeAll, test } from 'vitest';
import { CloudParts } from './coppice/cloud-parts.ts';
import { CoppiceProcess } from './coppice/coppice-process.ts';
import {
  CLUSTER,
  leaveStoppedUntilStarted,
  prepareStopped,
  recoverOwnStop,
  recoverPausedOnRequest,
} from './coppice/leave-stopped.ts';
import { Lab } from './lab.ts';
import { missingServices } from './missing-services.ts';

const lab = new Lab();
let coppice: CoppiceProcess;

beforeAll(async () => {
  await lab.connect();
  coppice = await CoppiceProcess.start(lab);
});
afterAll(() => coppice.stop());

test('Coppice leaves alone what a user has stopped, and recovers what it has stopped itself', async (context) => {
  const missing = missingServices(lab, ['compute', 'image', 'network']);
  context.skip(missing !== '', missing);
  const cloud = new CloudParts(lab);
  await prepareStopped(coppice);
  await leaveStoppedUntilStarted(coppice, cloud);
  await recoverPausedOnRequest(coppice, cloud);
  await recoverOwnStop(coppice);
  await coppice.act('DELETE', `/v1/clusters/${CLUSTER}`);
});
