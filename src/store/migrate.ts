/**
 * Brings a database to this program's schema, or refuses one that a newer program made. Each migration and
 * its version row are one transaction; the row goes in first, so that of two starters only one carries it
 * out.
 */
import type { Db, Store, Tx } from './store.ts';
import * as foundation from './migrations/0001-foundation.ts';
import * as workflows from './migrations/0002-workflows.ts';
import * as healing from './migrations/0003-healing.ts';
import * as notifications from './migrations/0004-notifications.ts';
import * as reasonsAndNames from './migrations/0005-reasons-and-names.ts';
import * as depthOfExecutions from './migrations/0006-depth-of-executions.ts';
import * as probes from './migrations/0007-probes.ts';
import * as standings from './migrations/0008-standings.ts';
import * as notificationTargets from './migrations/0009-notification-targets.ts';
import * as relapses from './migrations/0010-relapses.ts';
import * as clusterLeases from './migrations/0011-cluster-leases.ts';
import * as verifications from './migrations/0012-verifications.ts';
import * as ownersOfRecoveries from './migrations/0013-owners-of-recoveries.ts';
import * as countingSince from './migrations/0014-counting-since.ts';
import * as receivers from './migrations/0018-receivers.ts';
import * as zoneOutages from './migrations/0015-zone-outages.ts';
import * as forcedDownHosts from './migrations/0016-forced-down-hosts.ts';
import * as retained from './migrations/0017-retained.ts';
import * as failedActions from './migrations/0019-failed-actions.ts';
import * as orderOfNodes from './migrations/0020-order-of-nodes.ts';
import * as sortIndexes from './migrations/0021-sort-indexes.ts';
import * as trusts from './migrations/0022-trusts.ts';
import * as noPasswords from './migrations/0023-no-passwords-of-ended-actions.ts';
import * as requestIds from './migrations/0024-request-ids.ts';
import * as fairClaims from './migrations/0025-fair-claims.ts';
import * as retention from './migrations/0026-retention.ts';
import * as executionsOfProjects from './migrations/0027-executions-of-projects.ts';
import * as namesWithinProjects from './migrations/0028-names-within-projects.ts';
import * as erasureDue from './migrations/0029-erasure-due.ts';
import * as hookUrls from './migrations/0030-hook-urls.ts';
import * as failureCodes from './migrations/0031-failure-codes.ts';
import * as trustChanges from './migrations/0032-trust-changes.ts';
import * as workflowService from './migrations/0033-workflow-service.ts';
import * as workflowTrees from './migrations/0034-workflow-trees.ts';
import * as ownersOfExecutions from './migrations/0035-owners-of-executions.ts';
import * as installation from './migrations/0036-installation.ts';

interface Migration {
  readonly version: number;
  up(db: Db): Promise<void>;
}

/** In order; a migration that was released is never changed, only followed by another. */
const migrations: readonly Migration[] = [
  { version: 1, up: foundation.up },
  { version: 2, up: workflows.up },
  { version: 3, up: healing.up },
  { version: 4, up: notifications.up },
  { version: 5, up: reasonsAndNames.up },
  { version: 6, up: depthOfExecutions.up },
  { version: 7, up: probes.up },
  { version: 8, up: standings.up },
  { version: 9, up: notificationTargets.up },
  { version: 10, up: relapses.up },
  { version: 11, up: clusterLeases.up },
  { version: 12, up: verifications.up },
  { version: 13, up: ownersOfRecoveries.up },
  { version: 14, up: countingSince.up },
  { version: 15, up: zoneOutages.up },
  { version: 16, up: forcedDownHosts.up },
  { version: 17, up: retained.up },
  { version: 18, up: receivers.up },
  { version: 19, up: failedActions.up },
  { version: 20, up: orderOfNodes.up },
  { version: 21, up: sortIndexes.up },
  { version: 22, up: trusts.up },
  { version: 23, up: noPasswords.up },
  { version: 24, up: requestIds.up },
  { version: 25, up: fairClaims.up },
  { version: 26, up: retention.up },
  { version: 27, up: executionsOfProjects.up },
  { version: 28, up: namesWithinProjects.up },
  { version: 29, up: erasureDue.up },
  { version: 30, up: hookUrls.up },
  { version: 31, up: failureCodes.up },
  { version: 32, up: trustChanges.up },
  { version: 33, up: workflowService.up },
  { version: 34, up: workflowTrees.up },
  { version: 35, up: ownersOfExecutions.up },
  { version: 36, up: installation.up },
];

export const schemaVersion = migrations.length;

/** All tables and indexes of this program, in an empty database. */
export async function createSchema(db: Db): Promise<void> {
  for (const migration of migrations) await migration.up(db);
}

/** @throws Error when the database is of a newer schema than this program knows. */
export async function migrate(store: Store, now: number): Promise<void> {
  await store.write(createVersionTable);
  const found = await store.write(currentVersion);
  if (found > schemaVersion) throw new Error(newerSchemaText(store.location, found));
  for (const migration of migrations.filter(({ version }) => version > found)) {
    await store.write((tx) => carryOut(tx, migration, now));
  }
}

function newerSchemaText(location: string, found: number): string {
  return (
    `The database ${location} has schema version ${found}, this program knows version ${schemaVersion}: a newer Coppice has used it. ` +
    `Start that version, or restore a backup from before the upgrade.`
  );
}

async function createVersionTable({ db }: Tx): Promise<void> {
  await db.schema
    .createTable('schema_version')
    .ifNotExists()
    .addColumn('version', 'integer', (column) => column.primaryKey())
    .addColumn('applied_at', 'bigint', (column) => column.notNull())
    .execute();
}

async function currentVersion({ db }: Tx): Promise<number> {
  const row = await db
    .selectFrom('schema_version')
    .select((eb) => eb.fn.max('version').as('version'))
    .executeTakeFirst();
  return row?.version ?? 0;
}

async function carryOut(tx: Tx, migration: Migration, now: number): Promise<void> {
  const row = { version: migration.version, applied_at: now };
  const inserted = await tx.db
    .insertInto('schema_version')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows === 1n) await migration.up(tx.db);
}
