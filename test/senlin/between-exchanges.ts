/** What happened before some exchanges of the recording without being recorded. */
import type { JsonObject } from '../../src/domain/json.ts';
import { eventually } from '../support/eventually.ts';
import { recordedExchanges } from './recorded-exchange.ts';
import type { RecordedIds } from './recorded-ids.ts';
import type { SenlinStage } from './senlin-stage.ts';
import { textOf } from './text-of.ts';

type Step = (stage: SenlinStage, ids: RecordedIds) => Promise<void>;

function recordedBody(name: string): JsonObject {
  return (recordedExchanges.find((exchange) => exchange.name === name)?.request.body ?? {}) as JsonObject;
}

async function make(stage: SenlinStage, path: string, body: JsonObject): Promise<JsonObject> {
  const reply = await stage.ask('POST', path, { body });
  if (reply.status >= 300) throw new Error(reply.text);
  return reply.body as JsonObject;
}

async function act(stage: SenlinStage, cluster: string, body: JsonObject): Promise<string> {
  const { action } = await make(stage, `/v1/clusters/${cluster}/actions`, body);
  return textOf(action);
}

const PROFILE = '1e9906ea-68e3-4560-9ea5-8d2350133b56';
const SERVER = '893c7791-f1df-4c3d-8383-3caae9656c62';
const HEALTH_POLICY = 'c1bcb921-f017-40f4-ac53-6c15b7a5519d';
const CLUSTER = '102aafe7-f906-4bc0-aca3-d01a9ac49743';

export const before: Readonly<Record<string, Step>> = {
  'cluster create': async (stage) => stage.holdCloud(),
  'cluster get, creating': async (stage, ids) => {
    await eventually('the nodes are being made', async () => {
      const { body } = await stage.ask('GET', `/v1/nodes?cluster_id=${ids.inText(CLUSTER)}&status=CREATING`);
      return (body as { nodes: unknown[] }).nodes.length === 2;
    });
  },
  'cluster get': async (stage, ids) => {
    stage.releaseCloud();
    await stage.ended(ids.inText('44cee7d3-358a-4cb7-a7aa-8dafefc287cb'));
  },
  'cluster update profile': async (stage, ids) => {
    const { profile } = await make(stage, '/v1/profiles', recordedBody('profile create'));
    ids.bind('44adc9ac-79ad-494c-af9b-2850c559f901', textOf((profile as JsonObject)['id']));
  },
  'cluster collect': async (stage, ids) => {
    const body = { cluster: { profile_id: ids.inText(PROFILE) } };
    const reply = await stage.ask('PATCH', `/v1/clusters/${ids.inText(CLUSTER)}`, { body });
    await stage.ended(reply.headers['location']?.split('/').at(-1) ?? '');
  },
  'node get': async (stage, ids) =>
    void (await stage.ended(ids.inText('f6fd2bb8-ea86-49f8-8886-ffe7907c3b1a'))),
  'webhook trigger': async (stage) => stage.holdCloud(),
  'webhook trigger V1 with body': async (stage, ids) => {
    const id = ids.inText('6444585a-e62c-47f6-bbfc-ba884fa4bf4f');
    await eventually('the action runs', async () => (await stage.action(id))['start_time'] !== null);
  },
  'webhook trigger no V': async (stage, ids) => {
    stage.releaseCloud();
    await stage.ended(ids.inText('6444585a-e62c-47f6-bbfc-ba884fa4bf4f'));
  },
  'two actions at once': async (stage, ids) => {
    await stage.server.stopEngine();
    const id = await act(stage, ids.inText(CLUSTER), { scale_in: {} });
    ids.bind('dd3025f8-b55c-4e25-af38-9779b7a9e138', id);
  },
  'scale action twice': async (stage, ids) => {
    stage.holdCloud();
    await stage.server.startEngine();
    const id = ids.inText('dd3025f8-b55c-4e25-af38-9779b7a9e138');
    await eventually('the action runs', async () => (await stage.action(id))['start_time'] !== null);
  },
  'profile delete in use': async (stage, ids) => {
    stage.releaseCloud();
    await stage.ended(ids.inText('dd3025f8-b55c-4e25-af38-9779b7a9e138'));
  },
  'cluster get, health policy': async (stage, ids) => {
    const cluster = ids.inText(CLUSTER);
    const policy = { policy_id: ids.inText(HEALTH_POLICY) };
    await stage.ended(await act(stage, cluster, { policy_attach: policy }));
    await stage.ended(await act(stage, cluster, { scale_out: {} }));
    await stage.ended(await act(stage, cluster, { recover: {} }));
  },
  'cluster delete': async (stage, ids) => {
    const { cluster } = await make(stage, '/v1/clusters', {
      cluster: { name: 'other', profile_id: ids.inText(PROFILE) },
    });
    const { id } = cluster as JsonObject;
    ids.bind('f0eef511-0b3f-4867-9fe6-1574aa6e8202', textOf(id));
  },
  'node adopt preview': async (stage, ids) => {
    ids.bind(SERVER, await stage.foreignServer());
  },
  'node adopt': async (stage, ids) => {
    ids.bind(SERVER, await stage.foreignServer());
  },
  'node delete': async (stage) => stage.holdCloud(),
  'action of a delete': async (stage, ids) => {
    const id = ids.inText('cd907e5b-b84d-44a6-ad39-5308d9eeb34e');
    await eventually('the deletion runs', async () => (await stage.action(id))['start_time'] !== null);
  },
  'node get after delete': async (stage, ids) => {
    stage.releaseCloud();
    await stage.ended(ids.inText('cd907e5b-b84d-44a6-ad39-5308d9eeb34e'));
  },
};
