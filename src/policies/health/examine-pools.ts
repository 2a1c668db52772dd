/**
 * Which pools of LB_STATUS_POLLING say nothing of any node, asked before the policy is attached: all nodes
 * would be UNKNOWN, and none recovered.
 */
import { quoteValue, type Issue } from '../../domain/errors.ts';
import type { HealthPolicy } from '../../domain/health-policy.ts';
import { isStatus } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { BalancerPool } from '../../openstack/octavia-client.ts';
import type { PolicyAttachment } from '../policy-type.ts';

/** @throws CloudError, CoppiceError where the cloud cannot be asked. */
export async function examinePools(
  { value, cloud, regions }: PolicyAttachment<HealthPolicy>,
  signal: AbortSignal,
): Promise<Issue[]> {
  const issues: Issue[] = [];
  for (const [index, mode] of value.detection.modes.entries()) {
    if (mode.type !== 'LB_STATUS_POLLING' || mode.options.pool === undefined) continue;
    const usual = cloud();
    const placed = await regions();
    const clouds = placed.length === 0 ? [usual] : placed.map((region) => usual.inRegion(region));
    const issue = await issueOf(clouds, mode.options.pool, { signal });
    if (issue !== null) issues.push({ field: `detection.detection_modes[${index}].options.pool`, ...issue });
  }
  return issues;
}

/** @param clouds a pool is in one region: there it is enough. */
async function issueOf(
  clouds: readonly Cloud[],
  id: string,
  context: CallContext,
): Promise<Omit<Issue, 'field'> | null> {
  const found = await Promise.all(clouds.map((each) => findPool(each, id, context)));
  const pools = found.filter((pool) => pool !== null);
  const expected = 'the id of an Octavia pool that has a health monitor';
  if (pools.length === 0) {
    const named = await Promise.all(
      clouds.map((each) => each.octavia.listParts('pool', { name: id }, context)),
    );
    const ids = named.flat().map((pool) => pool.id);
    const hint =
      ids.length === 0
        ? 'Octavia has no such pool: see `openstack loadbalancer pool list`'
        : `the pool of this name has the id ${ids.join(', ')}`;
    return { expected, found: quoteValue(id), hint };
  }
  if (pools.some((pool) => (pool.healthmonitor_id ?? '') !== '')) return null;
  const hint =
    'this pool has none, so that its members have no status: create one with `openstack loadbalancer healthmonitor create`';
  return { expected, found: quoteValue(id), hint };
}

async function findPool({ octavia }: Cloud, id: string, context: CallContext): Promise<BalancerPool | null> {
  try {
    return await octavia.getPool(id, context);
  } catch (error) {
    if (isStatus(error, 404)) return null;
    throw error;
  }
}
