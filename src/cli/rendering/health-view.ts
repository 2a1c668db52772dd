/** The health of a cluster and of a node, drawn for a person who was just woken up. */
import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { count } from '../../recovery/describe.ts';
import { stepTitle } from './step-title.ts';
import { toneOf } from './style.ts';
import type { Style, Tone } from './style.ts';
import { renderFields, renderTable } from './table.ts';
import type { Cell } from './table.ts';
import { orDash, textOf } from './text-of.ts';
import { timeAgo } from './time-text.ts';
import { objectsIn } from './objects-in.ts';

export function renderClusterHealth(health: JsonObject, style: Style, now: number): string {
  const header = ['NODE', 'HEALTH', 'SINCE', 'SEEN', 'RECOVERY', 'NEXT'];
  const rows = objectsIn(health['nodes']).map((node) => nodeRow(node, now));
  const table = rows.length === 0 ? '' : `\n${renderTable(header, rows, style)}`;
  return renderFields(summary(health, now), style) + table;
}

function summary(health: JsonObject, now: number): [string, Cell][] {
  const fields: [string, Cell][] = [
    ['cluster', { text: textOf(health['cluster_name']), tone: 'strong' }],
    ['nodes', { text: countsText(health) }],
    ['policy', policyCell(health['policy'] ?? null)],
  ];
  const { maintenance, breaker } = health;
  if (isJsonObject(maintenance))
    fields.push(['maintenance', { text: maintenanceText(maintenance, now), tone: 'busy' }]);
  if (isJsonObject(breaker)) fields.push(['breaker', breakerCell(breaker, now)]);
  const gates = objectsIn(health['gates']).map(
    (gate) => `${textOf(gate['gate'])}: ${textOf(gate['reason'])}`,
  );
  if (gates.length > 0) fields.push(['gates closed', { text: gates.join('\n'), tone: 'busy' }]);
  return fields;
}

const counted = [
  'healthy',
  'suspected',
  'failed',
  'unknown',
  'recovering',
  'quarantined',
  'excluded',
  'missing',
];

/** `5 of 6; 4 healthy, 1 failed; 2 count as unhealthy, recovery is held above 2` */
function countsText(health: JsonObject): string {
  const { counts, limits } = health;
  if (!isJsonObject(counts)) return '-';
  const parts = counted.filter((name) => counts[name] !== 0).map((name) => `${textOf(counts[name])} ${name}`);
  const limit = isJsonObject(limits) ? limits['max_unhealthy'] : null;
  const most = typeof limit === 'number' ? `, recovery is held above ${limit}` : '';
  const total = `${textOf(counts['nodes'])} of ${textOf(counts['desired'])}`;
  const verb = counts['unhealthy'] === 1 ? 'counts' : 'count';
  return `${total}; ${parts.join(', ')}; ${textOf(counts['unhealthy'])} ${verb} as unhealthy${most}`;
}

function policyCell(policy: Json): Cell {
  if (!isJsonObject(policy)) return { text: 'none: nobody looks', tone: 'busy' };
  const isObserved = policy['mode'] === 'OBSERVE';
  const mode = isObserved ? ', OBSERVE: nothing is touched' : '';
  const rest = policy['enabled'] === true ? '' : ', disabled: nobody looks';
  return {
    text: `${textOf(policy['name'])}${mode}${rest}`,
    tone: rest === '' && !isObserved ? 'plain' : 'busy',
  };
}

function maintenanceText(maintenance: JsonObject, now: number): string {
  const { until, reason } = maintenance;
  const end = until === null ? '' : `, ends ${timeAgo(until, now)}`;
  return `${textOf(reason)}${end}`;
}

function breakerCell(breaker: JsonObject, now: number): Cell {
  const state = textOf(breaker['state']);
  const tones: Readonly<Record<string, Tone>> = { CLOSED: 'good', OPEN: 'bad' };
  const failures =
    breaker['failures'] === 0
      ? ''
      : `, ${count(Number(breaker['failures']), 'recovery', 'recoveries')} did not help`;
  const next = state === 'OPEN' ? `, one is tried ${timeAgo(breaker['until'], now)}` : '';
  return { text: `${state}${failures}${next}`, tone: tones[state] ?? 'busy' };
}

function nodeRow(node: JsonObject, now: number): Cell[] {
  const health = healthWord(node);
  return [
    { text: textOf(node['name']) },
    { text: health, tone: toneOf(health) },
    { text: timeAgo(node['since'], now), tone: 'quiet' },
    { text: seenText(node) },
    { text: recoveryText(node['recovery'] ?? null) },
    { text: nextText(node, now) },
  ];
}

/** Quarantine and exclusion say more than the look. */
function healthWord(node: JsonObject): string {
  if (isJsonObject(node['quarantine'])) return 'QUARANTINED';
  return isJsonObject(node['excluded']) ? `${textOf(node['health'])} (excluded)` : textOf(node['health']);
}

/** The verdict of each detector; where there is none, why. */
function seenText(node: JsonObject): string {
  const detectors = objectsIn(node['detectors']);
  if (detectors.length === 0) return textOf(node['reason']);
  return detectors
    .map((each) => {
      const failure = textOf(each['failure']);
      const what = each['health'] === 'unhealthy' && failure !== '' ? failure : textOf(each['health']);
      return `${textOf(each['detector'])} ${what}: ${textOf(each['reason'])}`;
    })
    .join('; ');
}

function recoveryText(recovery: Json): string {
  if (!isJsonObject(recovery)) return '-';
  const { step } = recovery;
  const mode = recovery['mode'] === 'OBSERVE' ? ' (observed)' : '';
  if (recovery['started_at'] === null) return `held${mode}`;
  return `${isJsonObject(step) ? `${stepTitle(step)} ${textOf(step['state'])}` : 'started'}${mode}`;
}

function nextText(node: JsonObject, now: number): string {
  const { next } = node;
  if (!isJsonObject(next)) return '-';
  const reason = textOf(next['reason']);
  const when = next['at'] === null || / in \d/.test(reason) ? '' : ` (${timeAgo(next['at'], now)})`;
  return next['what'] === 'PROBE' ? reason : `${reason}${when}`;
}

export function renderNodeHealth(node: JsonObject, style: Style, now: number): string {
  const health = healthWord(node);
  const { quarantine, excluded } = node;
  const fields: [string, Cell][] = [
    ['node', { text: textOf(node['name']), tone: 'strong' }],
    ['health', { text: `${health}, ${timeAgo(node['since'], now)}`, tone: toneOf(health) }],
    ['status', { text: orDash(node['status']), tone: toneOf(orDash(node['status'])) }],
    ['seen', { text: seenText(node).replaceAll('; ', '\n') }],
  ];
  if (isJsonObject(quarantine))
    fields.push([
      'quarantined',
      { text: `${timeAgo(quarantine['since'], now)}: ${textOf(quarantine['reason'])}`, tone: 'bad' },
    ]);
  if (isJsonObject(excluded))
    fields.push(['excluded', { text: maintenanceText(excluded, now), tone: 'busy' }]);
  if (isJsonObject(node['recovery']))
    fields.push([
      'recovery',
      { text: `${recoveryText(node['recovery'])}   ${textOf(node['recovery']['id'])}` },
    ]);
  fields.push(['next', { text: nextText(node, now) }]);
  return renderFields(fields, style);
}
