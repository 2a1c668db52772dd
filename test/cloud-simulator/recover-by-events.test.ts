/**
 * A Coppice process and a simulated cloud that says what happens in it to a real RabbitMQ: failures are found
 * by events, with rounds ten minutes apart.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import { CloudParts } from '../lab/coppice/cloud-parts.ts';
import { CoppiceProcess } from '../lab/coppice/coppice-process.ts';
import { recoverFromForcedDown } from '../lab/coppice/recover-from-forced-down.ts';
import { recoverByEvents } from '../lab/coppice/recover-by-events.ts';
import { Lab } from '../lab/lab.ts';
import { isRabbitMissing, RabbitPlace, rabbitUrl } from '../support/rabbitmq.ts';

const password = 'lab';

describe.skipIf(isRabbitMissing)('with the RabbitMQ of this machine', () => {
  let place: RabbitPlace;
  let simulator: CloudSimulator;
  let lab: Lab;
  let coppice: CoppiceProcess;

  beforeEach(async () => {
    place = new RabbitPlace();
    const settings = { latency: { answer_ms: 0, operation_ms: 20 }, routers: false };
    simulator = await startCloudSimulator({ settings, password, notifications: place.settings() });
    lab = new Lab({ authUrl: `${simulator.url}/identity/v3`, password });
    await lab.connect();
    const notifications = { url: rabbitUrl, exchanges: [place.exchange] };
    coppice = await CoppiceProcess.start(lab, { notifications });
  }, 60_000);

  afterEach(async () => {
    const queue = await coppice.queue();
    await coppice.stop();
    await simulator.close();
    await place.deleteQueue(queue);
    await place.close();
  });

  test.each(['LIFECYCLE_EVENTS', 'NODE_STATUS_POLLING'])(
    'servers that are stopped, paused, in ERROR or deleted are recovered by events (%s)',
    async (mode) => {
      const took = await recoverByEvents(coppice, new CloudParts(lab), mode);
      expect([...took.keys()]).toHaveLength(4);
    },
    200_000,
  );

  test('the nodes of a host that is forced down are recovered by the event', async () => {
    const recoveries = await recoverFromForcedDown(coppice, new CloudParts(lab));
    expect(recoveries.length).toBeGreaterThan(0);
    for (const { state, failure, reason } of recoveries) {
      expect([failure.class, state], reason).toEqual(['HOST_DOWN', 'RECOVERED']);
      expect(failure.reason).toMatch(/was forced down in Nova$/);
    }
  }, 100_000);
});
