-- What src/store/migrations make. Written by `npm run generate`; do not edit.

CREATE TABLE "action" (
  "seq" integer primary key autoincrement,
  "id" text not null unique,
  "name" text not null,
  "action" text not null,
  "cause" text not null,
  "target" text not null,
  "status" text not null,
  "status_reason" text not null,
  "project" text not null,
  "user" text not null,
  "domain" text,
  "inputs" text not null,
  "outputs" text not null,
  "data" text not null,
  "locks" text not null,
  "cluster_id" text,
  "parent_id" text,
  "owner" text,
  "control" text,
  "blocked_on" text,
  "wait_signal" text,
  "timeout" integer not null,
  "epoch" integer not null,
  "pending_children" integer not null,
  "created_at" bigint not null,
  "started_at" bigint,
  "ended_at" bigint,
  "updated_at" bigint,
  "wake_at" bigint,
  "control_reason" text,
  "request_id" text,
  "failure_code" text
);

CREATE INDEX "action_by_blocked" on "action" ("blocked_on");

CREATE INDEX "action_by_claim" on "action" ("status", "blocked_on", "project", "seq");

CREATE INDEX "action_by_cluster" on "action" ("cluster_id", "status");

CREATE INDEX "action_by_failure" on "action" ("ended_at") where status = 'FAILED' and parent_id is null;

CREATE INDEX "action_by_parent" on "action" ("parent_id");

CREATE INDEX "action_by_signal" on "action" ("wait_signal");

CREATE INDEX "action_by_target" on "action" ("target", "status");

CREATE INDEX "action_by_wake" on "action" ("status", "wake_at");

CREATE INDEX "action_of_project" on "action"
      ("project", "seq");

CREATE INDEX "action_sorted_by_action" on "action"
        ("action", "seq");

CREATE INDEX "action_sorted_by_name" on "action"
        ("name", "seq");

CREATE INDEX "action_sorted_by_status" on "action"
        ("status", "seq");

CREATE INDEX "action_sorted_by_target" on "action"
        ("target", "seq");

CREATE TABLE "action_signal" (
  "name" text primary key,
  "payload" text not null,
  "created_at" bigint not null
);

CREATE TABLE "action_step" (
  "action_id" text not null,
  "name" text not null,
  "kind" text not null,
  "state" text not null,
  "result" text,
  "epoch" integer not null,
  "at" bigint not null,
  constraint "action_step_key" primary key ("action_id",
  "name")
);

CREATE TABLE "adhoc_action" (
  "seq" integer primary key autoincrement,
  "id" text not null unique,
  "name" text not null,
  "namespace" text not null,
  "source_id" text not null,
  "tags" text not null,
  "scope" text not null,
  "project" text not null,
  "created_at" bigint not null,
  "updated_at" bigint,
  "workbook" text,
  constraint "adhoc_action_name_in_project" unique ("name",
  "namespace",
  "project")
);

CREATE INDEX "adhoc_action_by_source" on "adhoc_action" ("source_id");

CREATE TABLE "cluster" (
  "id" text primary key,
  "name" text not null,
  "profile_id" text not null,
  "project" text not null,
  "user" text not null,
  "domain" text,
  "min_size" integer not null,
  "max_size" integer not null,
  "desired_capacity" integer not null,
  "next_index" integer not null,
  "timeout" integer not null,
  "status" text not null,
  "status_reason" text not null,
  "metadata" text not null,
  "config" text not null,
  "data" text not null,
  "dependents" text not null,
  "init_at" bigint not null,
  "created_at" bigint,
  "updated_at" bigint
);

CREATE INDEX "cluster_by_name" on "cluster" ("name");

CREATE INDEX "cluster_by_profile" on "cluster" ("profile_id");

CREATE INDEX "cluster_of_project" on "cluster"
      ("project", "init_at", "id");

CREATE INDEX "cluster_sorted_by_created_at" on "cluster"
        (coalesce("created_at", 0), "id");

CREATE INDEX "cluster_sorted_by_init_at" on "cluster"
        ("init_at", "id");

CREATE INDEX "cluster_sorted_by_name" on "cluster"
        ("name", "id");

CREATE INDEX "cluster_sorted_by_status" on "cluster"
        ("status", "id");

CREATE INDEX "cluster_sorted_by_updated_at" on "cluster"
        (coalesce("updated_at", 0), "id");

CREATE TABLE "cluster_healing" (
  "cluster_id" text primary key,
  "paused_at" bigint,
  "paused_until" bigint,
  "pause_reason" text,
  "breaker" text,
  "counting_since" bigint,
  "zone_outages" text
);

CREATE TABLE "cluster_lease" (
  "cluster_id" text primary key,
  "owner" text,
  "epoch" integer not null
);

CREATE INDEX "cluster_lease_by_owner" on "cluster_lease" ("owner");

CREATE TABLE "cluster_policy" (
  "id" text primary key,
  "cluster_id" text not null,
  "policy_id" text not null,
  "enabled" integer not null,
  "priority" integer not null,
  "data" text,
  "last_op" bigint,
  constraint "cluster_policy_once" unique ("cluster_id",
  "policy_id")
);

CREATE INDEX "cluster_policy_by_policy" on "cluster_policy" ("policy_id");

CREATE TABLE "erasure_due" (
  "what" text not null primary key
);

CREATE TABLE "event" (
  "seq" integer primary key autoincrement,
  "id" text not null unique,
  "timestamp" bigint not null,
  "level" integer not null,
  "otype" text not null,
  "oid" text not null,
  "oname" text not null,
  "action" text not null,
  "status" text not null,
  "status_reason" text not null,
  "meta_data" text not null,
  "project" text not null,
  "user" text not null,
  "cluster_id" text
);

CREATE INDEX "event_by_cluster" on "event" ("cluster_id", "seq");

CREATE INDEX "event_by_object" on "event" ("oid", "seq");

CREATE INDEX "event_of_project" on "event"
      ("project", "seq");

CREATE INDEX "event_sorted_by_action" on "event"
        ("action", "seq");

CREATE INDEX "event_sorted_by_cluster_id" on "event"
        (coalesce("cluster_id", ''), "seq");

CREATE INDEX "event_sorted_by_level" on "event"
        ("level", "seq");

CREATE INDEX "event_sorted_by_oid" on "event"
        ("oid", "seq");

CREATE INDEX "event_sorted_by_oname" on "event"
        ("oname", "seq");

CREATE INDEX "event_sorted_by_otype" on "event"
        ("otype", "seq");

CREATE INDEX "event_sorted_by_status" on "event"
        ("status", "seq");

CREATE TABLE "forced_down_host" (
  "host" text primary key,
  "node_name" text not null,
  "forced_at" bigint not null
);

CREATE TABLE "installation" (
  "id" text primary key
);

CREATE TABLE "node" (
  "id" text primary key,
  "name" text not null,
  "profile_id" text not null,
  "role" text not null,
  "project" text not null,
  "user" text not null,
  "domain" text,
  "cluster_id" text,
  "physical_id" text,
  "idx" integer not null,
  "tainted" integer not null,
  "status" text not null,
  "status_reason" text not null,
  "metadata" text not null,
  "data" text not null,
  "dependents" text not null,
  "init_at" bigint not null,
  "created_at" bigint,
  "updated_at" bigint
);

CREATE INDEX "node_by_age" on "node" ("project", "init_at", "id");

CREATE INDEX "node_by_cluster" on "node" ("cluster_id", "idx");

CREATE INDEX "node_by_name" on "node" ("name");

CREATE INDEX "node_by_physical" on "node" ("physical_id");

CREATE INDEX "node_by_profile" on "node" ("profile_id");

CREATE INDEX "node_sorted_by_created_at" on "node"
        (coalesce("created_at", 0), "id");

CREATE INDEX "node_sorted_by_idx" on "node"
        ("idx", "id");

CREATE INDEX "node_sorted_by_init_at" on "node"
        ("init_at", "id");

CREATE INDEX "node_sorted_by_name" on "node"
        ("name", "id");

CREATE INDEX "node_sorted_by_status" on "node"
        ("status", "id");

CREATE INDEX "node_sorted_by_updated_at" on "node"
        (coalesce("updated_at", 0), "id");

CREATE TABLE "node_healing" (
  "node_id" text primary key,
  "cluster_id" text,
  "excluded_at" bigint,
  "excluded_until" bigint,
  "exclude_reason" text,
  "quarantined_at" bigint,
  "quarantine_reason" text,
  "released_at" bigint
);

CREATE INDEX "node_healing_by_cluster" on "node_healing" ("cluster_id");

CREATE TABLE "node_health" (
  "node_id" text primary key,
  "cluster_id" text not null,
  "state" text not null,
  "record" text not null,
  "since" bigint not null,
  "probed_at" bigint default 0 not null
);

CREATE INDEX "node_health_by_cluster" on "node_health" ("cluster_id");

CREATE INDEX "node_health_by_state" on "node_health" ("state");

CREATE TABLE "notification" (
  "seq" integer primary key autoincrement,
  "id" text not null unique,
  "target" text not null,
  "news" text not null,
  "attempts" integer not null,
  "created_at" bigint not null,
  "due_at" bigint not null
);

CREATE INDEX "notification_by_target" on "notification" ("target", "seq");

CREATE TABLE "notification_target" (
  "name" text primary key,
  "events" text not null,
  "clusters" text not null,
  "owner" text,
  "lease_until" bigint not null
);

CREATE TABLE "policy" (
  "id" text primary key,
  "name" text not null,
  "type" text not null,
  "spec" text not null,
  "data" text not null,
  "project" text not null,
  "user" text not null,
  "domain" text,
  "created_at" bigint not null,
  "updated_at" bigint
);

CREATE INDEX "policy_by_name" on "policy" ("name");

CREATE INDEX "policy_of_project" on "policy"
      ("project", "created_at", "id");

CREATE INDEX "policy_sorted_by_created_at" on "policy"
        ("created_at", "id");

CREATE INDEX "policy_sorted_by_name" on "policy"
        ("name", "id");

CREATE INDEX "policy_sorted_by_type" on "policy"
        ("type", "id");

CREATE INDEX "policy_sorted_by_updated_at" on "policy"
        (coalesce("updated_at", 0), "id");

CREATE TABLE "profile" (
  "id" text primary key,
  "name" text not null,
  "type" text not null,
  "spec" text not null,
  "metadata" text not null,
  "project" text not null,
  "user" text not null,
  "domain" text,
  "created_at" bigint not null,
  "updated_at" bigint
);

CREATE INDEX "profile_by_name" on "profile" ("name");

CREATE INDEX "profile_of_project" on "profile"
      ("project", "created_at", "id");

CREATE INDEX "profile_sorted_by_created_at" on "profile"
        ("created_at", "id");

CREATE INDEX "profile_sorted_by_name" on "profile"
        ("name", "id");

CREATE INDEX "profile_sorted_by_type" on "profile"
        ("type", "id");

CREATE INDEX "profile_sorted_by_updated_at" on "profile"
        (coalesce("updated_at", 0), "id");

CREATE TABLE "receiver" (
  "id" text primary key,
  "name" text not null,
  "type" text not null,
  "cluster_id" text not null,
  "action" text not null,
  "params" text not null,
  "channel" text not null,
  "roles" text not null,
  "created_at" bigint not null,
  "updated_at" bigint,
  "project" text not null,
  "user" text not null,
  "domain" text
);

CREATE INDEX "receiver_by_cluster" on "receiver" ("cluster_id");

CREATE INDEX "receiver_by_name" on "receiver" ("name");

CREATE INDEX "receiver_of_project" on "receiver"
      ("project", "name", "id");

CREATE INDEX "receiver_sorted_by_action" on "receiver"
        ("action", "id");

CREATE INDEX "receiver_sorted_by_cluster_id" on "receiver"
        ("cluster_id", "id");

CREATE INDEX "receiver_sorted_by_created_at" on "receiver"
        ("created_at", "id");

CREATE INDEX "receiver_sorted_by_name" on "receiver"
        ("name", "id");

CREATE INDEX "receiver_sorted_by_type" on "receiver"
        ("type", "id");

CREATE INDEX "receiver_sorted_by_user" on "receiver"
        ("user", "id");

CREATE TABLE "recovery" (
  "id" text primary key,
  "node_id" text not null,
  "node_name" text not null,
  "state" text not null,
  "failure" text not null,
  "plan" text not null,
  "cluster_id" text,
  "policy_id" text,
  "action_id" text,
  "failed_at" bigint not null,
  "opened_at" bigint not null,
  "started_at" bigint,
  "not_before" bigint,
  "closed_at" bigint,
  "mode" text default 'ENFORCE' not null,
  "hook_failure" text,
  "acknowledged_at" bigint,
  "origin" text default 'AUTOMATIC' not null,
  "settled_at" bigint,
  "helped" text,
  "relapse" text,
  "relapsed_at" bigint,
  "project" text default '' not null,
  "user" text default '' not null,
  "domain" text
);

CREATE INDEX "recovery_by_action" on "recovery" ("action_id");

CREATE INDEX "recovery_by_closing" on "recovery" ("closed_at");

CREATE INDEX "recovery_by_cluster" on "recovery" ("cluster_id", "opened_at");

CREATE INDEX "recovery_by_end" on "recovery" ("cluster_id", "closed_at");

CREATE INDEX recovery_by_hook_failure ON recovery (node_id)
    WHERE hook_failure IS NOT NULL AND acknowledged_at IS NULL;

CREATE INDEX "recovery_by_node" on "recovery" ("node_id", "opened_at");

CREATE INDEX "recovery_by_project" on "recovery" ("project", "opened_at", "id");

CREATE UNIQUE INDEX "recovery_open" on "recovery" ("node_id") where "closed_at" is null;

CREATE TABLE "recovery_decision" (
  "recovery_id" text not null,
  "decision" text not null,
  "reason" text not null,
  "seq" integer not null,
  "at" bigint not null,
  constraint "recovery_decision_key" primary key ("recovery_id",
  "seq")
);

CREATE TABLE "recovery_step" (
  "id" text primary key,
  "recovery_id" text not null,
  "name" text not null,
  "item" text not null,
  "purpose" text not null,
  "state" text not null,
  "reason" text not null,
  "seq" integer not null,
  "attempt" integer not null,
  "started_at" bigint,
  "ended_at" bigint,
  "execution_id" text,
  "output" text,
  "workflow_name" text,
  "verifies" text,
  "deadline" bigint,
  "workflow_service" text
);

CREATE INDEX "recovery_step_by_recovery" on "recovery_step" ("recovery_id", "seq");

CREATE TABLE "resource_lock" (
  "resource" text not null,
  "action_id" text not null,
  "mode" text not null,
  constraint "resource_lock_key" primary key ("resource",
  "action_id")
);

CREATE INDEX "resource_lock_by_action" on "resource_lock" ("action_id");

CREATE TABLE "retained" (
  "id" text primary key,
  "node_id" text not null,
  "node_name" text not null,
  "cluster_id" text,
  "recovery_id" text not null,
  "profile_type" text not null,
  "physical_id" text not null,
  "data" text not null,
  "stopped_at" bigint not null,
  "until" bigint not null,
  "project" text not null,
  "user" text not null,
  "domain" text
);

CREATE INDEX "retained_by_cluster" on "retained" ("cluster_id");

CREATE INDEX "retained_by_node" on "retained" ("node_id");

CREATE INDEX "retained_by_physical" on "retained" ("physical_id");

CREATE INDEX "retained_by_recovery" on "retained" ("recovery_id");

CREATE TABLE "schema_version" (
  "version" integer primary key,
  "applied_at" bigint not null
);

CREATE TABLE "service" (
  "id" text primary key,
  "host" text not null,
  "roles" text not null,
  "pid" integer not null,
  "started_at" bigint not null,
  "lease_until" bigint not null
);

CREATE TABLE "trust" (
  "user" text not null,
  "project" text not null,
  "trust_id" text not null,
  "user_name" text not null,
  "project_name" text not null,
  "refusal" text,
  "roles" text not null,
  "created_at" bigint not null,
  constraint "trust_of_user" primary key ("user",
  "project")
);

CREATE TABLE "trust_change" (
  "user" text not null,
  "project" text not null,
  "held_by" text,
  "held_at" bigint not null,
  "before" text,
  "leaving" text not null,
  constraint "trust_change_of_user" primary key ("user",
  "project")
);

CREATE TABLE "workbook" (
  "seq" integer primary key autoincrement,
  "id" text not null unique,
  "name" text not null,
  "namespace" text not null,
  "source_id" text not null,
  "tags" text not null,
  "scope" text not null,
  "project" text not null,
  "created_at" bigint not null,
  "updated_at" bigint,
  constraint "workbook_name_in_project" unique ("name",
  "namespace",
  "project")
);

CREATE INDEX "workbook_by_source" on "workbook" ("source_id");

CREATE TABLE "workflow" (
  "seq" integer primary key autoincrement,
  "id" text not null unique,
  "name" text not null,
  "namespace" text not null,
  "source_id" text not null,
  "tags" text not null,
  "scope" text not null,
  "project" text not null,
  "created_at" bigint not null,
  "updated_at" bigint,
  "workbook" text,
  constraint "workflow_name_in_project" unique ("name",
  "namespace",
  "project")
);

CREATE INDEX "workflow_by_source" on "workflow" ("source_id");

CREATE TABLE "workflow_action" (
  "seq" integer primary key autoincrement,
  "id" text not null unique,
  "execution_id" text not null,
  "task_id" text not null,
  "type" text not null,
  "name" text not null,
  "input" text not null,
  "state" text not null,
  "result" text not null,
  "call" text,
  "owner" text,
  "is_adhoc" integer not null,
  "idx" integer not null,
  "attempt" integer not null,
  "accepted" integer not null,
  "created_at" bigint not null,
  "updated_at" bigint not null
);

CREATE INDEX "workflow_action_by_execution" on "workflow_action" ("execution_id", "task_id");

CREATE INDEX "workflow_action_by_owner" on "workflow_action" ("owner") where "owner" is not null;

CREATE TABLE "workflow_environment" (
  "seq" integer primary key autoincrement,
  "id" text not null unique,
  "name" text not null,
  "description" text not null,
  "variables" text not null,
  "scope" text not null,
  "project" text not null,
  "created_at" bigint not null,
  "updated_at" bigint,
  constraint "workflow_environment_name_in_project" unique ("name",
  "project")
);

CREATE TABLE "workflow_execution" (
  "seq" integer primary key autoincrement,
  "id" text not null unique,
  "source_id" text not null,
  "workflow" text not null,
  "namespace" text not null,
  "description" text not null,
  "project" text not null,
  "workflow_id" text,
  "parent_id" text,
  "parent_task_id" text,
  "root_id" text,
  "parent_index" integer,
  "created_at" bigint not null,
  "updated_at" bigint not null,
  "input" text not null,
  "params" text not null,
  "env" text not null,
  "vars" text not null,
  "state" text not null,
  "output" text not null,
  "globals" text not null,
  "backlog" text not null,
  "state_info" text,
  "next_task" integer not null,
  "open_tasks" integer not null,
  "waiting_tasks" integer not null,
  "version" integer not null,
  "signals_end" integer not null,
  "depth" integer default 0 not null,
  "definition_project" text default '' not null,
  "user" text,
  "domain" text
);

CREATE INDEX "workflow_execution_by_parent" on "workflow_execution" ("parent_id");

CREATE INDEX "workflow_execution_by_root" on "workflow_execution" ("root_id");

CREATE INDEX "workflow_execution_by_source" on "workflow_execution" ("source_id");

CREATE INDEX "workflow_execution_by_state" on "workflow_execution" ("state", "updated_at");

CREATE INDEX "workflow_execution_of_project" on "workflow_execution" ("project", "seq");

CREATE TABLE "workflow_message" (
  "seq" integer primary key autoincrement,
  "execution_id" text not null,
  "event" text not null
);

CREATE INDEX "workflow_message_by_execution" on "workflow_message" ("execution_id");

CREATE TABLE "workflow_source" (
  "id" text primary key,
  "kind" text not null,
  "text" text not null
);

CREATE TABLE "workflow_task" (
  "seq" integer primary key autoincrement,
  "id" text not null unique,
  "execution_id" text not null,
  "name" text not null,
  "type" text not null,
  "context" text not null,
  "state" text not null,
  "published" text not null,
  "triggered_by" text not null,
  "rest" text not null,
  "items" text,
  "state_info" text,
  "number" integer not null,
  "created_at" bigint not null,
  "updated_at" bigint not null,
  "started_at" bigint,
  "finished_at" bigint
);

CREATE INDEX "workflow_task_by_execution" on "workflow_task" ("execution_id");

CREATE TABLE "workflow_timer" (
  "subject_id" text not null,
  "kind" text not null,
  "execution_id" text not null,
  "due" bigint not null,
  "payload" text,
  constraint "workflow_timer_key" primary key ("subject_id",
  "kind")
);

CREATE INDEX "workflow_timer_by_due" on "workflow_timer" ("due");

CREATE INDEX "workflow_timer_by_execution" on "workflow_timer" ("execution_id");

CREATE TABLE "workflow_tree" (
  "root_id" text primary key,
  "executions" integer not null,
  "data" bigint not null
);
