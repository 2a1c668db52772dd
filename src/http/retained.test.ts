import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aCluster, aNode } from '../../test/support/rows.ts';
import { testSession } from '../../test/support/session.ts';
import { TestServer } from '../../test/support/test-server.ts';
import { keepStopped, type Stopped } from '../clusters/keep-failed.ts';
import { deleteRetained, listVisibleRetained } from '../requests/retained.ts';
import { unfinishedActionsOn } from '../store/actions.ts';
import { insertCluster } from '../store/clusters.ts';
import { insertNodes } from '../store/nodes.ts';
import { getRetained } from '../store/retained.ts';

const [one, two, three] = ['1', '2', '3'].map(
  (digit) => `${digit.repeat(8)}-1111-4111-8111-111111111111`,
) as [string, string, string];
const recovery = '99999999-1111-4111-8111-111111111111';

describe('what is kept', () => {
  const cluster = aCluster({ name: 'web' });
  const node = aNode({ name: 'web-1', clusterId: cluster.id });
  let server: TestServer;

  const stopped = (id: string, more: Partial<Stopped> = {}): Stopped => ({
    ...testSession,
    id,
    nodeId: node.id,
    nodeName: node.name,
    clusterId: cluster.id,
    recoveryId: recovery,
    profileType: 'test.node-1.0',
    physicalId: `server ${id.slice(0, 1)}`,
    data: {},
    ...more,
  });
  const keep = async (kept: Stopped, max: number, now: number): Promise<void> =>
    await server.store.write((tx) => keepStopped(tx, kept, { forMs: 60_000, max }, now));
  const idsOf = async (query = ''): Promise<string[]> => {
    const { body } = await server.ask('GET', `/v1/retained${query}`);
    return (body as { retained: { id: string }[] }).retained.map(({ id }) => id);
  };

  beforeEach(async () => {
    server = await TestServer.start();
    await server.store.write(async (tx) => {
      await insertCluster(tx, cluster);
      await insertNodes(tx, [node]);
    });
    const now = Date.now();
    await keep(stopped(one), 3, now);
    await keep(stopped(two, { nodeId: 'gone', nodeName: 'old-1', clusterId: 'gone too' }), 3, now + 1);
  });
  afterEach(() => server.stop());

  test('is listed, the newest first, by cluster, node and recovery, page by page', async () => {
    expect(await idsOf()).toEqual([two, one]);
    expect(await idsOf('?limit=1')).toEqual([two]);
    expect(await idsOf(`?limit=1&marker=${two}`)).toEqual([one]);
    expect(await idsOf('?cluster=web')).toEqual([one]);
    expect(await idsOf('?node=old-1')).toEqual([two]);
    expect(await idsOf(`?recovery=${recovery}`)).toEqual([two, one]);
    expect(await idsOf(`?recovery=${one}`)).toEqual([]);
  });

  test('is shown by the beginning of its id, and in the details of its node', async () => {
    const { body } = await server.ask('GET', `/v1/retained/${one.slice(0, 8)}`);
    expect(body).toMatchObject({
      retained: { id: one, node_name: 'web-1', location: 'server 1', recovery_id: recovery },
    });
    const shown = await server.ask('GET', `/v1/nodes/${node.id}?show_details=true`);
    expect(JSON.stringify(shown.body)).toContain(`coppice retained delete ${one.slice(0, 8)}`);
    expect((await server.ask('GET', `/v1/retained/${three}`)).status).toBe(404);
  });

  test('is counted in the health of all clusters, with when it goes', async () => {
    const { body } = await server.ask('GET', '/v1/health');
    const { retained } = (body as { health: { retained: { first_until: string }[] } }).health;
    expect(retained).toMatchObject([
      { cluster_id: cluster.id, cluster_name: 'web', count: 1 },
      { cluster_id: 'gone too', cluster_name: null, count: 1 },
    ]);
    expect(Date.parse(retained[0]?.first_until ?? '')).toBeGreaterThan(Date.now());
  });

  test('is removed before its time by a command', async () => {
    const reply = await server.ask('DELETE', `/v1/retained/${one}`);
    expect(reply.status).toBe(202);
    const [action] = await unfinishedActionsOn(server.store.db, one);
    expect(reply.headers['location']).toContain(action?.id);
    expect(action).toMatchObject({ action: 'RETAINED_DELETE', status: 'READY' });
    expect((await getRetained(server.store.db, one))?.until).toBeLessThanOrEqual(Date.now());
    expect((await unfinishedActionsOn(server.store.db, two))[0]?.status).toBe('WAITING');
  });

  test('ends with the oldest of the cluster where too many are kept', async () => {
    await keep(stopped(three), 1, Date.now() + 2);
    expect((await unfinishedActionsOn(server.store.db, one))[0]?.status).toBe('READY');
    expect((await unfinishedActionsOn(server.store.db, two))[0]?.status).toBe('WAITING');
    expect((await unfinishedActionsOn(server.store.db, three))[0]?.status).toBe('WAITING');
  });

  test('is not there for another project', async () => {
    const other = { ...testSession, project: 'another', roles: ['member' as const] };
    expect(await listVisibleRetained(server.tools, other, {})).toEqual([]);
    await expect(deleteRetained(server.tools, other, one)).rejects.toMatchObject({
      code: 'resource-not-found',
    });
  });
});
