import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aCluster, aNode } from '../../test/support/rows.ts';
import { TestServer } from '../../test/support/test-server.ts';
import { insertCluster } from '../store/clusters.ts';
import { saveHookFailure } from '../store/hook-failures.ts';
import { insertNodes } from '../store/nodes.ts';
import { testSession } from '../../test/support/session.ts';

const first = '11111111-1111-4111-8111-111111111111';
const second = '22222222-2222-4222-8222-222222222222';

describe('Recoveries', () => {
  const cluster = aCluster({ name: 'web' });
  const node = aNode({ name: 'web-1', clusterId: cluster.id });
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.store.write(async (tx) => {
      await insertCluster(tx, cluster);
      await insertNodes(tx, [node]);
      const recovery = {
        node_id: node.id,
        node_name: 'web-1',
        cluster_id: cluster.id,
        origin: 'AUTOMATIC',
        policy_id: null,
        relapse: null,
        action_id: null,
        failure: '{"class":"PROCESS_EXITED","reason":"it is gone"}',
        plan: '{}',
        failed_at: 900,
        ...testSession,
      };
      const rows = [
        { ...recovery, id: first, state: 'RECOVERED', opened_at: 1000, closed_at: 2500 },
        { ...recovery, id: second, state: 'OPEN', opened_at: 3000, closed_at: null },
        {
          ...recovery,
          id: '33333333-3333-4333-8333-333333333333',
          node_id: 'gone',
          node_name: 'old-1',
          state: 'CANCELLED',
          opened_at: 500,
          closed_at: 600,
        },
      ];
      await tx.db.insertInto('recovery').values(rows).execute();
      await tx.db
        .insertInto('recovery_step')
        .values({
          id: 'step',
          recovery_id: first,
          seq: 1,
          name: 'WORKFLOW',
          item: 'actions[0].before[0]',
          purpose: 'before',
          workflow_name: 'drain',
          attempt: 1,
          state: 'SUCCEEDED',
          reason: 'it came back',
          started_at: 1100,
          ended_at: 2400,
          execution_id: null,
          output: null,
        })
        .execute();
      await tx.db
        .insertInto('recovery_decision')
        .values({ recovery_id: first, seq: 1, at: 1000, decision: 'open', reason: 'confirmed' })
        .execute();
    });
  });

  afterAll(() => server.stop());

  async function idsOf(query: string): Promise<string[]> {
    const { body } = await server.ask('GET', `/v1/recoveries?${query}`);
    return (body as { recoveries: { id: string }[] }).recoveries.map(({ id }) => id.slice(0, 1));
  }

  test('are listed, the newest first, without steps and decisions', async () => {
    const { body } = await server.ask('GET', '/v1/recoveries');
    const { recoveries } = body as { recoveries: object[] };
    expect(recoveries).toHaveLength(3);
    expect(recoveries[0]).toEqual({
      acknowledged_at: null,
      action_id: null,
      closed_at: null,
      cluster_id: cluster.id,
      failed_again: null,
      failure: { class: 'PROCESS_EXITED', reason: 'it is gone' },
      id: second,
      mode: 'ENFORCE',
      node_exists: true,
      node_id: node.id,
      node_name: 'web-1',
      opened_at: '1970-01-01T00:00:03.000Z',
      origin: 'AUTOMATIC',
      policy_id: null,
      relapse: null,
      reason: '',
      state: 'OPEN',
      warning: null,
    });
  });

  test.each([
    ['node=web-1', ['2', '1']],
    [`node=${node.id}`, ['2', '1']],
    ['node=old-1', ['3']],
    ['cluster=web', ['2', '1', '3']],
    ['state=RECOVERED', ['1']],
    ['state=RECOVERED&state=OPEN', ['2', '1']],
    ['limit=1', ['2']],
    [`limit=1&marker=${second}`, ['1']],
    ['cluster=web&node=web-1&state=OPEN', ['2']],
  ])('are found by %s', async (query, ids) => {
    expect(await idsOf(query)).toEqual(ids);
  });

  test.each([
    ['state=HEALED', 'Field value HEALED is invalid'],
    ['colour=red', 'Invalid parameter colour'],
    ['limit=-1', "Value must be >= 0 for field 'limit'."],
  ])('are not found by %s', async (query, message) => {
    const reply = await server.ask('GET', `/v1/recoveries?${query}`);
    expect(reply.status).toBe(400);
    expect((reply.body as { error: object }).error).toMatchObject({ message });
  });

  test('one is found by the first characters of its id, too', async () => {
    const { body } = await server.ask('GET', '/v1/recoveries/2222');
    expect(body).toMatchObject({ recovery: { id: second } });
  });

  test('are shown with each step and each decision', async () => {
    const { body } = await server.ask('GET', `/v1/recoveries/${first}`);
    expect(body).toEqual({
      recovery: {
        acknowledged_at: null,
        action_id: null,
        closed_at: '1970-01-01T00:00:02.500Z',
        cluster_id: cluster.id,
        decisions: [{ at: '1970-01-01T00:00:01.000Z', decision: 'open', reason: 'confirmed' }],
        failed_again: { after_seconds: 0, recovery_id: second },
        failure: { class: 'PROCESS_EXITED', reason: 'it is gone' },
        id: first,
        mode: 'ENFORCE',
        node_exists: true,
        node_id: node.id,
        node_name: 'web-1',
        opened_at: '1970-01-01T00:00:01.000Z',
        operator: [],
        origin: 'AUTOMATIC',
        policy_id: null,
        relapse: null,
        reason: 'confirmed',
        retained: [],
        running: null,
        state: 'RECOVERED',
        warning: null,
        steps: [
          {
            attempt: 1,
            deadline: null,
            ended_at: '1970-01-01T00:00:02.400Z',
            execution_id: null,
            execution_state: null,
            id: 'step',
            item: 'actions[0].before[0]',
            name: 'WORKFLOW',
            output: null,
            purpose: 'before',
            reason: 'it came back',
            started_at: '1970-01-01T00:00:01.100Z',
            state: 'SUCCEEDED',
            verifies: null,
            workflow_name: 'drain',
            workflow_service: null,
          },
        ],
      },
    });
  });

  async function failure(method: string, path: string): Promise<string> {
    const { status, body } = await server.ask(method, path);
    return `${status} ${(body as { error: { message: string } }).error.message}`;
  }

  test('of a node that was deleted say so', async () => {
    const { body } = await server.ask('GET', '/v1/recoveries?node=old-1');
    expect(body).toMatchObject({ recoveries: [{ node_exists: false, node_name: 'old-1' }] });
  });

  test('that have a failed hook say so until an operator acknowledges it', async () => {
    expect(await failure('POST', `/v1/recoveries/${second}/acknowledge`)).toMatch(
      /^400 No hook of the recovery/,
    );
    await server.store.write((tx) =>
      saveHookFailure(tx, second, { item: 'after', reason: 'after hook failed: x', executionId: null }),
    );
    const listed = async () => (await server.ask('GET', `/v1/nodes/${node.id}/health`)).body;
    expect(await listed()).toMatchObject({ health: { warning: { reason: 'after hook failed: x' } } });
    const { body } = await server.ask('POST', `/v1/recoveries/${second}/acknowledge`);
    expect(body).toMatchObject({
      recovery: { warning: 'after hook failed: x', acknowledged_at: expect.any(String) as string },
    });
    expect(await listed()).toMatchObject({ health: { warning: null } });
    expect(await failure('POST', `/v1/recoveries/${second}/acknowledge`)).toMatch(/^400 No hook/);
  });

  test('are cancelled, also while they are held, and only once', async () => {
    const { status, body } = await server.ask('POST', `/v1/recoveries/${second}/cancel`);
    expect(status).toBe(202);
    expect(body).toMatchObject({ recovery: { state: 'CANCELLED' } });
    expect((body as { recovery: { reason: string } }).recovery.reason).toMatch(
      /^CANCELLED: cancelled by an operator \(user .+\)$/,
    );
    expect(await failure('POST', `/v1/recoveries/${second}/cancel`)).toMatch(
      /^400 The recovery .* has ended/,
    );
    expect(await failure('POST', '/v1/recoveries/nothing/cancel')).toMatch(/^404/);
  });
});
