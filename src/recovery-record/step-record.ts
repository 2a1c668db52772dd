/** Rows of the steps of a recovery and of their verifications, with the news of their ends. */
import { createHash } from 'node:crypto';
import type { RecoveryStep } from '../domain/model.ts';
import type { RecoveryStepState } from '../domain/states.ts';
import { enqueueRecoveryNews } from '../notify/enqueue-recovery-news.ts';
import type { ChainNote, StepPlan, TimedDecision } from '../recovery/chain.ts';
import { stepLabel, wholeChain } from '../recovery/describe.ts';
import { executionId } from '../recovery/execution-id.ts';
import { hookSucceeded, saveHookFailure } from '../store/hook-failures.ts';
import { saveRecoveryStep } from '../store/recovery-steps.ts';
import type { Tx } from '../store/store.ts';
import type { RecordContext } from './record-context.ts';

interface StepRow {
  readonly state: RecoveryStepState;
  readonly reason: string;
  readonly startedAt?: number | null;
  readonly endedAt?: number;
  readonly output?: RecoveryStep['output'];
}

export async function saveChainStep(
  tx: Tx,
  { recovery }: RecordContext,
  step: StepPlan,
  row: StepRow,
): Promise<void> {
  const id = stepId(recovery, step);
  const { name, item, attempt, purpose, params } = step;
  const executionId =
    name === 'WORKFLOW' && row.startedAt !== undefined && row.startedAt !== null ? id : null;
  const named = params['workflow_name'];
  const workflowName = name === 'WORKFLOW' && typeof named === 'string' ? named : null;
  const known = {
    id,
    recoveryId: recovery.recoveryId,
    name,
    item,
    purpose,
    workflowName,
    attempt,
    executionId,
    workflowService: executionId === null ? null : (recovery.workflowService ?? 'embedded'),
  };
  const defaults = { startedAt: null, endedAt: null, output: null, verifies: null, deadline: null };
  await saveRecoveryStep(tx, { ...defaults, ...known, ...row });
}

export async function beginVerification(
  tx: Tx,
  { recovery }: RecordContext,
  { step, deadline }: Pick<Extract<ChainNote, { kind: 'begin-verification' }>, 'step' | 'deadline'>,
  at: number,
): Promise<void> {
  await saveRecoveryStep(tx, {
    ...verificationRow(recovery, step, deadline),
    state: 'RUNNING',
    reason: '',
    startedAt: at,
    endedAt: null,
  });
}

/**
 * An earlier version recorded the end of a step with the end of its verification. Where it was stopped in
 * between, the step's row still reads RUNNING: it is written again here, which changes nothing elsewhere.
 */
export async function endVerification(
  tx: Tx,
  context: RecordContext,
  { step, state, reason }: Extract<ChainNote, { kind: 'end-verification' }>,
  at: number,
  decisions: readonly TimedDecision[],
): Promise<void> {
  const { recoveryId } = context.recovery;
  const isOfStep = (of: StepPlan | null) => of === step || (of !== null && step !== null && isSame(of, step));
  const begun = decisions.find(
    ({ decision }) => decision.kind === 'begin-verification' && isOfStep(decision.step),
  );
  const deadline = begun?.decision.kind === 'begin-verification' ? begun.decision.deadline : null;
  const finished = decisions.find(({ decision }) => decision.kind === 'finish' && isOfStep(decision.step));
  if (step !== null && finished?.decision.kind === 'finish') {
    const { decision } = finished;
    const startedAt = startOf(step, decisions);
    await saveChainStep(tx, context, step, { ...rowOf(decision), startedAt, endedAt: finished.at });
  }
  const row = verificationRow(context.recovery, step, deadline);
  await saveRecoveryStep(tx, { ...row, state, reason, startedAt: begun?.at ?? null, endedAt: at });
  const { name, item, purpose, attempt } = row;
  const ended = { name, item, purpose, attempt, state, startedAt: begun?.at ?? null, endedAt: at };
  await enqueueRecoveryNews(tx, { event: 'step_ended', recoveryId, reason, at, step: ended });
}

function rowOf({ state, reason, output }: Extract<ChainNote, { kind: 'finish' }>) {
  return { state, reason, output };
}

function verificationRow(recovery: IdentifiedRecovery, step: StepPlan | null, deadline: number | null) {
  const { recoveryId } = recovery;
  const key = {
    item: step?.item ?? wholeChain,
    purpose: 'verification',
    attempt: step?.attempt ?? 1,
  } as const;
  return {
    ...key,
    id: stepId(recovery, { ...key, name: 'VERIFY' }),
    recoveryId,
    name: 'VERIFY',
    workflowName: null,
    executionId: null,
    workflowService: null,
    output: null,
    verifies: step === null ? null : stepId(recovery, step),
    deadline,
  };
}

export async function saveFinish(
  tx: Tx,
  context: RecordContext,
  { step, state, reason, output }: Extract<ChainNote, { kind: 'finish' }>,
  at: number,
  startedAt: number | null,
): Promise<void> {
  await saveChainStep(tx, context, step, { state, reason, output, startedAt, endedAt: at });
  const { name, item, purpose, attempt } = step;
  const ended = { name, item, purpose, attempt, state, startedAt, endedAt: at };
  const { recoveryId } = context.recovery;
  await recordHook(tx, context, { step, state, reason });
  await enqueueRecoveryNews(tx, { event: 'step_ended', recoveryId, reason, at, step: ended });
}

/**
 * A hook that failed undoes nothing, and would be forgotten: the recovery keeps it until an operator
 * acknowledges it.
 */
async function recordHook(
  tx: Tx,
  { recovery }: RecordContext,
  { step, state, reason }: Pick<Extract<ChainNote, { kind: 'finish' }>, 'step' | 'state' | 'reason'>,
): Promise<void> {
  const { item, purpose, name } = step;
  const { recoveryId, mode } = recovery;
  if (mode === 'OBSERVE' || purpose === 'action' || purpose === 'before') return;
  if (state === 'SUCCEEDED') return await hookSucceeded(tx, recoveryId, item);
  await saveHookFailure(tx, recoveryId, {
    item,
    reason: `${purpose} hook failed: ${stepLabel(step)}: ${reason}`,
    executionId: name === 'WORKFLOW' ? stepId(recovery, step) : null,
    workflowService: recovery.workflowService ?? 'embedded',
  });
}

/** null for a step that ended without having begun. */
export function startOf(step: StepPlan, decisions: readonly TimedDecision[]): number | null {
  const begun = decisions.find(({ decision }) => decision.kind === 'run' && isSame(decision.step, step));
  return begun?.at ?? null;
}

function isSame(one: StepPlan, other: StepPlan): boolean {
  return one.item === other.item && one.purpose === other.purpose && one.attempt === other.attempt;
}

/** What the ids of a recovery's steps are made from. */
type IdentifiedRecovery = Pick<RecordContext['recovery'], 'recoveryId' | 'facts'>;

/**
 * The id of a row of a step or of a verification, and of the workflow execution that a step starts: the same
 * after every crash. A recovery that was held because it is not confirmed that the old node is gone begins
 * again: what it does to the node is done again, and has an id of its own. Its workflows are not run again:
 * they have ended.
 */
export function stepId(
  { recoveryId, facts: { timesUnconfirmed = 0 } }: IdentifiedRecovery,
  step: Pick<RecoveryStep, 'name' | 'item' | 'purpose' | 'attempt'>,
): string {
  const turn = step.name === 'WORKFLOW' ? 0 : timesUnconfirmed;
  return executionId(recoveryId, { ...step, turn }, (bytes) => createHash('sha1').update(bytes).digest());
}
