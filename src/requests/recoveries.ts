/**
 * What was done about failures: reading it, and saying that what it left open is done. A recovery belongs to
 * the project of its cluster, or of its node.
 */
import { requestedCancels } from '../store/action-cancel.ts';
import { CoppiceError } from '../domain/errors.ts';
import type { Recovery, RecoveryDecision, RecoveryStep } from '../domain/model.ts';
import type { OperatorTask } from '../recovery/operator-task.ts';
import { stepTasks } from '../recovery/step-tasks.ts';
import { inForce } from '../clusters/maintenance.ts';
import { healingOfNode } from '../store/healing.ts';
import { acknowledgeHookFailure } from '../store/hook-failures.ts';
import {
  getRecovery,
  listRecoveries,
  recoveriesFrom,
  recoveryPlan,
  type RecoveryListQuery,
} from '../store/recoveries.ts';
import { identitiesOf } from '../store/shared-names.ts';
import { recoveryDecisions } from '../store/recovery-decisions.ts';
import { recoverySteps } from '../store/recovery-steps.ts';
import { recoveryContexts, type RecoveryContext } from '../store/recovery-context.ts';
import type { Db } from '../store/store.ts';
import { ambiguous, recoveryFacts } from './candidates.ts';
import { findId, throwNotFound } from './find-object.ts';
import { MOST_NAMED } from './in-use.ts';
import { explainedStep } from './node-health.ts';
import { describeStep, factsIn, type RunningRecoveryStep } from './open-recoveries.ts';
import { listVisibleRetained, type KeptView } from './retained.ts';
import { executionOf, type StepExecution } from './step-execution.ts';
import { visibleProject, type Caller, type RequestTools } from './request-tools.ts';

export interface RecoveryFilter {
  /** Ids or names. */
  readonly node: string | undefined;
  readonly cluster: string | undefined;
  /** Ids: the action that carries it out; an execution of one of its workflows. */
  readonly action: string | undefined;
  readonly execution: string | undefined;
  readonly state: readonly string[] | undefined;
  readonly limit: number | undefined;
  readonly marker: string | undefined;
}

export interface RecoverySummary {
  readonly recovery: Recovery;
  readonly context: RecoveryContext;
}

/** The newest first. */
export async function listVisibleRecoveries(
  { store: { db } }: RequestTools,
  caller: Caller,
  { node, cluster, action, execution, state, limit, marker }: RecoveryFilter,
): Promise<RecoverySummary[]> {
  const query: RecoveryListQuery = {
    sort: [{ key: 'opened_at', descending: true }],
    filters: {
      ...(cluster === undefined ? {} : { cluster_id: [await idOf(db, caller, 'cluster', cluster)] }),
      ...(state === undefined ? {} : { state }),
    },
    ...(node === undefined ? {} : { node: await idOf(db, caller, 'node', node) }),
    ...(action === undefined ? {} : { action }),
    ...(execution === undefined ? {} : { execution }),
    ...(limit === undefined ? {} : { limit }),
    ...(marker === undefined ? {} : { marker }),
  };
  const recoveries = await listRecoveries(db, withProject(query, caller));
  return await summaries(db, recoveries);
}

async function summaries(db: Db, recoveries: readonly Recovery[]): Promise<RecoverySummary[]> {
  const contexts = await recoveryContexts(
    db,
    recoveries.map(({ id }) => id),
  );
  return recoveries.map((recovery) => ({ recovery, context: contexts.get(recovery.id) ?? withoutContext }));
}

const withoutContext: RecoveryContext = {
  reason: '',
  warning: null,
  acknowledgedAt: null,
  nodeExists: false,
  next: null,
};

/**
 * What is gone is still known by its recoveries. @throws CoppiceError `bad-request` for what there never was.
 */
async function idOf(db: Db, caller: Caller, kind: 'cluster' | 'node', identity: string): Promise<string> {
  const id = await findId(db, caller, kind, identity);
  if (id !== undefined) return id;
  const of = kind === 'node' ? { filters: {}, node: identity } : { filters: { cluster_id: [identity] } };
  const [known] = await listRecoveries(db, withProject({ ...of, sort: [], limit: 1 }, caller));
  if (known !== undefined) return identity;
  throw new CoppiceError('bad-request', `Cannot find the given ${kind}: ${identity}.`);
}

function withProject(query: RecoveryListQuery, caller: Caller): RecoveryListQuery {
  const project = visibleProject(caller);
  return project === undefined ? query : { ...query, project };
}

export interface RecoveryRecord extends RecoverySummary {
  readonly steps: readonly RecoveryStep[];
  /**
   * How the executions of its workflows stand, by their ids; those that are not there any more are left out.
   */
  readonly executions: ReadonlyMap<string, StepExecution>;
  readonly decisions: readonly RecoveryDecision[];
  /** What it has stopped, and is still kept. */
  readonly retained: readonly KeptView[];
  /** Of one that runs: its step, until when, and what follows. */
  readonly running: RunningRecoveryStep | null;
  /** What an operator may do about that step. */
  readonly operator: readonly OperatorTask[];
}

/**
 * @param identity the id, or its first characters.
 * @throws CoppiceError `resource-not-found`, or `multiple-choices` where they fit several.
 */
export async function getRecoveryRecord(
  tools: RequestTools,
  caller: Caller,
  identity: string,
): Promise<RecoveryRecord> {
  const { db } = tools.store;
  const recovery = await requireRecovery(db, caller, identity);
  const [summary = { recovery, context: withoutContext }] = await summaries(db, [recovery]);
  const steps = await recoverySteps(db, recovery.id);
  const decisions = await recoveryDecisions(db, recovery.id);
  const executions = new Map<string, StepExecution>();
  for (const step of steps) {
    const execution = await executionOf(tools, step, recovery);
    if (execution !== null) executions.set(execution.executionId, execution);
  }
  const step = recovery.state === 'OPEN' ? steps.findLast(({ state }) => state === 'RUNNING') : undefined;
  const facts = factsIn(await recoveryPlan(db, recovery.id));
  const { actionId } = recovery;
  const cancels = await requestedCancels(db, actionId === null ? [] : [actionId]);
  const cancelled = cancels.get(actionId ?? '') ?? null;
  const running =
    step === undefined
      ? null
      : await describeStep(tools, recovery, { step, facts, decisions, cancelled }, tools.now());
  const retained = await listVisibleRetained(tools, caller, { recovery: recovery.id });
  const operator = running === null ? [] : await tasksOfStep(tools, caller.project, recovery, running);
  return { ...summary, steps, executions, decisions, retained, running, operator };
}

async function tasksOfStep(
  { store: { db }, now }: RequestTools,
  viewer: string,
  recovery: Recovery,
  running: RunningRecoveryStep,
): Promise<OperatorTask[]> {
  const { id, nodeId, nodeName, project, mode } = recovery;
  const node = { id: nodeId, name: nodeName, project };
  const name = (await identitiesOf(db, 'node', [node], viewer))(node);
  const excluded = inForce((await healingOfNode(db, nodeId)).exclusion, now());
  return stepTasks({ name, excluded, recovery: { id, mode, step: explainedStep(running) } }, now());
}

export async function requireRecovery(db: Db, caller: Caller, identity: string): Promise<Recovery> {
  const project = visibleProject(caller);
  if (!/^[0-9a-f-]{4,36}$/i.test(identity))
    return (await getRecovery(db, identity, project)) ?? throwNotFound('recovery', identity);
  const found = await recoveriesFrom(db, identity, project, MOST_NAMED + 1);
  const [only = throwNotFound('recovery', identity)] = found;
  if (found.length === 1) return only;
  const candidates = found.map((recovery) => ({ id: recovery.id, facts: recoveryFacts(recovery) }));
  throw ambiguous('recovery', identity, candidates);
}

/**
 * What a failed hook was for is done: the warning on its node ends. @throws CoppiceError `bad-request` where
 * there is none.
 */
export async function acknowledgeRecovery(
  tools: RequestTools,
  caller: Caller,
  identity: string,
): Promise<string> {
  return await tools.store.write(async (tx) => {
    const { id } = await requireRecovery(tx.db, caller, identity);
    if (await acknowledgeHookFailure(tx, id, tools.now())) return id;
    const message = `No hook of the recovery ${id} failed, or it was acknowledged: there is nothing to acknowledge.`;
    throw new CoppiceError('bad-request', message);
  });
}
