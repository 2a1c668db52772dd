/** Rows of the steps of recoveries: one for each attempt of an item, a hook or a verification. */
import type { Selectable } from 'kysely';
import type { RecoveryStep } from '../domain/model.ts';
import type { WorkflowServiceName } from '../domain/workflow-service-name.ts';
import type { RecoveryStepState, RowPurpose } from '../domain/states.ts';
import { selectByIds } from './by-ids.ts';
import { fromText, toText } from './rows.ts';
import type { RecoveryStepRow } from './schema.ts';
import { nextSeq } from './next-seq.ts';
import type { Db, Tx } from './store.ts';

/** In the order in which they were taken. */
export async function recoverySteps(db: Db, recoveryId: string): Promise<RecoveryStep[]> {
  return (await stepsOfRecoveries(db, [recoveryId])).get(recoveryId) ?? [];
}

const selectSteps = selectByIds((db, recoveryIds) =>
  db.selectFrom('recovery_step').selectAll().where('recovery_id', 'in', recoveryIds).orderBy('seq'),
);

/** By recovery; one without any has none. */
export async function stepsOfRecoveries(
  db: Db,
  recoveryIds: readonly string[],
): Promise<ReadonlyMap<string, RecoveryStep[]>> {
  return Map.groupBy((await selectSteps(db, recoveryIds)).map(toRecoveryStep), (step) => step.recoveryId);
}

/**
 * One attempt of one item or hook begins (or is skipped). `id` is the caller's, so that a repeat writes the
 * same row.
 */
export async function saveRecoveryStep(tx: Tx, step: Omit<RecoveryStep, 'seq'>): Promise<void> {
  const values = {
    state: step.state,
    reason: step.reason,
    started_at: step.startedAt,
    ended_at: step.endedAt,
    execution_id: step.executionId,
    workflow_service: step.workflowService,
    output: step.output === null ? null : toText(step.output),
  };
  await tx.db
    .insertInto('recovery_step')
    .values((row) => ({
      ...values,
      id: step.id,
      recovery_id: step.recoveryId,
      seq: nextSeq(row.selectFrom('recovery_step').where('recovery_id', '=', step.recoveryId)),
      name: step.name,
      item: step.item,
      purpose: step.purpose,
      workflow_name: step.workflowName,
      attempt: step.attempt,
      verifies: step.verifies,
      deadline: step.deadline,
    }))
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
  tx.notify('recoveries');
}

export function toRecoveryStep(row: Selectable<RecoveryStepRow>): RecoveryStep {
  return {
    id: row.id,
    recoveryId: row.recovery_id,
    seq: row.seq,
    name: row.name,
    item: row.item,
    purpose: row.purpose as RowPurpose,
    workflowName: row.workflow_name,
    attempt: row.attempt,
    state: row.state as RecoveryStepState,
    reason: row.reason,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    executionId: row.execution_id,
    workflowService:
      row.execution_id === null ? null : ((row.workflow_service ?? 'embedded') as WorkflowServiceName),
    output: row.output === null ? null : fromText(row.output),
    verifies: row.verifies,
    deadline: row.deadline,
  };
}
