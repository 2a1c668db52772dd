/** A real Coppice process against a real OpenStack. */
import { afterAll, beforeAll, test } from 'vitest';
import { CloudParts } from './coppice/cloud-parts.ts';
import { CoppiceProcess } from './coppice/coppice-process.ts';
import { coppiceScenes } from './coppice/coppice-scenes.ts';
import { Lab } from './lab.ts';
import { missingServices } from './missing-services.ts';

const lab = new Lab();
let coppice: CoppiceProcess;

beforeAll(async () => {
  await lab.connect();
  coppice = await CoppiceProcess.start(lab);
});
afterAll(() => coppice.stop());

test.for(coppiceScenes)('Coppice $name', async ({ play, needs }, context) => {
  const missing = missingServices(lab, needs);
  context.skip(missing !== '', missing);
  await play(coppice, new CloudParts(lab));
});
