/**
 * senlin.policy.region_placement: in which regions of the cloud the nodes of a cluster are. Keys and
 * defaults are those of openstack/senlin senlin/policies/region_placement.py.
 *
 * It comes before all that chooses within a region. The nodes that go are shared out over the regions here,
 * and are chosen within each share by what comes after. Nodes that serve no one go first, whatever region
 * they are in (`plans/removal-order.ts`).
 */
import { checkFields } from '../../domain/check-fields.ts';
import type { CloudService } from '../../domain/cloud-state.ts';
import { didYouMean } from '../../domain/did-you-mean.ts';
import { CoppiceError, describeIssue, quoteValue, type Issue } from '../../domain/errors.ts';
import { isJsonObject, type Json } from '../../domain/json.ts';
import { toJsonSchema } from '../../domain/json-schema.ts';
import { placementIn } from '../../domain/placement.ts';
import type { Fields } from '../../domain/spec-schema.ts';
import { operationError } from '../../openstack/cloud-error.ts';
import { whyNoAnswer } from '../../openstack/service-answers.ts';
import type { Amendment } from '../../plans/amend-plan.ts';
import { group, nodesOf, type ClusterPlan } from '../../plans/cluster-plan.ts';
import { planned } from '../../plans/make-plan.ts';
import { placeNew } from '../../plans/placement.ts';
import { chooseLeaving, inRemovalOrder } from '../../plans/removal-order.ts';
import { count } from '../../recovery/describe.ts';
import { typeName } from '../../profiles/profile-type.ts';
import { documentSchema } from '../document-schema.ts';
import { creatingActions, shrinkingActions } from '../placing-actions.ts';
import type {
  CheckedProfileType,
  LookedUp,
  PlanView,
  PolicyAttachment,
  PolicyCheck,
  PolicyType,
} from '../policy-type.ts';
import { regionsForNew, regionsToShrink, type WeightedRegion } from './region-balance.ts';

const name = 'senlin.policy.region_placement';
const version = '1.0';

export interface RegionPlacementPolicy {
  readonly regions: readonly WeightedRegion[];
}

const fields: Fields = {
  regions: {
    type: 'List',
    description: 'The regions to choose from.',
    items: {
      type: 'Map',
      description: 'A region, or its name alone.',
      shortFor: 'name',
      fields: {
        name: { type: 'String', description: 'Name of a region of the cloud.' },
        weight: {
          type: 'Integer',
          default: 100,
          min: 1,
          description: 'Its share of the nodes, against those of the other regions.',
        },
        cap: {
          type: 'Integer',
          default: -1,
          min: -1,
          description: 'Most nodes that it may have; -1: any number.',
        },
      },
    },
  },
};

export const regionPlacementPolicyType: PolicyType<RegionPlacementPolicy> = {
  name,
  version,
  supportStatus: [
    { status: 'EXPERIMENTAL', since: '2016.04' },
    { status: 'SUPPORTED', since: '2016.10' },
  ],
  priority: 200,
  singleton: true,
  fields,
  jsonSchema: documentSchema(name, version, toJsonSchema(fields, version)),
  check: readRegionPlacement,
  checkAgainstProfile: (_value, type) => onlyInCloud(type),
  regions: ({ regions }) => regions.map((region) => region.name),
  bindingData: () => null,
  examine: (attachment, _nodes, signal) => unknownRegions(attachment, signal),
  attach,
  lookUp: lookUpRegions,
  before: amend,
};

function readRegionPlacement(properties: Json | undefined): PolicyCheck<RegionPlacementPolicy> {
  const checked = checkFields(fields, properties ?? {}, version);
  if (!checked.ok) return checked;
  const written = (checked.value['regions'] ?? []) as readonly {
    name?: string;
    weight: number;
    cap: number;
  }[];
  const regions = written.map(({ name: region = '', weight, cap }) => ({
    name: region,
    weight,
    cap: cap < 0 ? null : cap,
  }));
  const issues = regions.flatMap(({ name: region }, index): Issue[] => {
    const field = `regions[${index}].name`;
    if (region === '') return [{ field, expected: 'the name of a region', found: 'nothing' }];
    const isRepeated = regions.findIndex((one) => one.name === region) < index;
    return isRepeated ? [{ field, expected: 'each region once', found: quoteValue(region) }] : [];
  });
  if (regions.length === 0) issues.push({ field: 'regions', expected: 'one region at least', found: 'none' });
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: { regions }, warnings: [] };
}

function onlyInCloud(type: CheckedProfileType): Issue[] {
  if (type.cloudService !== undefined) return [];
  const hint = 'a region has servers and stacks, and what runs on the machine of Coppice is in none';
  return [{ field: '', expected: 'nodes in a cloud', found: `nodes of ${typeName(type)}`, hint }];
}

/** @throws CoppiceError `operation-impossible` for a region that is not in the catalog of the owner. */
async function attach(
  attachment: PolicyAttachment<RegionPlacementPolicy>,
  { signal }: { readonly signal: AbortSignal },
) {
  const issues = await unknownRegions(attachment, signal);
  if (issues.length === 0) return { data: {} };
  throw new CoppiceError('operation-impossible', issues.map(describeIssue).join('; '));
}

async function unknownRegions(
  { value, cloud, nodeService }: PolicyAttachment<RegionPlacementPolicy>,
  signal: AbortSignal,
): Promise<Issue[]> {
  const service = nodeService ?? 'compute';
  const known = await regionsKnown(cloud().session, service, signal);
  return value.regions.flatMap((region, index): Issue[] => {
    if (known.includes(region.name)) return [];
    const hint = didYouMean(region.name, known);
    const expected = `a region in which the catalog has ${serviceNames[service]}: ${known.join(', ')}`;
    const issue = { field: `regions[${index}].name`, expected, found: quoteValue(region.name) };
    return [hint === undefined ? issue : { ...issue, hint }];
  });
}

const serviceNames: Readonly<Record<CloudService, string>> = { compute: 'Nova', orchestration: 'Heat' };

type RegionsOf = Pick<ReturnType<PolicyAttachment<unknown>['cloud']>['session'], 'regionsWith' | 'settings'>;

async function regionsKnown(
  session: RegionsOf,
  service: CloudService,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const notKnown = 'the regions of the cloud are not known';
  return await session
    .regionsWith(service, { signal })
    .catch((error: unknown) => Promise.reject(operationError(error, notKnown)));
}

/** The regions of the catalog, and the one in which nodes are that have none. */
interface KnownRegions {
  readonly known: readonly string[];
  readonly usual: string;
  /** Regions of the policy whose service does not answer, each with the reason. */
  readonly away?: Readonly<Record<string, string>>;
}

async function lookUpRegions(
  { value, cloud, nodeService }: PolicyAttachment<RegionPlacementPolicy>,
  action: string,
  signal: AbortSignal,
): Promise<Json> {
  const isCreating = creatingActions.has(action);
  if (!isCreating && !shrinkingActions.has(action)) return null;
  const service = nodeService ?? 'compute';
  const usual = cloud();
  const known = await regionsKnown(usual.session, service, signal);
  const regions = { known, usual: usual.session.settings.region ?? known[0] ?? '' };
  if (!isCreating) return regions;
  const away = await Promise.all(
    value.regions.map(async ({ name: region }) => {
      if (!known.includes(region)) return [];
      const why = await whyNoAnswer(usual.inRegion(region).session, service, signal);
      return why === undefined ? [] : [[region, `${serviceNames[service]} is away there: ${why}`] as const];
    }),
  );
  return { ...regions, away: Object.fromEntries(away.flat()) };
}

function regionsIn(lookedUp: LookedUp | null): KnownRegions | { readonly refused: string } {
  if (lookedUp?.ok === false) return { refused: lookedUp.reason };
  const found = lookedUp?.found;
  if (isJsonObject(found)) return found as unknown as KnownRegions;
  return { refused: 'the regions of the cloud were not looked up' };
}

function amend(view: PlanView<RegionPlacementPolicy>): Amendment {
  const { plan } = view;
  const isPlaced = (region: string | undefined): boolean => region !== undefined;
  const places = nodesOf(plan, 'NODE_CREATE').some(
    ({ inputs }) => !isPlaced(placementIn(inputs).region_name),
  );
  const takes = shrinkingActions.has(plan.action) && nodesOf(plan, 'NODE_DELETE').length > 0;
  if (!places && !takes) return null;
  const regions = regionsIn(view.lookedUp);
  if ('refused' in regions) return regions;
  return places ? place(view, regions) : chooseRegions(view, regions);
}

/** A node that has a region already keeps it. A region that is away gets its share when it is back. */
function place({ plan, facts, value }: PlanView<RegionPlacementPolicy>, found: KnownRegions): Amendment {
  const objection = ({ name: region }: WeightedRegion): string | undefined =>
    found.known.includes(region) ? found.away?.[region] : 'not in the catalog';
  const leftOut = value.regions.flatMap((region) => {
    const why = objection(region);
    return why === undefined ? [] : [`region ${region.name} is left out: ${why}`];
  });
  const usable = value.regions.filter((region) => objection(region) === undefined);
  if (usable.length === 0) return { refused: `there is no region for new nodes: ${leftOut.join('; ')}` };
  const created = nodesOf(plan, 'NODE_CREATE');
  const placed = created.flatMap(({ inputs }) => placementIn(inputs).region_name ?? []);
  const current = countsOf([...facts.members.map(({ region }) => region ?? found.usual), ...placed]);
  const wanted = created.length - placed.length;
  const chosen = regionsForNew(usable, current, wanted);
  const room = [...chosen.values()].reduce((sum, nodes) => sum + nodes, 0);
  if (room < wanted) return { refused: noRoom(usable, current, { room, wanted }, leftOut) };
  const next = [...chosen].flatMap(([region, nodes]) => Array<string>(nodes).fill(region)).values();
  const placedPlan = placeNew(plan, (placement) =>
    placement.region_name === undefined ? { ...placement, region_name: next.next().value ?? '' } : placement,
  );
  return { plan: placedPlan, reason: placedInWords(placedPlan, leftOut) };
}

function noRoom(
  regions: readonly WeightedRegion[],
  current: ReadonlyMap<string, number>,
  { room, wanted }: { readonly room: number; readonly wanted: number },
  leftOut: readonly string[],
): string {
  const has = regions.map(
    ({ name: region, cap }) => `${region} has ${current.get(region) ?? 0} of at most ${cap}`,
  );
  const why = [...has, ...leftOut].join('; ');
  return `the caps of the regions leave room for ${room} of ${count(wanted, 'new node')}: ${why}`;
}

function placedInWords(plan: ClusterPlan, leftOut: readonly string[]): string {
  const regions = nodesOf(plan, 'NODE_CREATE').flatMap(({ inputs }) => placementIn(inputs).region_name ?? []);
  const parts = [...countsOf(regions)].map(
    ([region, nodes]) => `${count(nodes, 'node')} in region ${region}`,
  );
  return [parts.join(', '), ...leftOut].join('; ');
}

/** As many as the plan takes out. What chooses after this keeps to the shares. */
function chooseRegions(
  { plan, facts, value }: PlanView<RegionPlacementPolicy>,
  { usual }: KnownRegions,
): Amendment {
  const leaving = nodesOf(plan, 'NODE_DELETE').length;
  const serving = inRemovalOrder(facts.members).flatMap(({ isServing, member }) => (isServing ? member : []));
  const unfit = Math.min(leaving, facts.members.length - serving.length);
  const current = countsOf(serving.map(({ region }) => region ?? usual));
  const taken = regionsToShrink(value.regions, current, leaving - unfit);
  const shares = [...taken].map(([region, nodes]) => ({
    from: `region ${region}`,
    count: nodes,
    nodes: new Set(serving.flatMap((one) => ((one.region ?? usual) === region ? one.id : []))),
  }));
  const nodes = chooseLeaving(facts.members, leaving, { shares }).map(({ member, reason, isServing }) =>
    planned('NODE_DELETE', member, isServing ? `region ${member.region ?? usual} gives up one` : reason),
  );
  const parts = [
    ...(unfit === 0 ? [] : [`${count(unfit, 'node')} that ${unfit === 1 ? 'serves' : 'serve'} no one`]),
    ...shares.map((share) => `${count(share.count, 'node')} from ${share.from}`),
  ];
  return { plan: { ...plan, leavingShares: shares, groups: group(nodes) }, reason: parts.join(', ') };
}

function countsOf(regions: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const region of regions) counts.set(region, (counts.get(region) ?? 0) + 1);
  return counts;
}
