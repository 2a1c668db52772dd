/**
 * Carrying out WORKFLOW: start it with an id that every repeat knows, await its end by the durable signal (or
 * by probing again), and if its time is up cancel it and await that it has really ended.
 */
import { ownerOf } from '../../domain/session.ts';
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { ActionInterrupted } from '../../engine/action-context.ts';
import type { ChainEvent, StepResult } from '../../recovery/chain.ts';
import { duration } from '../../domain/duration.ts';
import { definitionIn, workflowInput } from '../../recovery/workflow-input.ts';
import { workflowStartPart } from '../../recovery-record/workflow-start.ts';
import type { HealingContext } from '../../recovery/workflow-input.ts';
import { failureInBrief } from '../../workflow/failure-in-brief.ts';
import { workflowHint } from '../../workflow/missing-workflow.ts';
import { workflowOfStep } from '../../workflow/workflow-of-step.ts';
import { hasEnded, WorkflowServiceNotReached } from '../../workflow/workflow-service.ts';
import type {
  WorkflowDescription,
  WorkflowExecution,
  WorkflowService,
} from '../../workflow/workflow-service.ts';
import { attempt } from './attempt-step.ts';
import type { StepRun } from './step-run.ts';

export interface WorkflowRun extends StepRun {
  readonly workflows: WorkflowService;
  readonly executionId: string;
  /** Asked for when the workflow is started. */
  readonly healing: () => Promise<HealingContext>;
}

type Ran = Extract<ChainEvent, { kind: 'ran' }>;

/** What a read of an execution shows; `ended` null: it runs, or could not be probed. */
interface Seen {
  readonly at: number;
  readonly ended: StepResult | null;
}

interface Started extends Seen {
  /** false: nothing of it has begun, for certain: the engine could not be reached. */
  readonly mayHaveBegun: boolean;
}

/** How long the engine may take to answer a call, whatever the workflow itself may take. */
const callTimeoutMs = 60_000;
/** An execution that is not found so often in a row is not there, also where reads may lag. */
const TIMES_ABSENT = 3;

export async function runWorkflowStep(run: WorkflowRun): Promise<Ran> {
  const known = { mayHaveBegun: false };
  try {
    return await startAndAwait(run, known);
  } catch (error) {
    if (error instanceof ActionInterrupted && known.mayHaveBegun)
      await cancelAndAwait(run, 'interrupted', error.message);
    throw error;
  }
}

/**
 * An engine that cannot be reached is asked to start it for as long as the step may take.
 * @param known is told whether there may be an execution, for the case of an interruption.
 */
async function startAndAwait(run: WorkflowRun, known: { mayHaveBegun: boolean }): Promise<Ran> {
  let deadline = Infinity;
  for (let turn = 1; ; turn += 1) {
    // While it is asked, it is not known whether that was received.
    known.mayHaveBegun = true;
    const started = await start(run, turn);
    known.mayHaveBegun = started.mayHaveBegun;
    const { at, ended } = started;
    if (turn === 1) deadline = at + run.step.timeoutMs;
    if (ended !== null && !mayPass(ended)) return ran(at, ended);
    if (started.mayHaveBegun) {
      const end = await awaitEnd(run, deadline, ended);
      return end === null ? await giveUp(run) : ran(end.at, end.ended);
    }
    if (ended !== null && at >= deadline) return ran(at, ended);
    await pause(run, `start wait ${turn}`, Math.min(run.workflows.pauseMs(turn), deadline - at));
  }
}

/** A start that failed on the way (no answer, out of time) may have been heard, or may succeed later. */
function mayPass(result: StepResult): boolean {
  return !result.ok && result.retryable;
}

async function giveUp(run: WorkflowRun): Promise<Ran> {
  const { at, ended } = await cancelAndAwait(run, 'cancel', 'out of time');
  // It may have come to its end just before it was cancelled.
  if (ended.ok) return ran(at, ended);
  const reason = `not done within ${duration(run.step.timeoutMs)}, so it was cancelled`;
  return ran(at, { ok: false, reason, retryable: true });
}

function ran(at: number, result: StepResult): Ran {
  return { kind: 'ran', at, result };
}

async function start(run: WorkflowRun, turn: number): Promise<Started> {
  let mayHaveBegun = false;
  const see = async (): Promise<StepResult | null> => {
    const workflow = await find(run);
    if (workflow === undefined) return await missing(run);
    const healing = await run.healing();
    const input = workflowInput(
      run.step.params,
      healing,
      workflow,
      new Date(run.context.now()).toISOString(),
    );
    if (!input.ok) return { ok: false, reason: input.reason, retryable: false };
    mayHaveBegun = true;
    try {
      const execution = await run.workflows.start({
        id: run.executionId,
        workflowName: workflow.name,
        input: input.input,
        env: input.env,
        session: ownerOf(run.context.action),
        description: `Recovery of node ${run.nodeId}: ${run.step.purpose} ${run.step.item}`,
      });
      return resultOf(execution);
    } catch (error) {
      mayHaveBegun = !(error instanceof WorkflowServiceNotReached);
      throw error;
    }
  };
  const part = workflowStartPart(turn);
  return await callService(run, part, see, { isStart: true, mayHaveBegun: () => mayHaveBegun });
}

/** The policy's check has seen that it is a name. */
function workflowName({ params }: StepRun['step']): string {
  const name = params['workflow_name'];
  return typeof name === 'string' ? name : '';
}

/**
 * One that is not there is made from the definition that the policy carries, if it carries one. Another
 * recovery may make it at the same time, or it holds other names that exist: then it is refused as a
 * conflict, and the name says whether it is there.
 */
async function find({ step, workflows, context }: WorkflowRun): Promise<WorkflowDescription | undefined> {
  const owner = ownerOf(context.action);
  const meant = { name: workflowName(step), definition: definitionIn(step.params) };
  const found = await workflowOfStep(workflows, meant, owner);
  if (found !== undefined || meant.definition === null) return found;
  try {
    await workflows.createDefinition(meant.definition, owner);
  } catch (error) {
    if (!(error instanceof CoppiceError) || error.status !== 409) throw error;
  }
  return await workflowOfStep(workflows, meant, owner);
}

async function missing({ step, workflows, context }: WorkflowRun): Promise<StepResult> {
  const name = workflowName(step);
  const more = definitionIn(step.params) === null ? '' : ', also not in its inputs.definition';
  const hint = await workflowHint(workflows, name, ownerOf(context.action));
  return { ok: false, reason: `there is no workflow ${name}${hint}${more}`, retryable: false };
}

/** null: out of time. @param absent what it means that there is no such execution. */
async function awaitEnd(
  run: WorkflowRun,
  deadline: number,
  absent: StepResult | null,
): Promise<{ at: number; ended: StepResult } | null> {
  let timesAbsent = 0;
  for (let turn = 1; ; turn += 1) {
    const { at, ended } = await callService(run, `look ${turn}`, () => seeExecution(run, absent));
    timesAbsent = ended !== null && isAbsent(ended, absent) ? timesAbsent + 1 : 0;
    const isCertain = timesAbsent === 0 || timesAbsent >= (run.workflows.readsMayLag ? TIMES_ABSENT : 1);
    if (ended !== null && isCertain) return { at, ended };
    if (at >= deadline) return null;
    await pause(run, `wait ${turn}`, Math.min(run.workflows.pauseMs(turn), deadline - at));
  }
}

/**
 * Asks again until it has ended: an engine that cannot be reached now may still run it.
 * @param what names the steps: the wait for a cancelled execution may be interrupted, and then goes on by
 * steps of another name.
 */
async function cancelAndAwait(
  run: WorkflowRun,
  what: 'cancel' | 'interrupted',
  reason: string,
): Promise<{ at: number; ended: StepResult }> {
  for (let turn = 1; ; turn += 1) {
    const cancel = () => cancelExecution(run, reason);
    const { at, ended } = await callService(run, `${what} ${turn}`, cancel, { until: unstoppable });
    if (ended !== null) return { at, ended };
    await pause(run, `${what} wait ${turn}`, run.workflows.pauseMs(turn));
  }
}

/** One that cannot be read, or is not found, is cancelled all the same: the answer says how it stands. */
async function cancelExecution(run: WorkflowRun, reason: string): Promise<StepResult | null> {
  const { workflows, executionId, context } = run;
  const seen = await seeExecution(run, null).catch(() => null);
  if (seen !== null && !isAbsent(seen, null)) return seen;
  try {
    return resultOf(await workflows.cancel(executionId, reason, ownerOf(context.action)));
  } catch (error) {
    if (error instanceof CoppiceError && error.code === 'resource-not-found') return noExecution;
    throw error;
  }
}

function isAbsent(result: StepResult, absent: StepResult | null): boolean {
  const expected = absent ?? noExecution;
  return !result.ok && !expected.ok && result.reason === expected.reason;
}

const noExecution: StepResult = {
  ok: false,
  reason: 'there is no such execution (any more)',
  retryable: true,
};

async function pause(
  { context, name, workflows, executionId }: WorkflowRun,
  what: string,
  ms: number,
): Promise<void> {
  const signal = workflows.endSignal(executionId);
  if (signal === undefined) await context.sleep(`${name} ${what}`, ms);
  else await context.waitFor(`${name} ${what}`, signal, ms);
}

async function seeExecution(
  { workflows, executionId, context }: WorkflowRun,
  absent: StepResult | null,
): Promise<StepResult | null> {
  const execution = await workflows.get(executionId, ownerOf(context.action));
  if (execution === undefined) return absent ?? noExecution;
  return resultOf(execution);
}

/** An operator who cancels an execution does not want it again; an ERROR may be a passing one. */
function resultOf({ state, stateInfo, output }: WorkflowExecution): StepResult | null {
  if (!hasEnded(state)) return null;
  if (state === 'SUCCESS') return { ok: true, output };
  const why = stateInfo === null || stateInfo === '' ? '' : `: ${failureInBrief(stateInfo)}`;
  return { ok: false, reason: `the workflow ended in ${state}${why}`, retryable: state === 'ERROR' };
}

/** Of an action that was interrupted everything is aborted; what cleans up after it is not. */
const unstoppable = new AbortController().signal;

interface ServiceCall {
  /** A start that fails has ended the step; a read that fails has seen nothing. */
  readonly isStart?: boolean;
  /** Asked when the call is over. */
  readonly mayHaveBegun?: () => boolean;
  /** What breaks it off; absent: what interrupts the action. */
  readonly until?: AbortSignal;
}

/** One durable step. */
async function callService(
  { context, name }: WorkflowRun,
  what: string,
  see: () => Promise<StepResult | null>,
  { isStart = false, mayHaveBegun = () => true, until }: ServiceCall = {},
): Promise<Started> {
  const seen = await context.step(`${name} ${what}`, async ({ signal }) => {
    const answer = await attempt(
      async () => ({ ended: (await see()) as JsonObject | null }),
      callTimeoutMs,
      until ?? signal,
    );
    const failed = {
      ok: false,
      reason: answer.ok ? '' : answer.reason,
      retryable: !answer.ok && answer.retryable,
    };
    const ended = answer.ok ? answer.made.ended : isStart ? failed : null;
    return { at: context.now(), ended, mayHaveBegun: mayHaveBegun() };
  });
  // A record of an earlier version does not say it.
  const { at, ended, mayHaveBegun: begun = true } = seen as Partial<typeof seen> & { at: number };
  return { at, ended: (ended ?? null) as StepResult | null, mayHaveBegun: begun };
}
