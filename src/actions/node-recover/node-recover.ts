/**
 * NODE_RECOVER: carries out what the planner of `recovery/` decides for one node, one decision after another,
 * until it says that it is over. It decides nothing itself.
 *
 *     begin -> [ planChain(facts, history) -> carry out -> what came of it into the history ]* -> close
 *
 * After a crash the action runs from the top: what was done is in its record, the history is rebuilt from it,
 * and the planner decides again what it had decided. Inputs: `{recovery_id}` from the healer; `{operation?,
 * operation_params?, check?}` from an operator.
 */
import { CoppiceError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { ActionInterrupted } from '../../engine/action-context.ts';
import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import type { Act, ChainEvent, End, StepPlan } from '../../recovery/chain.ts';
import { planChain } from '../../recovery/plan-chain.ts';
import type { ChainPlan } from '../../recovery/plan-chain.ts';
import { healingContext } from '../../recovery/workflow-input.ts';
import type { HealingContext } from '../../recovery/workflow-input.ts';
import { getCluster } from '../../store/clusters.ts';
import { getRecovery, saveRecoveryPlan } from '../../store/recoveries.ts';
import type { Tx } from '../../store/store.ts';
import { noMistral, type WorkflowServices } from '../../workflow/workflow-services.ts';
import type { RunningRecovery } from '../../recovery-record/running-recovery.ts';
import { loadManagedNode } from '../../clusters/managed-node.ts';
import { beginRecovery } from './begin-recovery.ts';
import { registerRecovered } from './recovery-registration.ts';
import { giveUpOther } from './surge-operation.ts';
import { runOperationStep } from './recovery-operation.ts';
import type { ProbingServices } from '../recovery-probe.ts';
import { isChange, recordDecisions } from '../../recovery-record/recovery-record.ts';
import { stepId } from '../../recovery-record/step-record.ts';
import { runWorkflowStep } from './recovery-workflow.ts';

export interface RecoveryServices extends ProbingServices {
  readonly workflows: WorkflowServices;
}

export function nodeRecover(services: RecoveryServices): ActionDefinition {
  return {
    action: 'NODE_RECOVER',
    async run(context) {
      const begun = await context.transaction(
        'begin',
        async (tx) => (await begin(tx, context, services)) as Json,
      );
      if (begun === null) return {};
      const recovery = begun as unknown as RunningRecovery;
      return await new RecoveryRun(context, services, recovery).toTheEnd();
    },
  };
}

async function begin(tx: Tx, context: ActionContext, { workflows }: RecoveryServices): Promise<unknown> {
  const recovery = await beginRecovery(tx, context, workflows);
  if (recovery === null) return null;
  const { decisions } = planChain(recovery.facts, []);
  await recordDecisions(
    tx,
    { recovery, action: context.action, now: context.now(), verdict: null },
    decisions,
    0,
  );
  return recovery;
}

class RecoveryRun {
  readonly #context: ActionContext;
  readonly #services: RecoveryServices;
  readonly #recovery: RunningRecovery;
  readonly #history: ChainEvent[] = [];
  #plan: ChainPlan;

  constructor(context: ActionContext, services: RecoveryServices, recovery: RunningRecovery) {
    this.#context = context;
    this.#services = services;
    this.#recovery = recovery;
    this.#plan = planChain(recovery.facts, []);
  }

  async toTheEnd(): Promise<JsonObject> {
    for (;;) {
      const { next } = this.#plan;
      if (next.kind === 'close' || next.kind === 'release') return this.#result(next);
      await this.#carryOut(next);
    }
  }

  /** The numbers make the names of the action's steps unique: one for each event. */
  async #carryOut(act: Act): Promise<void> {
    const number = this.#history.length + 1;
    try {
      await this.#answer(act, number);
    } catch (error) {
      if (!(error instanceof ActionInterrupted)) throw error;
      const reason = error.message;
      const event = await this.#context.transaction(
        `${number} cancelled`,
        async (tx): Promise<ChainEvent> => {
          const cancelled: ChainEvent = { kind: 'cancelled', at: this.#context.now(), reason };
          await this.#record(tx, cancelled);
          return cancelled;
        },
      );
      this.#learn(event);
    }
  }

  async #answer(act: Act, number: number): Promise<void> {
    const supposed = this.#recovery.mode === 'OBSERVE' ? this.#suppose(act) : null;
    if (supposed !== null) return await this.#learnAndRecord(supposed, number);
    switch (act.kind) {
      case 'probe':
      case 'verify':
        return this.#learn(await this.#probe(act, `${number} ${act.kind}`));
      case 'replace': {
        const run = {
          context: this.#context,
          services: this.#services,
          recoveryId: this.#recovery.recoveryId,
          nodeId: this.#recovery.nodeId,
          name: `${number} replace`,
        };
        // The new one serves before the old one is gone.
        if (act.keep === 'new') await registerRecovered(run);
        return this.#learn(await giveUpOther(run, act, (tx, event) => this.#record(tx, event)));
      }
      case 'wait': {
        await this.#context.sleep(`${number} wait`, act.until - this.#context.now());
        return await this.#learnAndRecord({ kind: 'waited', at: act.until }, number);
      }
      case 'run': {
        const { step } = act;
        const name = `${number} ${step.name}`;
        return await this.#learnAndRecord(await this.#run(step, name), number);
      }
    }
  }

  /** What only observes looks once, and then supposes that what it would do works. */
  #suppose(act: Act): ChainEvent | null {
    const at = this.#plan.decisions.at(-1)?.at ?? this.#recovery.facts.startedAt;
    const reason = 'supposed, because mode OBSERVE touches nothing';
    if (act.kind === 'run') return { kind: 'ran', at, result: { ok: true, output: {} } };
    if (act.kind === 'replace') return { kind: 'replaced', at, left: null };
    if (act.kind === 'verify') return { kind: 'probed', at, verdict: { health: 'healthy', reason } };
    return null;
  }

  async #probe(act: Extract<Act, { kind: 'probe' | 'verify' }>, name: string): Promise<ChainEvent> {
    const { by } = act;
    const beside = act.kind === 'verify' ? act.beside : undefined;
    const { store, profileTypes, probe } = this.#services;
    const detection = this.#recovery.policy?.detection ?? null;
    return await this.#context.step(
      name,
      async ({ signal }): Promise<ChainEvent> => {
        const node = await loadManagedNode({ store, profileTypes }, this.#recovery.nodeId);
        const probed = { ...node, facts: { ...node.facts, ...beside } };
        const verdict = await probe(probed, by, detection, signal);
        // What an aborted probe says is not what the node is.
        signal.throwIfAborted();
        return { kind: 'probed', at: this.#context.now(), verdict };
      },
      (tx, event) => this.#record(tx, event),
    );
  }

  async #run(step: StepPlan, name: string): Promise<ChainEvent> {
    const { recoveryId, nodeId, workflowService = 'embedded' } = this.#recovery;
    const id = stepId(this.#recovery, step);
    const run = { context: this.#context, services: this.#services, recoveryId, nodeId, step, name, key: id };
    if (step.name !== 'WORKFLOW') return await runOperationStep(run);
    const workflows = this.#services.workflows.find(workflowService);
    if (workflows === undefined) {
      const reason = `the recovery's workflows run on ${workflowService}: ${noMistral}`;
      return { kind: 'ran', at: this.#context.now(), result: { ok: false, reason, retryable: false } };
    }
    return await runWorkflowStep({ ...run, workflows, executionId: id, healing: () => this.#healing() });
  }

  async #healing(): Promise<HealingContext> {
    const { store, profileTypes } = this.#services;
    const { node } = await loadManagedNode({ store, profileTypes }, this.#recovery.nodeId);
    const cluster = node.clusterId === null ? undefined : await getCluster(store.db, node.clusterId);
    const recovery = await getRecovery(store.db, this.#recovery.recoveryId);
    if (recovery === undefined) throw new CoppiceError('internal', 'The recovery has no row.');
    return healingContext({ cluster: cluster ?? null, node, recovery }, this.#plan.decisions);
  }

  /**
   * Writes what the event makes the planner decide; a replay finds it written. The pauses of a verification
   * make nothing.
   */
  async #learnAndRecord(event: ChainEvent, number: number): Promise<void> {
    const { decisions } = planChain(this.#recovery.facts, [...this.#history, event]);
    if (!isChange(decisions, this.#plan.decisions.length)) return this.#learn(event);
    await this.#context.transaction(`${number} decided`, (tx) => this.#record(tx, event));
    this.#learn(event);
  }

  async #record(tx: Tx, event: ChainEvent): Promise<void> {
    const history = [...this.#history, event];
    const { decisions, next } = planChain(this.#recovery.facts, history);
    if (next.kind === 'close' || next.kind === 'release') {
      const plan = { facts: this.#recovery.facts, history } as unknown as JsonObject;
      await saveRecoveryPlan(tx, this.#recovery.recoveryId, plan);
    }
    const probed = history.findLast((each) => each.kind === 'probed');
    const verdict = probed?.verdict ?? null;
    const now = this.#context.now();
    const context = { recovery: this.#recovery, action: this.#context.action, now, verdict };
    await recordDecisions(tx, context, decisions, this.#plan.decisions.length);
  }

  #learn(event: ChainEvent): void {
    this.#history.push(event);
    this.#plan = planChain(this.#recovery.facts, this.#history);
  }

  /** Cancelled by an operator, or by the chain itself because it could not see the node. */
  #cancellation(reason: string): CoppiceError {
    const byOthers = this.#history.at(-1)?.kind === 'cancelled';
    return byOthers
      ? new ActionInterrupted('cancelled', reason)
      : new CoppiceError('operation-failed', reason);
  }

  #result(end: End): JsonObject {
    const { recoveryId } = this.#recovery;
    if (end.kind === 'release') return { recovery_id: recoveryId, state: 'OPEN', reason: end.reason };
    if (end.state === 'EXHAUSTED')
      throw new CoppiceError('operation-failed', `Nothing helped: ${end.reason}`);
    if (end.state === 'CANCELLED') throw this.#cancellation(end.reason);
    return { recovery_id: recoveryId, state: end.state, reason: end.reason };
  }
}
