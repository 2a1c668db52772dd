import type { HealthPolicy } from '../domain/health-policy.ts';
import type { Node } from '../domain/model.ts';
import type { RecoveryMode } from '../domain/states.ts';
import type { WorkflowServiceName } from '../domain/workflow-service-name.ts';
import type { ChainFacts } from '../recovery/chain.ts';

/**
 * What is fixed for the whole of a recovery that a NODE_RECOVER carries out; `policy` says how the node is
 * probed.
 */
export interface RunningRecovery {
  readonly recoveryId: string;
  readonly nodeId: string;
  readonly facts: ChainFacts;
  readonly policy: HealthPolicy | null;
  readonly mode: RecoveryMode;
  /** What runs its workflows; absent: embedded, as of one that began before there was another. */
  readonly workflowService?: WorkflowServiceName;
  /** Of the node, before anything was done. */
  readonly statusBefore: Node['status'];
}
