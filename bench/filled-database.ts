/** A database with 20 clusters of 5 nodes, of the owner of everything where there are no users. */
import { insertCluster } from '../src/store/clusters.ts';
import { migrate } from '../src/store/migrate.ts';
import { insertNodes } from '../src/store/nodes.ts';
import { insertProfile } from '../src/store/profiles.ts';
import { openSqlite } from '../src/store/sqlite.ts';
import { aCluster, aNode, aProfile } from '../test/support/rows.ts';

const CLUSTERS = 20;
const NODES = 100;

export const spec = { type: 'local.process', version: '1.0', properties: { command: ['sleep', '1000'] } };

export async function fillDatabase(path: string): Promise<void> {
  const store = openSqlite(path);
  await migrate(store, Date.now());
  const profile = aProfile({ name: 'web', type: 'local.process-1.0', spec });
  const clusters = Array.from({ length: CLUSTERS }, (_, index) =>
    aCluster({ name: `web-${index}`, profileId: profile.id, desiredCapacity: NODES / CLUSTERS }),
  );
  const nodes = clusters.flatMap((cluster) =>
    Array.from({ length: NODES / CLUSTERS }, (_, index) =>
      aNode({
        name: `${cluster.name}-${index}`,
        clusterId: cluster.id,
        profileId: profile.id,
        index: index + 1,
      }),
    ),
  );
  await store.write(async (tx) => {
    await insertProfile(tx, profile);
    for (const cluster of clusters) await insertCluster(tx, cluster);
    await insertNodes(tx, nodes);
  });
  await store.close();
}
