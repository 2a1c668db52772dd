/** Nova's limits and quotas. */
import type { JsonObject } from '../domain/json.ts';
import { forAdmin, minorOf, ok, type ComputeTools } from './compute-call.ts';
import { endpoint, member, type SimulatorEndpoint } from './endpoint.ts';
import { quotaKeys, type Quota } from './quotas.ts';

/** Limits that the simulator does not have, at Nova's defaults. */
const others = { key_pairs: 100, metadata_items: 128, server_group_members: 10, server_groups: 10 };

export function quotaEndpoints({ world }: ComputeTools): SimulatorEndpoint[] {
  const { quotas, servers } = world;
  const path = '/v2.1/os-quota-sets/:project';
  return [
    endpoint('GET /v2.1/limits', 'limits', (call) => {
      const used = servers.usedBy(call.projectId);
      return ok({
        limits: {
          rate: [],
          absolute: describeLimits(quotas.of(call.projectId), used, world.groups.all.length, minorOf(call)),
        },
      });
    }),
    endpoint(`GET ${path}`, 'quota', ({ params }) => {
      const id = params['project'] ?? '';
      return ok({ quota_set: { id, ...others, ...quotas.of(id) } });
    }),
    endpoint(`GET ${path}/detail`, 'quota', ({ params }) => {
      const id = params['project'] ?? '';
      const used: Readonly<Record<string, number>> = { ...servers.usedBy(id) };
      const limits = Object.entries({ ...others, ...quotas.of(id) });
      const detail = limits.map(([key, limit]) => [key, { limit, in_use: used[key] ?? 0, reserved: 0 }]);
      return ok({ quota_set: { id, ...(Object.fromEntries(detail) as JsonObject) } });
    }),
    endpoint(`PUT ${path}`, 'quota', (call) => {
      forAdmin(call, 'os_compute_api:os-quota-sets:update');
      const id = call.params['project'] ?? '';
      const asked = member(call.body, 'quota_set');
      for (const key of quotaKeys) {
        const limit = asked[key];
        if (typeof limit === 'number') quotas.set(id, { [key]: limit });
      }
      return ok({ quota_set: { ...others, ...quotas.of(id) } });
    }),
    endpoint(`DELETE ${path}`, 'quota', (call) => {
      forAdmin(call, 'os_compute_api:os-quota-sets:delete');
      quotas.reset(call.params['project'] ?? '');
      return { status: 202 };
    }),
  ];
}

function describeLimits(quota: Quota, used: Quota, groups: number, minor: number): JsonObject {
  return {
    maxTotalInstances: quota.instances,
    maxTotalCores: quota.cores,
    maxTotalRAMSize: quota.ram,
    maxServerMeta: others.metadata_items,
    maxTotalKeypairs: others.key_pairs,
    maxServerGroups: others.server_groups,
    maxServerGroupMembers: others.server_group_members,
    totalInstancesUsed: used.instances,
    totalCoresUsed: used.cores,
    totalRAMUsed: used.ram,
    totalServerGroupsUsed: groups,
    ...(minor < 36
      ? {
          maxTotalFloatingIps: -1,
          maxSecurityGroups: -1,
          maxSecurityGroupRules: -1,
          totalFloatingIpsUsed: 0,
          totalSecurityGroupsUsed: 0,
        }
      : {}),
    ...(minor < 39 ? { maxImageMeta: 128 } : {}),
    ...(minor < 57 ? { maxPersonality: 5, maxPersonalitySize: 10_240 } : {}),
  };
}
