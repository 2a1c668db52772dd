/**
 * The tables, as the queries see them. Portable on purpose between SQLite and PostgreSQL: ids and JSON are
 * text, times are integers of milliseconds, booleans are 0 and 1. `migrations/` makes them, `schema.sql` is
 * what they make (checked by a test).
 */
import type { Generated } from 'kysely';
import type { ErasureDueRow, InstallationRow, SchemaVersionRow } from './schema-of-file.ts';
import type { TrustChangeRow, TrustRow } from './schema-trusts.ts';
import type { WorkflowTables } from './schema-workflows.ts';

type Flag = 0 | 1;
type JsonText = string;

interface OwnedRow {
  project: string;
  user: string;
  domain: string | null;
}

export interface ProfileRow extends OwnedRow {
  id: string;
  name: string;
  type: string;
  spec: JsonText;
  metadata: JsonText;
  created_at: number;
  updated_at: number | null;
}

export interface PolicyRow extends OwnedRow {
  id: string;
  name: string;
  type: string;
  spec: JsonText;
  data: JsonText;
  created_at: number;
  updated_at: number | null;
}

export interface ReceiverRow extends OwnedRow {
  id: string;
  name: string;
  type: string;
  cluster_id: string;
  action: string;
  params: JsonText;
  channel: JsonText;
  roles: JsonText;
  created_at: number;
  updated_at: number | null;
}

export interface ClusterRow extends OwnedRow {
  id: string;
  name: string;
  profile_id: string;
  min_size: number;
  max_size: number;
  desired_capacity: number;
  next_index: number;
  timeout: number;
  status: string;
  status_reason: string;
  metadata: JsonText;
  config: JsonText;
  data: JsonText;
  dependents: JsonText;
  init_at: number;
  created_at: number | null;
  updated_at: number | null;
}

export interface NodeRow extends OwnedRow {
  id: string;
  name: string;
  cluster_id: string | null;
  profile_id: string;
  idx: number;
  role: string;
  physical_id: string | null;
  status: string;
  status_reason: string;
  metadata: JsonText;
  data: JsonText;
  dependents: JsonText;
  tainted: Flag;
  init_at: number;
  created_at: number | null;
  updated_at: number | null;
}

export interface ClusterPolicyRow {
  id: string;
  cluster_id: string;
  policy_id: string;
  enabled: Flag;
  priority: number;
  data: JsonText | null;
  last_op: number | null;
}

export interface ActionRow extends OwnedRow {
  id: string;
  /** Order of creation: what a claim takes first. */
  seq: Generated<number>;
  name: string;
  action: string;
  cause: string;
  target: string;
  request_id: string | null;
  cluster_id: string | null;
  parent_id: string | null;
  status: string;
  status_reason: string;
  /** Of an action that failed: why, by the catalogue of errors; null: it is not known. */
  failure_code: string | null;
  inputs: JsonText;
  outputs: JsonText;
  data: JsonText;
  timeout: number;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  updated_at: number | null;
  /**
   * The process that runs it, and the fencing number of its claim: a write that carries an older one is
   * refused.
   */
  owner: string | null;
  epoch: number;
  /** CANCEL once a cancellation was requested. */
  control: string | null;
  /** The reason of the first request. */
  control_reason: string | null;
  /**
   * `[{"resource": "node:<id>", "mode": "exclusive"}]`: taken with the first claim, given back at the end.
   */
  locks: JsonText;
  /** The resource whose lock kept it from being claimed; null: may be claimed. */
  blocked_on: string | null;
  /** Unended children of a parent that waits for them. */
  pending_children: number;
  /** When a waiting action is to be checked again; null: only when it is woken. */
  wake_at: number | null;
  /** The signal that a waiting action waits for. */
  wait_signal: string | null;
}

export interface ActionStepRow {
  action_id: string;
  name: string;
  /** step | sleep | children | wait */
  kind: string;
  /** WAITING | DONE | FAILED */
  state: string;
  result: JsonText | null;
  /** The claim under which it was written. */
  epoch: number;
  at: number;
}

export interface ActionSignalRow {
  name: string;
  payload: JsonText;
  created_at: number;
}

export interface ResourceLockRow {
  resource: string;
  action_id: string;
  mode: string;
}

export interface EventRow {
  seq: Generated<number>;
  id: string;
  timestamp: number;
  level: number;
  otype: string;
  oid: string;
  oname: string;
  cluster_id: string | null;
  action: string;
  status: string;
  status_reason: string;
  meta_data: JsonText;
  project: string;
  user: string;
}

/** A process of Coppice: a new identity at every start, a lease that it renews while it lives. */
export interface ServiceRow {
  id: string;
  host: string;
  pid: number;
  roles: string;
  started_at: number;
  lease_until: number;
}

export interface NodeHealthRow {
  node_id: string;
  cluster_id: string;
  state: string;
  since: number;
  /** As in the record. */
  probed_at: number;
  record: JsonText;
}

/** What an operator set about healing a cluster, and its breaker; no row: nothing. */
export interface ClusterLeaseRow {
  cluster_id: string;
  owner: string | null;
  epoch: number;
}

export interface ClusterHealingRow {
  cluster_id: string;
  /** null: not paused. */
  paused_at: number | null;
  /** null: until an operator resumes it. */
  paused_until: number | null;
  pause_reason: string | null;
  /** The planner's own state; null: closed. */
  breaker: JsonText | null;
  /** Recoveries that ended before do not count, neither for the breaker nor for `retry`; null: all count. */
  counting_since: number | null;
  /** Those that have begun and are not over; null: none. */
  zone_outages: JsonText | null;
}

export interface NodeHealingRow {
  node_id: string;
  cluster_id: string | null;
  excluded_at: number | null;
  excluded_until: number | null;
  exclude_reason: string | null;
  quarantined_at: number | null;
  quarantine_reason: string | null;
  /** When it was last released from quarantine: what failed before does not count any more. */
  released_at: number | null;
}

export interface RecoveryRow extends OwnedRow {
  id: string;
  node_id: string;
  node_name: string;
  cluster_id: string | null;
  policy_id: string | null;
  action_id: string | null;
  state: string;
  failure: JsonText;
  /** What the planner needs again: the policy as it was when the recovery opened, the operator's request. */
  plan: JsonText;
  failed_at: number;
  opened_at: number;
  /** When its action was started; null: held. */
  started_at: number | null;
  /** Not to be started again before this: its last start could not see the node. */
  not_before: number | null;
  closed_at: number | null;
  /** AUTOMATIC | OPERATOR */
  origin: Generated<string>;
  settled_at: number | null;
  helped: string | null;
  relapse: JsonText | null;
  relapsed_at: number | null;
  /** ENFORCE | OBSERVE */
  mode: Generated<string>;
  /** The last hook after an action, or after the end, that failed: `{item, reason, executionId}`. */
  hook_failure: JsonText | null;
  /** When an operator said that what the hook was for is done. */
  acknowledged_at: number | null;
}

export interface RecoveryStepRow {
  id: string;
  recovery_id: string;
  seq: number;
  name: string;
  item: string;
  purpose: string;
  /** Of a WORKFLOW. */
  workflow_name: string | null;
  attempt: number;
  state: string;
  reason: string;
  started_at: number | null;
  ended_at: number | null;
  execution_id: string | null;
  workflow_service: string | null;
  output: JsonText | null;
  /** Of a verification: the step that it verifies. */
  verifies: string | null;
  deadline: number | null;
}

export interface RecoveryDecisionRow {
  recovery_id: string;
  seq: number;
  at: number;
  decision: string;
  reason: string;
}

/** What RECREATE has stopped and keeps until its time is over. */
export interface RetainedRow extends OwnedRow {
  id: string;
  node_id: string;
  /** The node, its cluster and the recovery may be gone. */
  node_name: string;
  cluster_id: string | null;
  recovery_id: string;
  /** `local.process-1.0` */
  profile_type: string;
  physical_id: string;
  data: JsonText;
  stopped_at: number;
  until: number;
}

/** Notification targets; URL and secret are not here. */
export interface NotificationTargetRow {
  name: string;
  /** Lists; an empty one means all. */
  events: JsonText;
  clusters: JsonText;
  /** The process that delivers to it, until its lease runs out. */
  owner: string | null;
  lease_until: number;
}

/** One notification for one target, until it is delivered or given up. */
export interface NotificationRow {
  seq: Generated<number>;
  id: string;
  target: string;
  news: JsonText;
  attempts: number;
  created_at: number;
  /** Not before this. */
  due_at: number;
}

export interface ForcedDownHostRow {
  host: string;
  node_name: string;
  forced_at: number;
}

export interface Schema extends WorkflowTables {
  profile: ProfileRow;
  policy: PolicyRow;
  receiver: ReceiverRow;
  trust: TrustRow;
  trust_change: TrustChangeRow;
  cluster: ClusterRow;
  node: NodeRow;
  cluster_policy: ClusterPolicyRow;
  action: ActionRow;
  action_step: ActionStepRow;
  action_signal: ActionSignalRow;
  resource_lock: ResourceLockRow;
  event: EventRow;
  service: ServiceRow;
  node_health: NodeHealthRow;
  cluster_healing: ClusterHealingRow;
  cluster_lease: ClusterLeaseRow;
  node_healing: NodeHealingRow;
  forced_down_host: ForcedDownHostRow;
  recovery: RecoveryRow;
  recovery_step: RecoveryStepRow;
  recovery_decision: RecoveryDecisionRow;
  retained: RetainedRow;
  notification_target: NotificationTargetRow;
  notification: NotificationRow;
  erasure_due: ErasureDueRow;
  installation: InstallationRow;
  schema_version: SchemaVersionRow;
}
