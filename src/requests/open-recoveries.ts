/**
 * The open recoveries of a cluster, and of those that run: the step that runs, until when, and what follows
 * it.
 */
import { requestedCancels } from '../store/action-cancel.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Recovery, RecoveryDecision, RecoveryStep } from '../domain/model.ts';
import type { Session } from '../domain/session.ts';
import type { RecoveryMode } from '../domain/states.ts';
import type { ClusterSnapshot } from '../healing/snapshot.ts';
import type { ChainFacts } from '../recovery/chain.ts';
import { duration } from '../domain/duration.ts';
import { utcSeconds } from '../domain/time-text.ts';
import type { ChainItem, Runnable } from '../domain/health-policy.ts';
import { stepLabel, verificationLabel, wholeChain } from '../recovery/describe.ts';
import { verificationEnd } from '../recovery/verify.ts';
import {
  actionOfHook,
  itemLabel,
  runnableOf,
  whatFollows,
  type Following,
} from '../recovery/what-follows.ts';
import { recoveryPlans } from '../store/recoveries.ts';
import { decisionsOfRecoveries } from '../store/recovery-decisions.ts';
import { stepsOfRecoveries } from '../store/recovery-steps.ts';
import type { Db } from '../store/store.ts';
import type { WorkflowServiceName } from '../domain/workflow-service-name.ts';
import { workflowStartOf } from '../recovery-record/workflow-start.ts';
import type { RequestTools } from './request-tools.ts';
import { noStepExecution, viewExecution, type StepExecution } from './step-execution.ts';

export interface OpenNodeRecovery {
  readonly id: string;
  readonly mode: RecoveryMode;
  readonly actionId: string | null;
  readonly failure: Recovery['failure'];
  readonly openedAt: number;
  /** null: held. */
  readonly startedAt: number | null;
  /** The last one that began. */
  readonly step: RunningRecoveryStep | null;
  /** The last decision; of one that is held, why. */
  readonly reason: string;
}

export interface RunningRecoveryStep {
  readonly step: RecoveryStep;
  /** `REBOOT`, `WORKFLOW drain`, `verification of REBOOT`; without the attempt. */
  readonly label: string;
  /** null: the recovery was started by a Coppice that did not keep its plan. */
  readonly attempts: number | null;
  /** When it is given up at the latest; null: it has ended, or that is not known. */
  readonly deadline: number | null;
  /** The operation is over, and the node is probed until it is healthy. */
  readonly verifying: boolean;
  readonly follows: Following | null;
  /** Of a hook: the action before or after which it is run; null: it is no such hook. */
  readonly action: ChainItem | null;
  readonly workflow: StepExecution | null;
  /** Why the execution of the workflow cannot be shown; null: it can, or there is none. */
  readonly problem: string | null;
  /** Of a workflow whose start its service has not taken; null: it has, or it is no workflow. */
  readonly unbegun: UnbegunWorkflow | null;
  /** Why the recovery is being cancelled; null: it is not. */
  readonly cancelled: string | null;
  /** `before REBOOT: WORKFLOW drain, attempt 1 of 2: runs for 5 min, until ... at most; then REBOOT; ...` */
  readonly inWords: string;
}

export interface UnbegunWorkflow {
  readonly service: WorkflowServiceName;
  /** Why the service could not be reached; null: it is being asked for the first time. */
  readonly reason: string | null;
}

/** There may be hundreds: what is read of them is read for all at once. */
export async function openNodeRecoveries(
  tools: RequestTools,
  { recoveries, round: { now } }: ClusterSnapshot,
): Promise<ReadonlyMap<string, OpenNodeRecovery>> {
  const started = recoveries.filter(({ startedAt }) => startedAt !== null);
  const running = await readRunning(
    tools.store.db,
    started.map(({ recoveryId }) => recoveryId),
  );
  const cancels = await requestedCancels(
    tools.store.db,
    started.flatMap(({ actionId }) => actionId ?? []),
  );
  const open = new Map<string, OpenNodeRecovery>();
  for (const recovery of recoveries) {
    const { recoveryId: id, nodeId, mode, actionId, failure, openedAt, startedAt } = recovery;
    const known = { id, mode, actionId, failure, openedAt, startedAt };
    const { step, decisions, facts } = running(id);
    const cancelled = cancels.get(actionId ?? '') ?? null;
    const described =
      step && (await describeStep(tools, recovery, { step, facts, decisions, cancelled }, now));
    open.set(nodeId, { ...known, step: described ?? null, reason: decisions.at(-1)?.reason ?? '' });
  }
  return open;
}

interface RunningRecovery {
  /** The last one that began; undefined: none has. */
  readonly step: RecoveryStep | undefined;
  readonly facts: ChainFacts | null;
  readonly decisions: readonly RecoveryDecision[];
}

/** @returns what is known of each of these recoveries; of any other one, nothing. */
async function readRunning(db: Db, ids: readonly string[]): Promise<(id: string) => RunningRecovery> {
  const steps = await stepsOfRecoveries(db, ids);
  const decisions = await decisionsOfRecoveries(db, ids);
  const plans = await recoveryPlans(db, ids);
  return (id) => ({
    step: steps.get(id)?.findLast((each) => each.startedAt !== null),
    facts: factsIn(plans.get(id)),
    decisions: decisions.get(id) ?? [],
  });
}

/** Kept when the recovery began; before that the plan is empty. */
export function factsIn(plan: JsonObject | undefined): ChainFacts | null {
  return (plan?.['facts'] as ChainFacts | undefined) ?? null;
}

export interface StepOfRecovery {
  readonly step: RecoveryStep;
  /** null: the recovery has not begun. */
  readonly facts: ChainFacts | null;
  readonly decisions: readonly RecoveryDecision[];
  /** Why it is being cancelled; null: it is not. */
  readonly cancelled: string | null;
}

/** @param owner of the recovery, with the action that carries it out. */
export async function describeStep(
  tools: RequestTools,
  owner: Session & Pick<OpenNodeRecovery, 'actionId'>,
  { step, facts, decisions, cancelled }: StepOfRecovery,
  now: number,
): Promise<RunningRecoveryStep> {
  const runnable = facts === null ? undefined : runnableOf(facts, step);
  const verification = verificationStart(step, decisions);
  const deadline = deadlineOf(step, facts, verification);
  const follows = facts === null ? null : whatFollows(facts, step, now);
  const shown = step.state === 'RUNNING' ? await viewExecution(tools, step, owner) : noStepExecution;
  const unbegun =
    shown.execution === null ? await unbegunWorkflow(tools.store.db, step, owner.actionId) : null;
  const known = {
    step,
    label: labelOf(step, runnable),
    attempts: runnable?.attempts ?? null,
    deadline,
    verifying: verification !== null,
    follows,
    action: (facts === null ? undefined : actionOfHook(facts, step)) ?? null,
    workflow: shown.execution,
    // Where nothing has begun, there is nothing that could be shown.
    problem: unbegun === null ? shown.problem : null,
    unbegun,
    cancelled,
  };
  return { ...known, inWords: inWords(known, now) };
}

/** null: it may have begun, or is no workflow. */
async function unbegunWorkflow(
  db: Db,
  { name, state, startedAt, workflowService }: RecoveryStep,
  actionId: string | null,
): Promise<UnbegunWorkflow | null> {
  if (name !== 'WORKFLOW' || state !== 'RUNNING' || startedAt === null || actionId === null) return null;
  const start = await workflowStartOf(db, actionId, startedAt);
  if (start.state === 'BEGUN') return null;
  const service = workflowService ?? 'embedded';
  return { service, reason: start.state === 'NOT_BEGUN' ? start.reason : null };
}

/** Of those that have changed something: what they verify says more than a verification. */
export function labelsOfDone(steps: readonly RecoveryStep[]): string[] {
  const done = steps.filter(({ state, purpose }) => state === 'SUCCEEDED' && purpose !== 'verification');
  return done.map((step) => labelOf(step, undefined));
}

function labelOf(step: RecoveryStep, runnable: Runnable | undefined): string {
  if (step.purpose === 'verification') {
    if (step.item === wholeChain) return verificationLabel(null);
    return runnable === undefined
      ? 'verification'
      : verificationLabel({ name: runnable.name, item: runnable.id, params: runnable.params });
  }
  const params = step.workflowName === null ? {} : { workflow_name: step.workflowName };
  return stepLabel({ name: step.name, item: step.item, params });
}

/** null: the operation still runs, or the step has ended. */
function verificationStart(step: RecoveryStep, decisions: readonly RecoveryDecision[]): number | null {
  if (step.state !== 'RUNNING' || step.startedAt === null) return null;
  if (step.purpose === 'verification') return step.startedAt;
  // Begun by an earlier version, which kept no row of a verification.
  const began = step.startedAt;
  return decisions.find(({ decision, at }) => decision === 'verify' && at >= began)?.at ?? null;
}

function deadlineOf(
  step: RecoveryStep,
  facts: ChainFacts | null,
  verification: number | null,
): number | null {
  if (step.purpose === 'verification') return step.state === 'RUNNING' ? step.deadline : null;
  const runnable = facts === null ? undefined : runnableOf(facts, step);
  if (facts === null || runnable === undefined || step.startedAt === null || step.state !== 'RUNNING')
    return null;
  const end = step.startedAt + runnable.timeoutMs;
  return verification === null ? end : verificationEnd(facts, runnable, end, verification);
}

function inWords(running: Omit<RunningRecoveryStep, 'inWords'>, now: number): string {
  const { step, label, attempts, deadline, verifying, follows, workflow, problem, unbegun, cancelled } =
    running;
  const attempt = attempts === null || attempts === 1 ? '' : `, attempt ${step.attempt} of ${attempts}`;
  const title = `${purposeText(running)}${label}${attempt}`;
  if (step.state !== 'RUNNING') return `${title}: ${step.state}`;
  const isVerifiedHere = verifying && step.purpose !== 'verification';
  const since = sinceText(step.startedAt, unbegun, now);
  const what = isVerifiedHere ? 'done, and the node is being verified' : workflowText(workflow, since, now);
  const unseen = problem === null ? '' : `, but ${problem}`;
  if (cancelled !== null)
    return `${title}: ${what}${unseen}; it is being cancelled (${cancelled}), and its end is waited for`;
  const until = deadline === null ? '' : untilText(deadline, now);
  const then = follows === null ? '' : `; then ${follows.ifItHelps}; if it fails: ${follows.ifItFails}`;
  return `${title}: ${what}${unseen}${until}${then}`;
}

/** `has run for 5 min`, `has not begun for 31 s: ...` */
function sinceText(startedAt: number | null, unbegun: UnbegunWorkflow | null, now: number): string {
  if (startedAt === null) return 'runs';
  const lasting = duration(now - startedAt);
  if (unbegun === null) return `has run for ${lasting}`;
  if (unbegun.reason === null) return `has been asked for ${lasting} to begin`;
  return `has not begun for ${lasting}: ${unbegun.reason}; it is tried again`;
}

/** `before REBOOT: ` of a hook. */
function purposeText({ step: { purpose }, action }: Pick<RunningRecoveryStep, 'step' | 'action'>): string {
  if (purpose === 'action' || purpose === 'verification') return '';
  return action === null ? `${purpose}: ` : `${purpose} ${itemLabel(action)}: `;
}

/** What is begun and cannot be cancelled is waited for, also after its time. */
function untilText(deadline: number, now: number): string {
  const leftMs = deadline - now;
  return leftMs > 0
    ? `, and has ${duration(leftMs)} more at most (until ${utcSeconds(deadline)})`
    : `; its time was over ${duration(-leftMs)} ago, and its end is waited for before anything else is done`;
}

function workflowText(workflow: StepExecution | null, running: string, now: number): string {
  if (workflow === null || workflow.state !== 'PAUSED') return running;
  const { since, stateInfo } = workflow;
  const how = stateInfo === null || stateInfo === '' ? '' : ` (${stateInfo})`;
  return `its workflow is PAUSED${since === null ? '' : ` since ${duration(now - since)}`}${how}`;
}
