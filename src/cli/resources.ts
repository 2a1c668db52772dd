/** The kinds of objects that the API has, as they are listed and shown: the only place that knows their columns. */
import { ageColumn, idColumn, statusColumn, textColumn } from './resource.ts';
import type { Column, Resource } from './resource.ts';
import { orDash } from './text-of.ts';
import { duration, readTime } from './time-text.ts';

const nodesColumn: Column = {
  header: 'NODES',
  cell: (cluster) => {
    const nodes = Array.isArray(cluster['nodes']) ? cluster['nodes'].length : 0;
    const isFull = nodes === cluster['desired_capacity'];
    return { text: `${nodes}/${orDash(cluster['desired_capacity'])}`, tone: isFull ? 'plain' : 'busy' };
  },
};

export const clusterResource: Resource = {
  one: 'cluster',
  many: 'clusters',
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
  columns: specColumns,
  first: ['name', 'id', 'type', 'spec'],
};

export const policyResource: Resource = {
  one: 'policy',
  many: 'policies',
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
