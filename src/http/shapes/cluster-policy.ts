import { z } from 'zod';
import type { Cluster } from '../../domain/model.ts';
import type { AttachedPolicy } from '../../store/cluster-policies.ts';
import { timeInSecondsOrNull } from '../times.ts';
import { id, jsonMap, nullableTime, text } from './common.ts';

export const clusterPolicyShape = z
  .strictObject({
    cluster_id: id,
    cluster_name: text,
    data: jsonMap.nullable(),
    enabled: z.boolean(),
    id,
    last_op: nullableTime,
    policy_id: id,
    policy_name: text,
    policy_type: text,
    priority: z.int(),
  })
  .meta({ id: 'ClusterPolicy' });

export function toClusterPolicyAnswer(
  cluster: Cluster,
  { binding, policy }: AttachedPolicy,
): z.infer<typeof clusterPolicyShape> {
  return {
    cluster_id: cluster.id,
    cluster_name: cluster.name,
    data: binding.data,
    enabled: binding.enabled,
    id: binding.id,
    last_op: timeInSecondsOrNull(binding.lastOp),
    policy_id: policy.id,
    policy_name: policy.name,
    policy_type: policy.type,
    priority: binding.priority,
  };
}
