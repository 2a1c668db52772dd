/** The first schema: profiles, policies, clusters, nodes, durable actions, events, health and recoveries. */
import type { ColumnDataType, CreateTableBuilder, Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import { sequenceColumn } from './sequence-column.ts';

type Db = Kysely<Schema>;
type Table = CreateTableBuilder<string, string>;

export async function up(db: Db): Promise<void> {
  await profilesAndPolicies(db);
  await clustersAndNodes(db);
  await actions(db);
  await eventsAndServices(db);
  await recoveries(db);
}

const time: ColumnDataType = 'bigint';

function owned(table: Table): Table {
  return required(table, 'text', 'project', 'user').addColumn('domain', 'text');
}

function required(table: Table, type: ColumnDataType, ...names: string[]): Table {
  return names.reduce((built, name) => built.addColumn(name, type, (column) => column.notNull()), table);
}

function optional(table: Table, type: ColumnDataType, ...names: string[]): Table {
  return names.reduce((built, name) => built.addColumn(name, type), table);
}

function identified(db: Db, name: string): Table {
  return db.schema.createTable(name).addColumn('id', 'text', (column) => column.primaryKey());
}

async function index(db: Db, table: string, name: string, ...columns: string[]): Promise<void> {
  await db.schema.createIndex(`${table}_by_${name}`).on(table).columns(columns).execute();
}

async function profilesAndPolicies(db: Db): Promise<void> {
  for (const [table, extra] of [
    ['profile', 'metadata'],
    ['policy', 'data'],
  ] as const) {
    let columns = owned(required(identified(db, table), 'text', 'name', 'type', 'spec', extra));
    columns = optional(required(columns, time, 'created_at'), time, 'updated_at');
    await columns.execute();
    await index(db, table, 'name', 'name');
  }
}

async function clustersAndNodes(db: Db): Promise<void> {
  let cluster = owned(required(identified(db, 'cluster'), 'text', 'name', 'profile_id'));
  cluster = required(cluster, 'integer', 'min_size', 'max_size', 'desired_capacity', 'next_index', 'timeout');
  cluster = required(cluster, 'text', 'status', 'status_reason', 'metadata', 'config', 'data', 'dependents');
  await optional(required(cluster, time, 'init_at'), time, 'created_at', 'updated_at').execute();
  await index(db, 'cluster', 'name', 'name');
  await index(db, 'cluster', 'profile', 'profile_id');

  let node = owned(required(identified(db, 'node'), 'text', 'name', 'profile_id', 'role'));
  node = optional(node, 'text', 'cluster_id', 'physical_id');
  node = required(node, 'integer', 'idx', 'tainted');
  node = required(node, 'text', 'status', 'status_reason', 'metadata', 'data', 'dependents');
  await optional(required(node, time, 'init_at'), time, 'created_at', 'updated_at').execute();
  await index(db, 'node', 'name', 'name');
  await index(db, 'node', 'cluster', 'cluster_id', 'idx');
  await index(db, 'node', 'profile', 'profile_id');

  let binding = required(identified(db, 'cluster_policy'), 'text', 'cluster_id', 'policy_id');
  binding = optional(required(binding, 'integer', 'enabled', 'priority'), 'text', 'data');
  binding = optional(binding, time, 'last_op');
  await binding.addUniqueConstraint('cluster_policy_once', ['cluster_id', 'policy_id']).execute();
  await index(db, 'cluster_policy', 'policy', 'policy_id');
}

async function actions(db: Db): Promise<void> {
  let action = db.schema.createTable('action').addColumn('seq', 'integer', sequenceColumn(db)) as Table;
  action = action.addColumn('id', 'text', (column) => column.notNull().unique());
  action = owned(required(action, 'text', 'name', 'action', 'cause', 'target', 'status', 'status_reason'));
  action = required(action, 'text', 'inputs', 'outputs', 'data', 'locks');
  action = optional(
    action,
    'text',
    'cluster_id',
    'parent_id',
    'owner',
    'control',
    'blocked_on',
    'wait_signal',
  );
  action = required(action, 'integer', 'timeout', 'epoch', 'pending_children');
  action = optional(
    required(action, time, 'created_at'),
    time,
    'started_at',
    'ended_at',
    'updated_at',
    'wake_at',
  );
  await action.execute();
  await index(db, 'action', 'claim', 'status', 'blocked_on', 'seq');
  await index(db, 'action', 'wake', 'status', 'wake_at');
  await index(db, 'action', 'target', 'target', 'status');
  await index(db, 'action', 'cluster', 'cluster_id', 'status');
  await index(db, 'action', 'parent', 'parent_id');
  await index(db, 'action', 'blocked', 'blocked_on');
  await index(db, 'action', 'signal', 'wait_signal');

  let step = required(db.schema.createTable('action_step'), 'text', 'action_id', 'name', 'kind', 'state');
  step = required(required(optional(step, 'text', 'result'), 'integer', 'epoch'), time, 'at');
  await step.addPrimaryKeyConstraint('action_step_key', ['action_id', 'name']).execute();

  let signal = db.schema
    .createTable('action_signal')
    .addColumn('name', 'text', (column) => column.primaryKey()) as Table;
  signal = required(required(signal, 'text', 'payload'), time, 'created_at');
  await signal.execute();

  const lock = required(db.schema.createTable('resource_lock'), 'text', 'resource', 'action_id', 'mode');
  await lock.addPrimaryKeyConstraint('resource_lock_key', ['resource', 'action_id']).execute();
  await index(db, 'resource_lock', 'action', 'action_id');
}

async function eventsAndServices(db: Db): Promise<void> {
  let event = db.schema.createTable('event').addColumn('seq', 'integer', sequenceColumn(db)) as Table;
  event = event.addColumn('id', 'text', (column) => column.notNull().unique());
  event = required(required(event, time, 'timestamp'), 'integer', 'level');
  event = required(event, 'text', 'otype', 'oid', 'oname', 'action', 'status', 'status_reason', 'meta_data');
  await optional(required(event, 'text', 'project', 'user'), 'text', 'cluster_id').execute();
  await index(db, 'event', 'cluster', 'cluster_id', 'seq');
  await index(db, 'event', 'object', 'oid', 'seq');

  let service = required(identified(db, 'service'), 'text', 'host', 'roles');
  service = required(required(service, 'integer', 'pid'), time, 'started_at', 'lease_until');
  await service.execute();
}

async function recoveries(db: Db): Promise<void> {
  let health = db.schema
    .createTable('node_health')
    .addColumn('node_id', 'text', (column) => column.primaryKey()) as Table;
  health = required(required(health, 'text', 'cluster_id', 'state', 'record'), time, 'since');
  await health.execute();
  await index(db, 'node_health', 'cluster', 'cluster_id');

  let recovery = required(
    identified(db, 'recovery'),
    'text',
    'node_id',
    'node_name',
    'state',
    'failure',
    'plan',
  );
  recovery = optional(recovery, 'text', 'cluster_id', 'policy_id', 'action_id');
  recovery = optional(
    required(recovery, time, 'failed_at', 'opened_at'),
    time,
    'started_at',
    'not_before',
    'closed_at',
  );
  await recovery.execute();
  await index(db, 'recovery', 'node', 'node_id', 'opened_at');
  await index(db, 'recovery', 'cluster', 'cluster_id', 'opened_at');
  // At most one open recovery a node: the rule stands in the database itself.
  await db.schema
    .createIndex('recovery_open')
    .unique()
    .on('recovery')
    .column('node_id')
    .where('closed_at' as never, 'is', null)
    .execute();

  let step = required(
    identified(db, 'recovery_step'),
    'text',
    'recovery_id',
    'name',
    'item',
    'purpose',
    'state',
  );
  step = required(required(step, 'text', 'reason'), 'integer', 'seq', 'attempt');
  step = optional(optional(step, time, 'started_at', 'ended_at'), 'text', 'execution_id', 'output');
  await step.execute();
  await index(db, 'recovery_step', 'recovery', 'recovery_id', 'seq');

  let decision = required(
    db.schema.createTable('recovery_decision'),
    'text',
    'recovery_id',
    'decision',
    'reason',
  );
  decision = required(required(decision, 'integer', 'seq'), time, 'at');
  await decision.addPrimaryKeyConstraint('recovery_decision_key', ['recovery_id', 'seq']).execute();
}
