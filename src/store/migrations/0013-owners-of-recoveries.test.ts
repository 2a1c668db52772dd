/** Recoveries of before the migration. */
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { aCluster, aNode } from '../../../test/support/rows.ts';
import { openTestStore } from '../../../test/support/backends.ts';
import { insertCluster } from '../clusters.ts';
import { insertNodes } from '../nodes.ts';
import { up } from './0013-owners-of-recoveries.ts';

test('gives each recovery the owner of its node, else of its cluster, else none', async () => {
  const opened = await openTestStore();
  const cluster = { ...aCluster({ name: 'web' }), project: 'p1', user: 'u1', domain: 'd1' };
  const node = {
    ...aNode({ name: 'web-1', clusterId: cluster.id }),
    project: 'p2',
    user: 'u2',
    domain: null,
  };
  await opened.store.write(async (tx) => {
    await insertCluster(tx, cluster);
    await insertNodes(tx, [node]);
    await sql`drop index recovery_by_project`.execute(tx.db);
    for (const column of ['project', 'user', 'domain'])
      await sql`alter table recovery drop column ${sql.ref(column)}`.execute(tx.db);
    for (const [id, nodeId, clusterId] of [
      ['of-node', node.id, cluster.id],
      ['of-cluster', 'gone', cluster.id],
      ['of-none', 'gone too', 'gone'],
    ])
      await sql`insert into recovery (id, node_id, node_name, cluster_id, state, failure, plan, failed_at, opened_at)
        values (${id}, ${nodeId}, 'web-1', ${clusterId}, 'OPEN', '{}', '{}', 1, 1)`.execute(tx.db);
    await up(tx.db);
  });
  const rows = opened.store.db
    .selectFrom('recovery')
    .select(['id', 'project', 'user', 'domain'])
    .orderBy('id');
  expect(await rows.execute()).toEqual([
    { id: 'of-cluster', project: 'p1', user: 'u1', domain: 'd1' },
    { id: 'of-node', project: 'p2', user: 'u2', domain: null },
    { id: 'of-none', project: '', user: '', domain: null },
  ]);
  await opened.close();
});
