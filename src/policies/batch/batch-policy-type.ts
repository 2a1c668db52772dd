/**
 * senlin.policy.batch: in which groups the nodes of a cluster are updated. Keys and defaults are those of
 * openstack/senlin senlin/policies/batch_policy.py.
 *
 * A group is as large as min_in_service allows, max_batch_size at most. Where there are too few nodes to keep
 * so many in service, they are updated one after the other: Senlin made two halves of them.
 */
import { checkFields } from '../../domain/check-fields.ts';
import type { Json } from '../../domain/json.ts';
import { toJsonSchema } from '../../domain/json-schema.ts';
import type { Fields } from '../../domain/spec-schema.ts';
import type { Amendment } from '../../plans/amend-plan.ts';
import { nodesOf } from '../../plans/cluster-plan.ts';
import { count } from '../../recovery/describe.ts';
import { documentSchema } from '../document-schema.ts';
import type { PlanView, PolicyCheck, PolicyType } from '../policy-type.ts';

const name = 'senlin.policy.batch';
const version = '1.0';

export interface BatchPolicy {
  readonly minInService: number;
  /** null: no limit. */
  readonly maxBatchSize: number | null;
  readonly pauseMs: number;
}

const fields: Fields = {
  min_in_service: {
    type: 'Integer',
    default: 1,
    min: 0,
    description: 'Nodes that are not touched while others are updated.',
  },
  max_batch_size: {
    type: 'Integer',
    default: -1,
    min: -1,
    description: 'Nodes that are updated at once at most; -1: as many as min_in_service allows.',
    check: (value, path) => (value === 0 ? [{ field: path, expected: '-1, or at least 1', found: '0' }] : []),
  },
  pause_time: {
    type: 'Integer',
    default: 60,
    min: 0,
    description: 'Seconds between two groups.',
  },
};

export const batchPolicyType: PolicyType<BatchPolicy> = {
  name,
  version,
  supportStatus: [{ status: 'EXPERIMENTAL', since: '2017.02' }],
  priority: 200,
  singleton: true,
  fields,
  jsonSchema: documentSchema(name, version, toJsonSchema(fields, version)),
  check: readBatchPolicy,
  checkAgainstProfile: () => [],
  bindingData: () => null,
  before: amend,
};

function readBatchPolicy(properties: Json | undefined): PolicyCheck<BatchPolicy> {
  const checked = checkFields(fields, properties ?? {}, version);
  if (!checked.ok) return checked;
  const { min_in_service, max_batch_size, pause_time } = checked.value as Record<string, number>;
  const value = {
    minInService: min_in_service ?? 0,
    maxBatchSize: max_batch_size === undefined || max_batch_size < 0 ? null : max_batch_size,
    pauseMs: (pause_time ?? 0) * 1000,
  };
  return { ok: true, value, warnings: [] };
}

function amend({ plan, facts, value }: PlanView<BatchPolicy>): Amendment {
  const nodes = nodesOf(plan, 'NODE_UPDATE');
  if (nodes.length === 0) return null;
  const size = batchSize(value, facts.members.length);
  const groups = Array.from({ length: Math.ceil(nodes.length / size) }, (_, index) => ({
    nodes: nodes.slice(index * size, (index + 1) * size),
    pauseMs: value.pauseMs,
  }));
  const pause = groups.length > 1 && value.pauseMs > 0 ? `, ${value.pauseMs / 1000} s between two` : '';
  return { plan: { ...plan, groups }, reason: `${count(size, 'node')} at once at most${pause}` };
}

/** @param total nodes of the cluster. */
export function batchSize({ minInService, maxBatchSize }: BatchPolicy, total: number): number {
  return Math.max(1, Math.min(total - minInService, maxBatchSize ?? total));
}
