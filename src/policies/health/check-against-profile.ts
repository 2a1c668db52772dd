/**
 * What a policy requires that the nodes of a profile cannot do. RECREATE is delete and create, and every
 * profile type can; with `surge` or `retain` two are there at once, which not every profile can.
 */
import type { Issue } from '../../domain/errors.ts';
import { quoteValue } from '../../domain/errors.ts';
import { didYouMean } from '../../domain/did-you-mean.ts';
import {
  operationActions,
  type ChainItem,
  type DetectionMode,
  type HealthPolicy,
  type Runnable,
} from '../../domain/health-policy.ts';
import { domainNoun, locatedDomains, type FailureDomain } from '../../domain/failure-domain.ts';
import type { Json } from '../../domain/json.ts';
import { typeName } from '../../profiles/profile-type.ts';
import type { OperationParameter } from '../../profiles/operation-parameter.ts';
import type { Operation } from '../../profiles/profile-type.ts';
import { parseUrlTemplate, placeholdersIn } from '../../health/url-template.ts';
import type { CheckedProfile, CheckedProfileType } from '../policy-type.ts';

export function checkAgainstProfile(
  policy: HealthPolicy,
  type: CheckedProfileType,
  profile?: CheckedProfile,
): Issue[] {
  return [
    ...policy.detection.modes.flatMap((mode, index) => {
      const field = `detection.detection_modes[${index}]`;
      return [
        ...checkMode(mode, field, type),
        ...checkUrl(mode, field, type, profile),
        ...checkPool(mode, field, type),
      ];
    }),
    ...policy.recovery.items.flatMap((item, index) =>
      checkItem(item, `recovery.actions[${index}]`, type, profile),
    ),
    ...checkDomain(policy, type),
  ];
}

/** A domain in which no node is has no outage. */
function checkDomain({ safety: { zoneOutage } }: HealthPolicy, type: CheckedProfileType): Issue[] {
  if (zoneOutage === null) return [];
  const { action, domain } = zoneOutage;
  const { kind } = domain;
  if (kind === 'LABEL' || type.failureDomains?.[kind] !== undefined)
    return action === 'HOLD' || (kind !== 'LABEL' && type.avoidable?.includes(kind) === true)
      ? []
      : [cannotAvoid(domain, type)];
  const able = [...locatedDomains.filter((each) => type.failureDomains?.[each] !== undefined), 'LABEL'];
  const hint = type.withoutDomain?.[kind] ?? `nodes of ${typeName(type)} have no ${kind.toLowerCase()}`;
  const expected = able.length === 1 ? able.join() : `one of ${able.join(', ')}`;
  return [{ field: 'safety.zone_outage.domain', expected, found: kind, hint }];
}

/** A mode that never probes would be worse than none. */
function checkMode({ type }: DetectionMode, field: string, profile: CheckedProfileType): Issue[] {
  const { detectionModes } = profile;
  if (detectionModes.includes(type)) return [];
  const hint = profile.withoutMode?.[type] ?? `nodes of ${typeName(profile)} cannot be probed by ${type}`;
  return [{ field: `${field}.type`, expected: `one of ${detectionModes.join(', ')}`, found: type, hint }];
}

/** Events that do not come: what happens is found by the rounds. */
export function warnOfProfile({ detection }: HealthPolicy, type: CheckedProfileType): Issue[] {
  const { withoutEvents: hint } = type;
  const index = detection.modes.findIndex((mode) => mode.type === 'LIFECYCLE_EVENTS');
  if (hint === undefined || index < 0) return [];
  const field = `detection.detection_modes[${index}].type`;
  return [{ field, expected: `events of ${typeName(type)}`, found: 'none that come', hint }];
}

/** A URL that can be filled in for no node would leave all of them UNKNOWN. */
function checkUrl(
  mode: DetectionMode,
  field: string,
  type: CheckedProfileType,
  profile: CheckedProfile | undefined,
): Issue[] {
  if (mode.type !== 'NODE_STATUS_POLL_URL') return [];
  const used = placeholdersIn(parseUrlTemplate(mode.options.poll_url));
  const parts = type.endpointParts(profile?.properties);
  const nodes = profile === undefined ? `nodes of ${typeName(type)}` : `nodes of the profile ${profile.name}`;
  return (['address', 'port'] as const).flatMap((part) => {
    if (!used.has(part) || parts.includes(part)) return [];
    const expected = `a URL without {${part}}, or a profile whose nodes have one`;
    const hint = `${nodes} have no ${part}`;
    return [{ field: `${field}.options.poll_url`, expected, found: `{${part}}`, hint }];
  });
}

/** Without a pool no member is ever seen, and all nodes would be UNKNOWN. */
function checkPool(mode: DetectionMode, field: string, { detectionModes }: CheckedProfileType): Issue[] {
  if (mode.type !== 'LB_STATUS_POLLING' || !detectionModes.includes(mode.type)) return [];
  if (mode.options.pool !== undefined) return [];
  const hint = 'without one no member is read, and all nodes would be UNKNOWN';
  return [{ field: `${field}.options.pool`, expected: 'the id of an Octavia pool', found: 'nothing', hint }];
}

function checkItem(
  item: ChainItem,
  field: string,
  type: CheckedProfileType,
  profile: CheckedProfile | undefined,
): Issue[] {
  if (item.name === 'WORKFLOW') return [];
  if (item.name === 'RECREATE')
    return [
      ...checkSurge(item, `${field}.params.surge`, type, profile),
      ...checkRetain(item, `${field}.params.retain`, type, profile),
    ];
  const name = item.name.toLowerCase();
  const operation = Object.hasOwn(type.operations, name) ? type.operations[name] : undefined;
  return operation === undefined
    ? [missing(item, field, type)]
    : checkParameters(item, operation.parameters, `${field}.params`);
}

function checkSurge(
  { recreate }: ChainItem,
  field: string,
  type: CheckedProfileType,
  profile: CheckedProfile | undefined,
): Issue[] {
  if (recreate?.surge !== true) return [];
  if (type.surge === undefined) {
    const hint = `nodes of ${typeName(type)} cannot be made beside the old one`;
    return [{ field, expected: 'false', found: 'true', hint }];
  }
  if (profile === undefined) return [];
  return type.surge.obstacles(profile.properties).map((obstacle) => ({
    field,
    expected: `false, or a profile with ${obstacle.field}: ${obstacle.expected}`,
    found: 'true',
    hint: `the profile ${profile.name} has ${obstacle.field}: ${obstacle.found}, which the old and the new node would both need`,
  }));
}

function checkRetain(
  { recreate }: ChainItem,
  field: string,
  type: CheckedProfileType,
  profile: CheckedProfile | undefined,
): Issue[] {
  if (recreate?.retain === undefined) return [];
  const { retention } = type;
  if (typeof retention !== 'object') {
    const hint = retention ?? `what a node of ${typeName(type)} had cannot be kept beside the new one`;
    return [{ field, expected: 'nothing', found: 'a map', hint }];
  }
  if (profile === undefined) return [];
  return retention.obstacles(profile.properties).map((obstacle) => ({
    field,
    expected: `nothing, or a profile with ${obstacle.field}: ${obstacle.expected}`,
    found: 'a map',
    hint: `the profile ${profile.name} has ${obstacle.field}: ${obstacle.found}, which the kept and the new one would both need`,
  }));
}

function missing(item: ChainItem, field: string, profile: CheckedProfileType): Issue {
  // An operation such as `stop` is no recovery action.
  const able = operationActions.filter((name) => name.toLowerCase() in profile.operations);
  const expected = `one of ${[...able, 'RECREATE', 'WORKFLOW'].join(', ')}`;
  return {
    field: `${field}.name`,
    expected,
    found: item.name,
    hint: `nodes of ${typeName(profile)} have no ${item.name}`,
  };
}

function cannotAvoid(domain: FailureDomain, type: CheckedProfileType): Issue {
  const able = (type.avoidable ?? []).map((kind) => ` or domain: ${kind}`).join('');
  const why = domain.kind === 'LABEL' ? undefined : type.withoutAvoiding?.[domain.kind];
  const hint = why ?? `${typeName(type)} cannot create a node in another ${domainNoun(domain)}`;
  return { field: 'safety.zone_outage.action', expected: `HOLD${able}`, found: 'REPLACE_ELSEWHERE', hint };
}

export function checkParameters(item: Runnable, parameters: Operation['parameters'], field: string): Issue[] {
  const unknown = Object.keys(item.params).filter((name) => !Object.hasOwn(parameters, name));
  return [
    ...unknown.map((name) => unknownParameter(name, Object.keys(parameters), `${field}.${name}`)),
    ...Object.entries(parameters).flatMap(([name, parameter]) =>
      checkParameter(parameter, item.params[name], `${field}.${name}`),
    ),
  ];
}

function unknownParameter(name: string, known: readonly string[], field: string): Issue {
  const hint = didYouMean(name, known);
  const expected = known.length === 0 ? 'no parameters' : `one of ${known.join(', ')}`;
  return { field, expected, found: 'an unknown key', ...(hint === undefined ? {} : { hint }) };
}

function checkParameter(parameter: OperationParameter, value: Json | undefined, field: string): Issue[] {
  if (value === undefined) {
    return parameter.required ? [{ field, expected: parameter.description, found: 'nothing' }] : [];
  }
  const { allowed } = parameter;
  if (allowed === undefined || (typeof value === 'string' && allowed.includes(value))) return [];
  return [{ field, expected: `one of ${allowed.join(', ')}`, found: quoteValue(value) }];
}
