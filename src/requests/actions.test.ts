import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { FakeCloud } from '../../test/support/fake-cloud.ts';
import { aCluster, aNode, aProfile } from '../../test/support/rows.ts';
import { testCaller as caller, testTools } from '../../test/support/test-server.ts';
import { onNode } from '../domain/action-requests.ts';
import { getAction } from '../store/action-listing.ts';
import { insertCluster } from '../store/clusters.ts';
import { insertNodes } from '../store/nodes.ts';
import { insertProfile } from '../store/profiles.ts';
import { getRecovery, insertRecovery, recoveryStarted } from '../store/recoveries.ts';
import { recoveryDecisions } from '../store/recovery-decisions.ts';
import { cancelAction } from './actions.ts';
import { deleteNode } from './nodes.ts';
import { recordAction } from './record-action.ts';
import type { RequestTools } from './request-tools.ts';
import { testSession } from '../../test/support/session.ts';

describe('An action that never ran', () => {
  const recoveryId = '11111111-0000-4000-8000-000000000001';
  let opened: TestStore;
  let tools: RequestTools;
  let actionId: string;

  beforeEach(async () => {
    opened = await openTestStore();
    tools = testTools(opened.store, new FakeCloud());
    const profile = aProfile({ name: 'small' });
    const cluster = aCluster({ name: 'web', profileId: profile.id });
    const node = aNode({ name: 'web-1', clusterId: cluster.id, profileId: profile.id, index: 1 });
    actionId = await opened.store.write(async (tx) => {
      await insertProfile(tx, profile);
      await insertCluster(tx, cluster);
      await insertNodes(tx, [node]);
      await insertRecovery(tx, {
        ...testSession,
        id: recoveryId,
        nodeId: node.id,
        nodeName: node.name,
        clusterId: cluster.id,
        policyId: null,
        failure: { class: 'HOST_DOWN', reason: 'it is gone' },
        failedAt: 1,
        openedAt: 2,
        plan: {},
      });
      const id = await recordAction(tx, tools, caller, onNode('NODE_RECOVER', node));
      await recoveryStarted(tx, recoveryId, id, 3);
      return id;
    });
  });

  afterEach(() => opened.close());

  async function expectCancelled(reason: string): Promise<void> {
    const { db } = opened.store;
    expect(await getAction(db, actionId)).toMatchObject({ status: 'CANCELLED', statusReason: reason });
    expect(await getRecovery(db, recoveryId)).toMatchObject({ state: 'CANCELLED' });
    expect((await recoveryDecisions(db, recoveryId)).at(-1)).toMatchObject({
      decision: 'close',
      reason: `CANCELLED: ${reason}`,
    });
  }

  test('says which person cancelled it, and takes the recovery with it that was started', async () => {
    await cancelAction(tools, caller, actionId, 'CANCELLED');
    await expectCancelled(`A user cancelled it (${caller.user}).`);
  });

  test('says that its node is to be deleted', async () => {
    await deleteNode(tools, caller, 'web-1');
    await expectCancelled('The node web-1 is to be deleted.');
  });
});
