/**
 * senlin.policy.zone_placement: in which availability zones the nodes of a cluster are. Keys and defaults are
 * those of openstack/senlin senlin/policies/zone_placement.py.
 *
 * Only zones count that Nova has and that have no outage. Nodes that serve no one go first, whatever zone
 * they are in (`plans/removal-order.ts`); the others are taken from where there are too many.
 */
import { checkFields } from '../../domain/check-fields.ts';
import { CoppiceError, quoteValue, type Issue } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { toJsonSchema } from '../../domain/json-schema.ts';
import { placementIn } from '../../domain/placement.ts';
import { toSenlinSchema, type Fields } from '../../domain/spec-schema.ts';
import { operationError } from '../../openstack/cloud-error.ts';
import type { Amendment } from '../../plans/amend-plan.ts';
import { group, nodesOf, type ClusterFacts, type ClusterPlan } from '../../plans/cluster-plan.ts';
import { placeNew } from '../../plans/placement.ts';
import { planned } from '../../plans/make-plan.ts';
import { chooseLeaving, inRemovalOrder } from '../../plans/removal-order.ts';
import { count } from '../../recovery/describe.ts';
import { documentSchema } from '../document-schema.ts';
import { onlyServers } from '../only-servers.ts';
import type { LookedUp, PlanView, PolicyAttachment, PolicyCheck, PolicyType } from '../policy-type.ts';
import { zonesForNew, zonesToShrink, type WeightedZone } from './zone-balance.ts';

const name = 'senlin.policy.zone_placement';
const version = '1.0';

export interface ZonePlacementPolicy {
  readonly zones: readonly WeightedZone[];
}

const fields: Fields = {
  zones: {
    type: 'List',
    description: 'The availability zones to choose from.',
    items: {
      type: 'Map',
      description: 'An availability zone, or its name alone.',
      shortFor: 'name',
      fields: {
        name: { type: 'String', description: 'Name of an availability zone of Nova.' },
        weight: {
          type: 'Integer',
          default: 100,
          min: 1,
          description: 'Its share of the nodes, against those of the other zones.',
        },
      },
    },
  },
};

export const zonePlacementPolicyType: PolicyType<ZonePlacementPolicy> = {
  name,
  version,
  supportStatus: [
    { status: 'EXPERIMENTAL', since: '2016.04' },
    { status: 'SUPPORTED', since: '2016.10' },
  ],
  priority: 300,
  singleton: true,
  schema: toSenlinSchema(fields, version),
  jsonSchema: documentSchema(name, version, toJsonSchema(fields, version)),
  check: readZonePlacement,
  checkAgainstProfile: (_value, type) =>
    onlyServers(type, type.withoutDomain?.ZONE ?? 'Nova chooses the zone of a server alone'),
  zones: ({ zones }) => zones.map((zone) => zone.name),
  bindingData: () => null,
  attach,
  lookUp: lookUpZones,
  before: amend,
};

function readZonePlacement(properties: Json | undefined): PolicyCheck<ZonePlacementPolicy> {
  const checked = checkFields(fields, properties ?? {}, version);
  if (!checked.ok) return checked;
  const written = (checked.value['zones'] ?? []) as readonly { name?: string; weight: number }[];
  const zones = written.map(({ name: zone = '', weight }) => ({ name: zone, weight }));
  const issues: Issue[] = zones.flatMap(({ name: zone }, index) =>
    zones.findIndex((one) => one.name === zone) < index
      ? [{ field: `zones[${index}].name`, expected: 'each zone once', found: quoteValue(zone) }]
      : [],
  );
  for (const [index, { name: zone }] of zones.entries())
    if (zone === '')
      issues.push({ field: `zones[${index}].name`, expected: 'the name of a zone', found: 'nothing' });
  if (zones.length === 0) issues.push({ field: 'zones', expected: 'one zone at least', found: 'none' });
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: { zones }, warnings: [] };
}

/** @throws CoppiceError where Nova has none of the zones: no node could ever be placed. */
async function attach(
  { value, cloud }: PolicyAttachment<ZonePlacementPolicy>,
  { signal }: { readonly signal: AbortSignal },
) {
  const known = await cloud()
    .nova.listZones({ signal })
    .catch((error: unknown) => Promise.reject(operationError(error, 'the zones of Nova are not known')));
  if (value.zones.some((zone) => known.includes(zone.name))) return { data: {} };
  const [wanted, there] = [value.zones.map((zone) => zone.name), known].map((names) => names.join(', '));
  throw new CoppiceError('operation-impossible', `Nova has none of the zones ${wanted}; it has ${there}`);
}

const growing: ReadonlySet<string> = new Set([
  'CLUSTER_CREATE',
  'CLUSTER_SCALE_OUT',
  'CLUSTER_RESIZE',
  'NODE_CREATE',
]);

/** The names of the zones that Nova has. */
async function lookUpZones(
  { cloud }: PolicyAttachment<ZonePlacementPolicy>,
  action: string,
  signal: AbortSignal,
): Promise<Json> {
  return growing.has(action) ? await cloud().nova.listZones({ signal }) : null;
}

const shrinking: ReadonlySet<string> = new Set(['CLUSTER_SCALE_IN', 'CLUSTER_RESIZE']);

function amend(view: PlanView<ZonePlacementPolicy>): Amendment {
  const { plan } = view;
  if (nodesOf(plan, 'NODE_CREATE').some((node) => placementIn(node.inputs).zone === undefined))
    return place(view);
  return shrinking.has(plan.action) && nodesOf(plan, 'NODE_DELETE').length > 0 ? chooseZones(view) : null;
}

/** A node that has a zone already keeps it. */
function place({ plan, facts, value, lookedUp }: PlanView<ZonePlacementPolicy>): Amendment {
  const usable = usableZones(value, facts, lookedUp);
  if ('refused' in usable) return usable;
  const placed = nodesOf(plan, 'NODE_CREATE').flatMap((node) => placementIn(node.inputs).zone ?? []);
  const current = countsOf([...facts.members.map((member) => member.zone), ...placed]);
  const wanted = nodesOf(plan, 'NODE_CREATE').length - placed.length;
  const chosen = zonesForNew(usable.zones, current, wanted).values();
  const placedPlan = placeNew(plan, (placement) =>
    placement.zone === undefined ? { ...placement, zone: chosen.next().value ?? '' } : placement,
  );
  return { plan: placedPlan, reason: placedInWords(placedPlan, usable.leftOut) };
}

function placedInWords(plan: ClusterPlan, leftOut: readonly string[]): string {
  const zones = nodesOf(plan, 'NODE_CREATE').flatMap((node) => placementIn(node.inputs).zone ?? []);
  const parts = [...countsOf(zones)].map(([zone, nodes]) => `${count(nodes, 'node')} in zone ${zone}`);
  return [parts.join(', '), ...leftOut].join('; ');
}

function usableZones(
  { zones }: ZonePlacementPolicy,
  { zonesInOutage }: ClusterFacts,
  lookedUp: LookedUp | null,
):
  | { readonly zones: readonly WeightedZone[]; readonly leftOut: readonly string[] }
  | { readonly refused: string } {
  if (lookedUp?.ok === false) return { refused: `the zones of Nova are not known: ${lookedUp.reason}` };
  const known = Array.isArray(lookedUp?.found) ? lookedUp.found : null;
  const why = (zone: WeightedZone): string[] => {
    if (known !== null && !known.includes(zone.name)) return [`zone ${zone.name} is not available in Nova`];
    return zonesInOutage.includes(zone.name) ? [`zone ${zone.name} has an outage`] : [];
  };
  const usable = zones.filter((zone) => why(zone).length === 0);
  const leftOut = zones.flatMap(why);
  if (usable.length > 0) return { zones: usable, leftOut };
  return { refused: `there is no zone for new nodes: ${leftOut.join('; ')}` };
}

/** As many as the plan takes out. What chooses after this keeps to the zones. */
function chooseZones({ plan, facts, value }: PlanView<ZonePlacementPolicy>): Amendment {
  const leaving = nodesOf(plan, 'NODE_DELETE').length;
  const serving = inRemovalOrder(facts.members).filter(({ isServing }) => isServing);
  const unfit = Math.min(leaving, facts.members.length - serving.length);
  const taken = zonesToShrink(
    value.zones,
    countsOf(serving.map(({ member }) => member.zone)),
    leaving - unfit,
  );
  const byZone = Object.fromEntries(taken);
  const nodes = chooseLeaving(facts.members, leaving, { byZone }).map(({ member, reason, isServing }) =>
    planned('NODE_DELETE', member, isServing ? `${zoneInWords(zoneName(member.zone))} gives up one` : reason),
  );
  const parts = [
    ...(unfit === 0 ? [] : [`${count(unfit, 'node')} that ${unfit === 1 ? 'serves' : 'serve'} no one`]),
    ...[...taken].map(([zone, nodesOfZone]) => `${count(nodesOfZone, 'node')} from ${zoneInWords(zone)}`),
  ];
  return { plan: { ...plan, leavingByZone: byZone, groups: group(nodes) }, reason: parts.join(', ') };
}

function countsOf(zones: readonly (string | null)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const zone of zones) counts.set(zoneName(zone), (counts.get(zoneName(zone)) ?? 0) + 1);
  return counts;
}

/** Nodes of which it is not known are together, as if they were in one. */
function zoneName(zone: string | null): string {
  return zone ?? '';
}

function zoneInWords(zone: string): string {
  return zone === '' ? 'no known zone' : `zone ${zone}`;
}
