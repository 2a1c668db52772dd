/**
 * senlin.policy.affinity: the nodes of a cluster are in a server group of Nova, which keeps them on one host,
 * or on different ones. Keys and defaults are those of openstack/senlin senlin/policies/affinity_policy.py.
 *
 *     attach   uses the group that exists, else makes one (`server-group.ts`)
 *     before   new nodes get the group, and the zone
 */
import { checkFields } from '../../domain/check-fields.ts';
import { CoppiceError } from '../../domain/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { toJsonSchema } from '../../domain/json-schema.ts';
import type { Fields } from '../../domain/spec-schema.ts';
import { operationError } from '../../openstack/cloud-error.ts';
import type { Amendment } from '../../plans/amend-plan.ts';
import { nodesOf } from '../../plans/cluster-plan.ts';
import { placeNew } from '../../plans/placement.ts';
import { count } from '../../recovery/describe.ts';
import { documentSchema } from '../document-schema.ts';
import { onlyServers } from '../only-servers.ts';
import type {
  Attached,
  LookedUp,
  PlanView,
  PolicyAttachment,
  PolicyCheck,
  PolicyType,
} from '../policy-type.ts';
import { groupPolicies, type AffinityPolicy, type GroupPolicy } from './affinity-policy.ts';
import { existingGroup, removeGroup, useOrMakeGroup } from './server-group.ts';

const name = 'senlin.policy.affinity';
const version = '1.0';

const fields: Fields = {
  servergroup: {
    type: 'Map',
    default: {},
    description: 'The server group of Nova.',
    fields: {
      name: { type: 'String', description: 'Its name or id; absent: one is made.' },
      policies: {
        type: 'String',
        default: 'anti-affinity',
        allowed: groupPolicies,
        description: 'Whether the servers are on one host, or on different ones; soft: if it can be.',
      },
    },
  },
  availability_zone: { type: 'String', description: 'Availability zone of new nodes.' },
  enable_drs_extension: {
    type: 'Boolean',
    default: false,
    description: 'Whether new nodes are put on a vSphere host with DRS; for administrators of the cloud.',
  },
};

export const affinityPolicyType: PolicyType<AffinityPolicy> = {
  name,
  version,
  supportStatus: [{ status: 'SUPPORTED', since: '2016.10' }],
  priority: 300,
  singleton: true,
  fields,
  jsonSchema: documentSchema(name, version, toJsonSchema(fields, version)),
  check: readAffinity,
  checkAgainstProfile: (_value, type) => onlyServers(type, 'a server group has servers alone'),
  zones: zonesOf,
  withoutRegions: 'its server group is in one region, and Nova of another one does not know it',
  bindingData: () => null,
  attach: (attachment, { signal }, lookedUp) => attach(attachment, lookedUp, signal),
  detach: (attachment, { signal }) => detach(attachment, signal),
  lookUp,
  before: amend,
};

function readAffinity(properties: Json | undefined): PolicyCheck<AffinityPolicy> {
  const checked = checkFields(fields, properties ?? {}, version);
  if (!checked.ok) return checked;
  const { servergroup, availability_zone: zone, enable_drs_extension: usesDrs } = checked.value;
  const group = isJsonObject(servergroup) ? servergroup : {};
  const value: AffinityPolicy = {
    groupName: textOf(group['name']),
    groupPolicy: group['policies'] as GroupPolicy,
    zone: textOf(zone),
    usesDrs: usesDrs === true,
  };
  return { ok: true, value, warnings: [] };
}

function textOf(found: Json | undefined): string | null {
  return typeof found === 'string' && found !== '' ? found : null;
}

async function attach(
  attachment: PolicyAttachment<AffinityPolicy>,
  lookedUp: LookedUp | null,
  signal: AbortSignal,
): Promise<Attached> {
  const { value, cloud } = attachment;
  const { nova } = cloud();
  if (lookedUp?.ok !== true)
    throw new CoppiceError('operation-failed', lookedUp?.reason ?? 'the server groups are not known');
  if (value.zone !== null) {
    const zones = await nova
      .listZones({ signal })
      .catch((error: unknown) => Promise.reject(operationError(error, 'the zones of Nova are not known')));
    if (!zones.includes(value.zone))
      throw new CoppiceError(
        'operation-impossible',
        `availability_zone: Nova has no zone ${value.zone}; it has ${zones.join(', ')}`,
      );
  }
  const data = await useOrMakeGroup(nova, attachment, lookedUp.found, signal);
  return { data: { AffinityPolicy: { version, data } } };
}

async function detach(attachment: PolicyAttachment<AffinityPolicy>, signal: AbortSignal): Promise<void> {
  const { inherited_group: isInherited } = groupData(attachment.data);
  if (isInherited === true) return;
  const id = groupIn(attachment.data);
  if (id !== null) await removeGroup(attachment.cloud().nova, id, signal);
}

const placing: ReadonlySet<string> = new Set(['CLUSTER_SCALE_OUT', 'CLUSTER_RESIZE', 'NODE_CREATE']);

/** For an attachment the group that exists; for new nodes the host of vSphere, as a compute service. */
async function lookUp(
  attachment: PolicyAttachment<AffinityPolicy>,
  action: string,
  signal: AbortSignal,
): Promise<Json> {
  const { value, cloud } = attachment;
  if (action === 'CLUSTER_ATTACH_POLICY') return await existingGroup(cloud().nova, attachment, signal);
  if (!value.usesDrs || !placing.has(action)) return null;
  const hypervisors = await cloud().nova.listHypervisors({ signal });
  const found = hypervisors.find((one) => /drs/i.test(one.hypervisor_hostname));
  if (found !== undefined) return found.service.host;
  throw new CoppiceError('operation-impossible', 'no hypervisor has drs in its name');
}

/** Senlin's: Nova wants a zone beside a host. */
const ZONE_OF_DRS = 'nova';

function zoneOf({ zone, usesDrs }: AffinityPolicy): string | null {
  return usesDrs ? (zone ?? ZONE_OF_DRS) : zone;
}

function zonesOf(value: AffinityPolicy): readonly string[] | null {
  const zone = zoneOf(value);
  return zone === null ? null : [zone];
}

function amend({ plan, value, binding, lookedUp }: PlanView<AffinityPolicy>): Amendment {
  const created = nodesOf(plan, 'NODE_CREATE').length;
  if (created === 0) return null;
  const servergroup = groupIn(binding.data);
  if (servergroup === null) return { refused: 'its binding names no server group: attach it again' };
  if (value.usesDrs && lookedUp?.ok !== true)
    return { refused: `no vSphere host is known: ${lookedUp?.reason ?? 'it was not looked up'}` };
  const host = value.usesDrs && lookedUp?.ok === true ? lookedUp.found : null;
  const zone = typeof host === 'string' ? `${zoneOf(value)}:${host}` : value.zone;
  const placed = placeNew(plan, (placement) => ({
    ...placement,
    servergroup,
    ...(zone === null ? {} : { zone }),
  }));
  const where = zone === null ? '' : ` and zone ${zone}`;
  return {
    plan: placed,
    reason: `${count(created, 'node')} in the server group ${servergroup} (${value.groupPolicy})${where}`,
  };
}

function groupData(data: JsonObject | null): JsonObject {
  const outer = data?.['AffinityPolicy'];
  const inner = isJsonObject(outer) ? outer['data'] : undefined;
  return isJsonObject(inner) ? inner : {};
}

function groupIn(data: JsonObject | null): string | null {
  return textOf(groupData(data)['servergroup_id']);
}
