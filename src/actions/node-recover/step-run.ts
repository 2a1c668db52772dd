/** One step of a recovery, as those see it that carry it out. */
import type { ActionContext } from '../../engine/action-context.ts';
import type { CreateRequest, OperationRequest } from '../../profiles/profile-type.ts';
import type { ChainEvent, StepPlan } from '../../recovery/chain.ts';
import type { ActionServices } from '../services.ts';

export interface StepRun {
  readonly context: ActionContext;
  readonly services: ActionServices;
  readonly recoveryId: string;
  readonly nodeId: string;
  readonly step: StepPlan;
  /** For the steps of the action: used once in it. */
  readonly name: string;
  /** For the outside world: the same after every crash. */
  readonly key: string;
}

export type Ran = Extract<ChainEvent, { kind: 'ran' }>;

/** Of a new one for the node, outside of the failure domains that the step avoids. */
export function createRequest({ step }: StepRun, request: OperationRequest): CreateRequest {
  const elsewhere = step.replace?.elsewhere;
  return elsewhere === undefined ? request : { ...request, elsewhere };
}
