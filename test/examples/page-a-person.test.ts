import { afterEach, beforeEach, expect, test } from 'vitest';
import { isJsonObject } from '../../src/domain/json.ts';
import { type Recovered, RecoveryScene } from './recovery-scene.ts';
import { readSample } from './sample.ts';
import { StandIn } from './stand-in.ts';

let pager: StandIn;
let chat: StandIn;
let scene: RecoveryScene;

beforeEach(async () => {
  pager = await StandIn.start(({ body }) => {
    if (!isJsonObject(body) || body['routing_key'] !== 'a-routing-key') return { status: 400 };
    return { status: 202, body: { status: 'success', dedup_key: body['dedup_key'] ?? null } };
  });
  chat = await StandIn.start(() => ({ status: 200 }));
  scene = await RecoveryScene.start();
});

afterEach(async () => {
  await scene.stop();
  await chat.stop();
  await pager.stop();
});

async function recover(): Promise<Recovered> {
  const sample = readSample('page-a-person', {
    'https://events.pagerduty.com': pager.url,
    'https://chat.example.com': chat.url,
  });
  return await scene.recover(sample, 'SERVER_ERROR', { pager_routing_key: 'a-routing-key' });
}

function nothingHelps(): void {
  for (const call of ['reboot', 'remove']) scene.cloud.fail(`${call} web-1`);
}

test('an operator is paged when no action helped, with the actions that were tried', async () => {
  nothingHelps();
  const { recovery, outline, steps } = await recover();
  expect(recovery.state).toBe('EXHAUSTED');
  expect(outline.at(-1)).toBe('page WORKFLOW SUCCEEDED');
  expect(steps.at(-1)?.output).toEqual({ told: 'pager', incident: `coppice-${recovery.nodeId}` });
  expect(pager.asked.map(({ body }) => body)).toEqual([
    {
      routing_key: 'a-routing-key',
      event_action: 'trigger',
      dedup_key: `coppice-${recovery.nodeId}`,
      payload: {
        summary: 'web-1 cannot be brought back, it does not answer',
        source: 'web-1',
        severity: 'critical',
        class: 'SERVER_ERROR',
        group: 'web',
        custom_details: {
          recovery: `http://127.0.0.1:8777/v1/recoveries/${recovery.id}`,
          steps: [
            'REBOOT FAILED: reboot web-1 went wrong',
            'RECREATE FAILED: the old node could not be removed: remove web-1 went wrong',
          ],
        },
      },
    },
  ]);
});

test('an operator is also paged about a node whose server is gone', async () => {
  for (const call of ['reboot', 'create']) scene.cloud.fail(`${call} web-1`);
  const { outline } = await recover();
  expect(outline.at(-1)).toBe('page WORKFLOW SUCCEEDED');
});

test('the page is resolved when the node is healthy again', async () => {
  const { recovery, outline } = await recover();
  expect(recovery.state).toBe('RECOVERED');
  expect(outline).toEqual(['actions[0] REBOOT SUCCEEDED', 'on_success[0] WORKFLOW SUCCEEDED']);
  expect(pager.asked.map(({ body }) => body)).toEqual([
    { routing_key: 'a-routing-key', event_action: 'resolve', dedup_key: `coppice-${recovery.nodeId}` },
  ]);
});

test('the chat is told when the pager cannot be reached', async () => {
  nothingHelps();
  pager.outages.set('POST /v2/enqueue', 503);
  const { steps } = await recover();
  expect(steps.at(-1)?.output).toMatchObject({ told: 'chat' });
  expect(pager.asked).toHaveLength(4);
  expect(chat.asked.map(({ body }) => body)).toEqual([
    {
      text: 'The pager cannot be reached. web-1 of web cannot be brought back, it does not answer',
    },
  ]);
});

test('the record says so when the page could not be sent, and the recovery still ends', async () => {
  nothingHelps();
  pager.outages.set('POST /v2/enqueue', 503);
  chat.outages.set('POST /hooks/operations', 500);
  const { recovery, outline } = await recover();
  expect(outline.slice(-2)).toEqual(['page WORKFLOW FAILED', 'page WORKFLOW FAILED']);
  expect(recovery.state).toBe('EXHAUSTED');
});
