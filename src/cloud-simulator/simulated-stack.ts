/** A stack of the simulated cloud, with its resources and events. */
import type { JsonObject } from '../domain/json.ts';
import type { ResourceDefinition, StackTemplate } from './stack-template.ts';

export type StackAction = 'CREATE' | 'UPDATE' | 'DELETE' | 'CHECK' | 'SUSPEND' | 'RESUME' | 'ROLLBACK';

export type StackStatus = 'IN_PROGRESS' | 'COMPLETE' | 'FAILED';

export interface SimulatedStack {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly owner: { readonly id: string; readonly name: string };
  readonly createdAt: number;
  updatedAt: number | null;
  deletedAt: number | null;
  action: StackAction;
  status: StackStatus;
  reason: string;
  given: StackGiven;
  readonly resources: Map<string, StackResource>;
  /** The oldest first. */
  readonly events: StackEvent[];
}

/** What was written of a stack. */
export interface StackGiven {
  readonly template: StackTemplate;
  /** With defaults. */
  readonly parameters: JsonObject;
  /** As they were written. */
  readonly writtenParameters: JsonObject;
  readonly environment: JsonObject;
  readonly files: JsonObject;
  readonly tags: readonly string[];
  readonly timeoutMins: number | null;
  readonly disableRollback: boolean;
}

export interface StackResource {
  readonly definition: ResourceDefinition;
  /** With functions carried out. */
  readonly properties: JsonObject;
  /** Empty: there is none yet. */
  physicalId: string;
  action: StackAction | 'INIT';
  status: StackStatus;
  reason: string;
  readonly createdAt: number;
  updatedAt: number;
  /** What it made up: the text of a RandomString. */
  readonly value: string;
}

export interface StackEvent {
  readonly id: string;
  readonly at: number;
  /** Of the resource; of an event of the stack itself the name of the stack. */
  readonly resource: string;
  readonly physicalId: string;
  readonly status: string;
  readonly reason: string;
}

export interface StackRequest {
  readonly requestId: string;
  /** It is to end as FAILED, with this reason. */
  readonly failure: string | null;
}
