/** The health of a cluster and of a node, drawn for an operator who was just woken up. */
import type { Schemas } from '../../client/api-types.ts';
import { count } from '../../recovery/describe.ts';
import { stepTitle } from './step-title.ts';
import { toneOf } from './style.ts';
import type { Style, Tone } from './style.ts';
import { renderFields, renderTable } from './table.ts';
import type { Cell } from './table.ts';
import { orDash, textOf } from './text-of.ts';
import type { Times } from './times.ts';

type ClusterHealth = Schemas['ClusterHealth'];
type NodeHealth = Schemas['NodeHealth'];
type Pause = NonNullable<NodeHealth['excluded']>;

export function renderClusterHealth(health: ClusterHealth, style: Style, times: Times): string {
  const header = ['NODE', 'HEALTH', 'SINCE', 'SEEN', 'RECOVERY', 'NEXT'];
  const rows = health.nodes.map((node) => nodeRow(node, times));
  const table = rows.length === 0 ? '' : `\n${renderTable(header, rows, style)}`;
  return renderFields(summary(health, times), style) + table;
}

function summary(health: ClusterHealth, times: Times): [string, Cell][] {
  const fields: [string, Cell][] = [
    ['cluster', { text: health.cluster_name, tone: 'strong' }],
    ['nodes', { text: countsText(health) }],
    ['policy', policyCell(health.policy)],
  ];
  const { maintenance, breaker } = health;
  if (maintenance !== null)
    fields.push(['maintenance', { text: maintenanceText(maintenance, times), tone: 'busy' }]);
  if (breaker !== null) fields.push(['breaker', breakerCell(breaker, times)]);
  const gates = health.gates.map((gate) => `${gate.gate}: ${gate.reason}`);
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
] as const;

/** `5 of 6; 4 healthy, 1 failed; 2 count as unhealthy, recovery is held above 2` */
function countsText({ counts, limits }: ClusterHealth): string {
  const parts = counted.filter((name) => counts[name] !== 0).map((name) => `${counts[name]} ${name}`);
  const limit = limits.max_unhealthy;
  const most = limit === null ? '' : `, recovery is held above ${limit}`;
  const total = `${counts.nodes} of ${counts.desired}`;
  const verb = counts.unhealthy === 1 ? 'counts' : 'count';
  return `${total}; ${parts.join(', ')}; ${counts.unhealthy} ${verb} as unhealthy${most}`;
}

function policyCell(policy: ClusterHealth['policy']): Cell {
  if (policy === null) return { text: 'none: nobody looks', tone: 'busy' };
  const isObserved = policy.mode === 'OBSERVE';
  const mode = isObserved ? ', OBSERVE: nothing is touched' : '';
  const rest = policy.enabled ? '' : ', disabled: nobody looks';
  return {
    text: `${policy.name}${mode}${rest}`,
    tone: rest === '' && !isObserved ? 'plain' : 'busy',
  };
}

function maintenanceText({ until, reason }: Pause, times: Times): string {
  const end = until === null ? '' : `, ends ${times.relative(until)}`;
  return `${reason}${end}`;
}

function breakerCell(breaker: NonNullable<ClusterHealth['breaker']>, times: Times): Cell {
  const state = breaker.state;
  const tones: Readonly<Record<string, Tone>> = { CLOSED: 'good', OPEN: 'bad' };
  const failures =
    breaker.failures === 0 ? '' : `, ${count(breaker.failures, 'recovery', 'recoveries')} did not help`;
  const next = state === 'OPEN' ? `, one is tried ${times.relative(breaker.until)}` : '';
  return { text: `${state}${failures}${next}`, tone: tones[state] ?? 'busy' };
}

function nodeRow(node: NodeHealth, times: Times): Cell[] {
  const health = healthWord(node);
  return [
    { text: node.name },
    { text: health, tone: toneOf(health) },
    { text: times.relative(node.since), tone: 'quiet' },
    { text: seenText(node) },
    { text: recoveryText(node.recovery) },
    { text: nextText(node, times) },
  ];
}

/** Quarantine and exclusion say more than the look. */
function healthWord(node: NodeHealth): string {
  if (node.quarantine !== null) return 'QUARANTINED';
  return node.excluded !== null ? `${node.health} (excluded)` : node.health;
}

/** The verdict of each detector; where there is none, why. */
function seenText({ detectors, reason }: NodeHealth): string {
  if (detectors.length === 0) return reason;
  return detectors
    .map((each) => {
      const failure = textOf(each.failure);
      const what = each.health === 'unhealthy' && failure !== '' ? failure : each.health;
      return `${each.detector} ${what}: ${each.reason}`;
    })
    .join('; ');
}

function recoveryText(recovery: NodeHealth['recovery']): string {
  if (recovery === null) return '-';
  const { step } = recovery;
  const mode = recovery.mode === 'OBSERVE' ? ' (observed)' : '';
  if (recovery.started_at === null) return `held${mode}`;
  return `${step !== null ? `${stepTitle(step)} ${step.state}` : 'started'}${mode}`;
}

function nextText({ next }: NodeHealth, times: Times): string {
  const { reason } = next;
  const when = next.at === null || / in \d/.test(reason) ? '' : ` (${times.relative(next.at)})`;
  return next.what === 'PROBE' ? reason : `${reason}${when}`;
}

export function renderNodeHealth(node: NodeHealth, style: Style, times: Times): string {
  const health = healthWord(node);
  const { quarantine, excluded } = node;
  const fields: [string, Cell][] = [
    ['node', { text: node.name, tone: 'strong' }],
    ['health', { text: `${health}, ${times.relative(node.since)}`, tone: toneOf(health) }],
    ['status', { text: orDash(node.status), tone: toneOf(orDash(node.status)) }],
    ['seen', { text: seenText(node).replaceAll('; ', '\n') }],
  ];
  if (quarantine !== null)
    fields.push([
      'quarantined',
      { text: `${times.relative(quarantine.since)}: ${quarantine.reason}`, tone: 'bad' },
    ]);
  if (excluded !== null) fields.push(['excluded', { text: maintenanceText(excluded, times), tone: 'busy' }]);
  if (node.recovery !== null)
    fields.push(['recovery', { text: `${recoveryText(node.recovery)}   ${node.recovery.id}` }]);
  fields.push(['next', { text: nextText(node, times) }]);
  return renderFields(fields, style);
}
