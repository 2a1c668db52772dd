import { expect, test } from 'vitest';
import { openTestStore } from '../../test/support/backends.ts';
import { testSession } from '../../test/support/session.ts';
import { firstFailures } from './first-failures.ts';
import { insertRecovery, markRecoveryClosed } from './recoveries.ts';

test('is the failure of the first recovery since the node was healthy that was not only requested', async () => {
  const opened = await openTestStore();
  const of = { ...testSession, nodeId: 'n1', nodeName: 'web-1', clusterId: 'c', policyId: null, plan: {} };
  await opened.store.write(async (tx) => {
    const failures = [
      ['r1', 'SERVER_ERROR', 'RECOVERED'],
      ['r2', 'REQUESTED', 'EXHAUSTED'],
      ['r3', 'HOST_DOWN', 'EXHAUSTED'],
      ['r4', 'NOT_CREATED', 'EXHAUSTED'],
    ] as const;
    for (const [index, [id, name, state]] of failures.entries()) {
      const at = 1000 * (index + 1);
      const failure = { class: name, reason: id };
      await insertRecovery(tx, { ...of, id, failure, failedAt: at, openedAt: at });
      await markRecoveryClosed(tx, id, state, at + 1);
    }
  });
  expect(await firstFailures(opened.store.db, ['n1', 'n2'])).toEqual(
    new Map([['n1', { failure: { class: 'HOST_DOWN', reason: 'r3' }, failedAt: 3000 }]]),
  );
  await opened.close();
});
