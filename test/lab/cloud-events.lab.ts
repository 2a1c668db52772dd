/**
 * A real Coppice process that receives the notifications of a real OpenStack: `npm run test:lab --
 * cloud-events`.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RabbitPlace, rabbitUrl } from '../support/rabbitmq.ts';
import { CloudParts } from './coppice/cloud-parts.ts';
import { CoppiceProcess } from './coppice/coppice-process.ts';
import { recoverByEvents } from './coppice/recover-by-events.ts';
import { Lab } from './lab.ts';
import { missingServices } from './missing-services.ts';

const lab = new Lab();
let coppice: CoppiceProcess;

beforeAll(async () => {
  await lab.connect();
  const notifications = { url: rabbitUrl, exchanges: ['nova', 'heat'] };
  coppice = await CoppiceProcess.start(lab, { notifications });
});
afterAll(async () => {
  const place = new RabbitPlace();
  const queue = await coppice.queue();
  await coppice.stop();
  await place.deleteQueue(queue);
  await place.close();
});

test('Coppice recovers servers within ten seconds of their failure, with rounds ten minutes apart', async (context) => {
  const missing = missingServices(lab, ['compute', 'image', 'network']);
  context.skip(missing !== '', missing);
  const took = await recoverByEvents(coppice, new CloudParts(lab));
  expect(Object.fromEntries([...took].filter(([, ms]) => ms >= 10_000))).toEqual({});
});
