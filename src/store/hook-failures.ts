/** Hooks that failed after a recovery: the node is healthy again, and what the hook was for is not done. */
import { sql } from 'kysely';
import type { WorkflowServiceName } from '../domain/workflow-service-name.ts';
import { chunks, fromText, toText } from './rows.ts';
import type { Db, Tx } from './store.ts';

export interface HookFailure {
  /** The hook, as the policy's chain has it. */
  readonly item: string;
  /** `after REBOOT: WORKFLOW attach failed: ...` */
  readonly reason: string;
  readonly executionId: string | null;
  /** What runs that execution; absent: the embedded runner, as kept before there was another. */
  readonly workflowService?: WorkflowServiceName;
}

/** The last one that failed counts; it is over when a later attempt of the same hook succeeds. */
export async function saveHookFailure(tx: Tx, recoveryId: string, failure: HookFailure): Promise<void> {
  await tx.db
    .updateTable('recovery')
    .set({ hook_failure: toText(failure) })
    .where('id', '=', recoveryId)
    .execute();
}

export async function hookSucceeded(tx: Tx, recoveryId: string, item: string): Promise<void> {
  const known = (await hookFailuresOf(tx.db, [recoveryId])).get(recoveryId);
  if (known?.item !== item) return;
  await tx.db.updateTable('recovery').set({ hook_failure: null }).where('id', '=', recoveryId).execute();
}

/** By recovery, acknowledged or not. */
export async function hookFailuresOf(
  db: Db,
  recoveryIds: readonly string[],
): Promise<Map<string, HookFailure>> {
  const failures = new Map<string, HookFailure>();
  for (const chunk of chunks(recoveryIds)) {
    const rows = await db
      .selectFrom('recovery')
      .select(['id', 'hook_failure'])
      .where('id', 'in', chunk)
      .where('hook_failure', 'is not', null)
      .execute();
    for (const row of rows) failures.set(row.id, fromText(row.hook_failure ?? '{}'));
  }
  return failures;
}

/** By node: of its last recovery, where an operator has not acknowledged it. */
export async function openHookFailures(
  db: Db,
  nodeIds: readonly string[],
): Promise<Map<string, HookFailure & { readonly recoveryId: string }>> {
  const open = new Map<string, HookFailure & { recoveryId: string }>();
  for (const chunk of chunks(nodeIds)) {
    const rows = await db
      .selectFrom('recovery')
      .select(['id', 'node_id', 'hook_failure'])
      .where('node_id', 'in', chunk)
      .where('hook_failure', 'is not', null)
      .where('acknowledged_at', 'is', null)
      .where(
        sql<boolean>`NOT EXISTS (SELECT 1 FROM recovery AS later
          WHERE later.node_id = recovery.node_id AND later.opened_at > recovery.opened_at)`,
      )
      .execute();
    for (const row of rows)
      open.set(row.node_id, { ...fromText<HookFailure>(row.hook_failure ?? '{}'), recoveryId: row.id });
  }
  return open;
}

/** @returns false where there was nothing to acknowledge. */
export async function acknowledgeHookFailure(tx: Tx, recoveryId: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('recovery')
    .set({ acknowledged_at: now })
    .where('id', '=', recoveryId)
    .where('hook_failure', 'is not', null)
    .where('acknowledged_at', 'is', null)
    .executeTakeFirst();
  tx.notify('recoveries');
  return numUpdatedRows === 1n;
}
