/**
 * senlin.policy.zone_placement: in which availability zones the nodes of a cluster are. Keys and defaults are
 * those of openstack/senlin senlin/policies/zone_placement.py.
 *
 * Only zones count that Nova has and that have no outage. Nodes that serve no one go first, whatever zone
 * they are in (`plans/removal-order.ts`); the others are taken from where there are too many.
 */
import { checkFields } from '../../domain/check-fields.ts';
import { CoppiceError, describeIssue, quoteValue, type Issue } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { toJsonSchema } from '../../domain/json-schema.ts';
import { placementIn } from '../../domain/placement.ts';
import type { Fields } from '../../domain/spec-schema.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import { CloudError, operationError } from '../../openstack/cloud-error.ts';
import type { Amendment } from '../../plans/amend-plan.ts';
import {
  group,
  nodesOf,
  type ClusterFacts,
  type ClusterPlan,
  type LeavingShare,
} from '../../plans/cluster-plan.ts';
import { placeNew } from '../../plans/placement.ts';
import { planned } from '../../plans/make-plan.ts';
import { chooseLeaving, inRemovalOrder } from '../../plans/removal-order.ts';
import { count } from '../../recovery/describe.ts';
import { documentSchema } from '../document-schema.ts';
import { creatingActions, shrinkingActions } from '../placing-actions.ts';
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
  fields,
  jsonSchema: documentSchema(name, version, toJsonSchema(fields, version)),
  check: readZonePlacement,
  checkAgainstProfile: (_value, type) =>
    onlyServers(type, type.withoutDomain?.ZONE ?? 'Nova chooses the zone of a server alone'),
  zones: ({ zones }) => zones.map((zone) => zone.name),
  bindingData: () => null,
  examine: (attachment, _nodes, signal) => noneOfZones(attachment, signal),
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
  attachment: PolicyAttachment<ZonePlacementPolicy>,
  { signal }: { readonly signal: AbortSignal },
) {
  const [issue] = await noneOfZones(attachment, signal);
  if (issue === undefined) return { data: {} };
  throw new CoppiceError('operation-impossible', describeIssue(issue));
}

async function noneOfZones(
  attachment: PolicyAttachment<ZonePlacementPolicy>,
  signal: AbortSignal,
): Promise<Issue[]> {
  const { zones } = await readZones(attachment, signal).catch((error: unknown) =>
    Promise.reject(operationError(error, 'the zones of Nova are not known')),
  );
  const known = [...new Set(zones.flatMap((one) => one.names))];
  if (attachment.value.zones.some((zone) => known.includes(zone.name))) return [];
  const [problem] = zones.flatMap((one) => one.problem ?? []);
  if (problem !== undefined)
    throw new CoppiceError('operation-failed', `the zones of Nova are not known: ${problem}`);
  const wanted = attachment.value.zones.map((zone) => zone.name);
  const expected = `one at least of the zones that Nova has: ${known.join(', ')}`;
  return [{ field: 'zones', expected, found: wanted.join(', ') }];
}

/** The zones that Nova has, in each region in which policies place nodes. */
interface KnownZones {
  readonly zones: readonly {
    readonly region: string | null;
    readonly names: readonly string[];
    /** Why they are not known, which matters for new nodes of this region only. */
    readonly problem?: string;
  }[];
  /** The region of nodes that were placed in none; null: there are no others. */
  readonly usual: string | null;
}

async function readZones(
  { cloud, regions }: PolicyAttachment<ZonePlacementPolicy>,
  signal: AbortSignal,
): Promise<KnownZones> {
  const usual = cloud();
  const placed = await regions();
  if (placed.length === 0)
    return { zones: [{ region: null, names: await usual.nova.listZones({ signal }) }], usual: null };
  const zones = await Promise.all(
    placed.map(async (region) => ({
      region,
      ...(await zonesIn(usual.inRegion(region), signal)),
    })),
  );
  const [first = null] = await usual.session.regionsWith('compute', { signal });
  return { zones, usual: usual.session.settings.region ?? first };
}

async function zonesIn(cloud: Cloud, signal: AbortSignal): Promise<{ names: string[]; problem?: string }> {
  try {
    return { names: [...(await cloud.nova.listZones({ signal }))] };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof CloudError)) throw error;
    return { names: [], problem: error.message };
  }
}

async function lookUpZones(
  attachment: PolicyAttachment<ZonePlacementPolicy>,
  action: string,
  signal: AbortSignal,
): Promise<Json> {
  return creatingActions.has(action) ? ((await readZones(attachment, signal)) as unknown as Json) : null;
}

function amend(view: PlanView<ZonePlacementPolicy>): Amendment {
  const { plan } = view;
  if (nodesOf(plan, 'NODE_CREATE').some((node) => placementIn(node.inputs).zone === undefined))
    return place(view);
  return shrinkingActions.has(plan.action) && nodesOf(plan, 'NODE_DELETE').length > 0
    ? chooseZones(view)
    : null;
}

/**
 * A node that has a zone already keeps it. The nodes of each region are spread over the zones of that one.
 */
function place({ plan, facts, value, lookedUp }: PlanView<ZonePlacementPolicy>): Amendment {
  const created = nodesOf(plan, 'NODE_CREATE').map(({ inputs }) => placementIn(inputs));
  const known = lookedUp?.ok === true ? (lookedUp.found as unknown as KnownZones) : null;
  const regionOfMember = ({ region }: { readonly region: string | null }): string | null =>
    region ?? known?.usual ?? null;
  const chosen = new Map<string | null, Iterator<string>>();
  const leftOut: string[] = [];
  for (const region of new Set(created.map(({ region_name: name = null }) => name))) {
    const usable = usableZones(value, facts, lookedUp, region);
    if ('refused' in usable) return usable;
    leftOut.push(...usable.leftOut);
    const here = created.filter(({ region_name: name = null }) => name === region);
    const members = facts.members.filter(
      (member) => regionOfMember(member) === (region ?? known?.usual ?? null),
    );
    const placed = here.flatMap(({ zone }) => zone ?? []);
    const current = countsOf([...members.map((member) => member.zone), ...placed]);
    chosen.set(region, zonesForNew(usable.zones, current, here.length - placed.length).values());
  }
  const placedPlan = placeNew(plan, (placement) => {
    const next = chosen.get(placement.region_name ?? null)?.next();
    return placement.zone === undefined ? { ...placement, zone: next?.value ?? '' } : placement;
  });
  return { plan: placedPlan, reason: placedInWords(placedPlan, leftOut) };
}

function placedInWords(plan: ClusterPlan, leftOut: readonly string[]): string {
  const zones = nodesOf(plan, 'NODE_CREATE').flatMap(({ inputs }) => {
    const { zone, region_name: region = null } = placementIn(inputs);
    return zone === undefined ? [] : [`zone ${zone}${ofRegion(region)}`];
  });
  const parts = [...countsOf(zones)].map(([zone, nodes]) => `${count(nodes, 'node')} in ${zone}`);
  return [parts.join(', '), ...leftOut].join('; ');
}

function ofRegion(region: string | null): string {
  return region === null ? '' : ` of ${region}`;
}

function usableZones(
  { zones }: ZonePlacementPolicy,
  { zonesInOutage }: ClusterFacts,
  lookedUp: LookedUp | null,
  region: string | null,
):
  | { readonly zones: readonly WeightedZone[]; readonly leftOut: readonly string[] }
  | { readonly refused: string } {
  if (lookedUp?.ok === false) return { refused: `the zones of Nova are not known: ${lookedUp.reason}` };
  const known = lookedUp === null ? null : (lookedUp.found as unknown as KnownZones);
  const here = known?.zones.find((one) => one.region === region);
  if (here?.problem !== undefined)
    return { refused: `the zones of Nova${ofRegion(region)} are not known: ${here.problem}` };
  const names = known === null ? null : here?.names;
  const hasOutage = (zone: string): boolean =>
    zonesInOutage.includes(region === null ? zone : `${region}/${zone}`) ||
    (region !== null && region === known?.usual && zonesInOutage.includes(zone));
  const why = ({ name: zone }: WeightedZone): string[] => {
    const there = `zone ${zone}${ofRegion(region)}`;
    if (names !== null && names?.includes(zone) !== true) return [`${there} is not available in Nova`];
    return hasOutage(zone) ? [`${there} has an outage`] : [];
  };
  const usable = zones.filter((zone) => why(zone).length === 0);
  const leftOut = zones.flatMap(why);
  if (usable.length > 0) return { zones: usable, leftOut };
  return { refused: `there is no zone for new nodes: ${leftOut.join('; ')}` };
}

/**
 * As many as the plan takes out, of each share that a policy before this has chosen. What chooses after this
 * keeps to the zones.
 */
function chooseZones({ plan, facts, value }: PlanView<ZonePlacementPolicy>): Amendment {
  const leaving = nodesOf(plan, 'NODE_DELETE').length;
  const serving = inRemovalOrder(facts.members).flatMap(({ isServing, member }) => (isServing ? member : []));
  const unfit = Math.min(leaving, facts.members.length - serving.length);
  const all = { count: leaving - unfit, nodes: new Set(serving.map(({ id }) => id)) };
  const shares = (plan.leavingShares ?? [all]).flatMap((share): LeavingShare[] => {
    const members = serving.filter(({ id }) => share.nodes.has(id));
    const taken = zonesToShrink(value.zones, countsOf(members.map(({ zone }) => zone)), share.count);
    const of = 'from' in share ? ` of ${share.from}` : '';
    return [...taken].map(([zone, nodes]) => ({
      from: `${zoneInWords(zone)}${of}`,
      count: nodes,
      nodes: new Set(members.flatMap((one) => (zoneName(one.zone) === zone ? one.id : []))),
    }));
  });
  const nodes = chooseLeaving(facts.members, leaving, { shares }).map(({ member, reason, isServing }) =>
    planned('NODE_DELETE', member, isServing ? `${zoneInWords(zoneName(member.zone))} gives up one` : reason),
  );
  const parts = [
    ...(unfit === 0 ? [] : [`${count(unfit, 'node')} that ${unfit === 1 ? 'serves' : 'serve'} no one`]),
    ...shares.map((share) => `${count(share.count, 'node')} from ${share.from}`),
  ];
  return { plan: { ...plan, leavingShares: shares, groups: group(nodes) }, reason: parts.join(', ') };
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
