/** The kinds of objects that the API has, as they are listed and shown: the only place that knows their columns. */
import { ageColumn, idColumn, statusColumn, textColumn } from './resource.ts';
import type { Column, Resource } from './resource.ts';
import { orDash } from '../rendering/text-of.ts';
import { duration, readTime } from '../rendering/time-text.ts';

/** Those that are ACTIVE, of those that there should be. */
const nodesColumn: Column = {
  header: 'NODES',
  cell: (cluster) => {
    const active = cluster['active_nodes'];
    const isFull = active === cluster['desired_capacity'];
    return {
      text: `${orDash(active)}/${orDash(cluster['desired_capacity'])}`,
      tone: isFull ? 'plain' : 'busy',
    };
  },
};

export const clusterResource: Resource = {
  one: 'cluster',
  many: 'clusters',
  examples: {
    list: 'cluster list --status ERROR',
    show: 'cluster show web',
    delete: 'cluster delete web --wait',
  },
  columns: [
    textColumn('NAME', 'name'),
    statusColumn('STATUS', 'status'),
    nodesColumn,
    textColumn('PROFILE', 'profile_name'),
    ageColumn('CREATED', 'init_at'),
    idColumn,
  ],
  first: [
    'name',
    'id',
    'status',
    'status_reason',
    'profile_name',
    'desired_capacity',
    'min_size',
    'max_size',
    'nodes',
    'policies',
  ],
};

export const nodeResource: Resource = {
  one: 'node',
  many: 'nodes',
  examples: {
    list: 'node list --cluster web --status ERROR',
    show: 'node show web-3',
    delete: 'node delete web-extra --wait',
  },
  columns: [
    textColumn('NAME', 'name'),
    statusColumn('STATUS', 'status'),
    textColumn('CLUSTER', 'cluster_name'),
    textColumn('PHYSICAL ID', 'physical_id'),
    ageColumn('CREATED', 'init_at'),
    idColumn,
  ],
  first: ['name', 'id', 'status', 'status_reason', 'cluster_id', 'profile_name', 'physical_id', 'details'],
};

const specColumns: readonly Column[] = [
  textColumn('NAME', 'name'),
  textColumn('TYPE', 'type'),
  ageColumn('CREATED', 'created_at'),
  idColumn,
];

export const profileResource: Resource = {
  one: 'profile',
  many: 'profiles',
  examples: {
    list: 'profile list --type local.process',
    show: 'profile show web-server',
    delete: 'profile delete web-server',
  },
  columns: specColumns,
  first: ['name', 'id', 'type', 'spec'],
};

export const policyResource: Resource = {
  one: 'policy',
  many: 'policies',
  examples: {
    list: 'policy list --type senlin.policy.health',
    show: 'policy show web-health',
    delete: 'policy delete web-health',
  },
  columns: specColumns,
  first: ['name', 'id', 'type', 'spec'],
};

const tookColumn: Column = {
  header: 'TOOK',
  cell: (action) => {
    const start = readTime(action['start_time']);
    const end = readTime(action['end_time']);
    return { text: start === undefined || end === undefined ? '-' : duration(end - start) };
  },
};

export const actionResource: Resource = {
  one: 'action',
  many: 'actions',
  examples: { list: 'action list --cluster web --status FAILED', show: 'action show 7fcf1201' },
  columns: [
    textColumn('ACTION', 'action'),
    statusColumn('STATUS', 'status'),
    { header: 'TARGET', cell: (action) => ({ text: orDash(action['target']).slice(0, 8) }) },
    ageColumn('CREATED', 'created_at'),
    tookColumn,
    textColumn('CAUSE', 'cause'),
    idColumn,
  ],
  first: ['action', 'id', 'status', 'status_reason', 'target', 'cluster_id', 'cause', 'inputs', 'outputs'],
};
