/** The health of a cluster and of a node, drawn for an operator who was just woken up. */
import type { Schemas } from '../../client/api-types.ts';
import { count } from '../../recovery/describe.ts';
import { stepTitle } from './step-title.ts';
import { explanationLines, operatorLines, type Voice } from './explanation.ts';
import { toneOf } from './style.ts';
import type { Tone } from './style.ts';
import { fitTable, type TableColumn } from './fit-table.ts';
import { renderFields, type ShownField } from './fields.ts';
import { renderProse, type Prose } from './prose.ts';
import type { Cell } from './table.ts';
import { orDash, textOf } from './text-of.ts';
import type { Times } from './times.ts';

type ClusterHealth = Schemas['ClusterHealth'];
type NodeHealth = Schemas['NodeHealth'];
type Pause = NonNullable<NodeHealth['excluded']>;

type Screen = Voice & { readonly columns: number };

export function renderClusterHealth(health: ClusterHealth, voice: Screen): string {
  const { style, times, columns } = voice;
  const rows = health.nodes.map((node) => nodeRow(node, times));
  const table = rows.length === 0 ? '' : `\n${fitTable({ columns: nodeColumns, rows }, columns, style).text}`;
  return renderFields(summary(health, voice), style, { columns }) + table + moreHealthy(health, voice);
}

const nodeColumns: readonly TableColumn[] = [
  { title: 'NODE' },
  { title: 'HEALTH' },
  { title: 'SINCE' },
  { title: 'LAST PROBE', isProse: true },
  { title: 'RECOVERY', isProse: true },
  { title: 'NEXT', isProse: true },
];

function moreHealthy(
  { cluster_name: cluster, more_healthy: more }: ClusterHealth,
  { style, typed, columns }: Screen,
): string {
  if (more === 0) return '';
  const nodes = count(more, 'more healthy node', 'more healthy nodes');
  const all = typed(`cluster health ${cluster} --all`);
  const sentence = [
    { text: `${nodes}: `, tone: 'quiet' },
    { text: all, tone: 'quiet', isCommand: true },
  ] as const;
  return renderProse([sentence], { columns }, style);
}

function summary(health: ClusterHealth, voice: Voice): ShownField[] {
  const { times } = voice;
  const fields: ShownField[] = [
    ['cluster', { text: health.cluster_name, tone: 'strong' }],
    ['nodes', { text: countsText(health) }],
    ['policy', policyCell(health.policy)],
  ];
  const { maintenance, breaker } = health;
  if (maintenance !== null)
    fields.push(['maintenance', { text: maintenanceText(maintenance, times), tone: 'busy' }]);
  if (breaker !== null) fields.push(['breaker', breakerCell(breaker, times)]);
  const gates = health.gates.flatMap(gateLines);
  if (gates.length > 0) fields.push(['gates closed', { sentences: gates }]);
  if (health.problems.length > 0)
    fields.push(['problems', { text: health.problems.join('\n'), tone: 'bad' }]);
  const explained = explanationLines(health, voice);
  if (explained.length > 0) fields.push(['what follows', { sentences: explained }]);
  return fields;
}

function gateLines({ gate, reason, ends_by: endsBy }: ClusterHealth['gates'][number]): Prose[] {
  return [
    [{ text: `${gate}: ${reason}`, tone: 'busy' }],
    ...endsBy.flatMap((task) => operatorLines(task, 2)),
  ];
}

const counted = [
  'healthy',
  'suspected',
  'failed',
  'unknown',
  'not_probed',
  'unwatched',
  'held',
  'recovering',
  'quarantined',
  'excluded',
  'warning',
  'missing',
] as const;

/**
 * `5 of 6; 4 healthy, 1 failed; 2 count as unhealthy, recovery is held above 2`. Where no node is probed none
 * is known to be unhealthy, and no recovery is held for it.
 */
function countsText({ counts, limits, policy }: ClusterHealth): string {
  const parts = counted
    .filter((name) => counts[name] !== 0)
    .map((name) => `${counts[name]} ${name.replace('_', ' ')}`);
  const total = `${counts.nodes} of ${counts.desired}`;
  if (policy?.enabled !== true) return `${total}; ${parts.join(', ')}`;
  const limit = limits.max_unhealthy;
  const most = limit === null ? '' : `, recovery is held above ${limit}`;
  const verb = counts.unhealthy === 1 ? 'counts' : 'count';
  return `${total}; ${parts.join(', ')}; ${counts.unhealthy} ${verb} as unhealthy${most}`;
}

function policyCell(policy: ClusterHealth['policy']): Cell {
  if (policy === null) return { text: 'none: the nodes are not probed', tone: 'busy' };
  const isObserved = policy.mode === 'OBSERVE';
  const mode = isObserved ? ', OBSERVE: nothing is touched' : '';
  const rest = policy.enabled ? '' : ', disabled: the nodes are not probed';
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
  const health = node.standing;
  return [
    { text: node.name },
    { text: health, tone: toneOf(health) },
    { text: times.relative(node.since), tone: 'quiet' },
    { text: seenText(node, times) },
    { text: recoveryText(node, times) },
    { text: nextText(node, times) },
  ];
}

/** The verdict of each detector; where there is none, why. As of when, unless that is the last round. */
function seenText(node: NodeHealth, times: Times): string {
  const { detectors, reason, current, probed_at: probedAt, probed_by: probedBy } = node;
  if (detectors.length === 0 || !current) return reason;
  const by = probedBy === 'VERIFICATION' ? `, by the verification ${times.relative(probedAt)}` : '';
  return `${verdictsText(detectors)}${by}`;
}

function verdictsText(detectors: NodeHealth['detectors']): string {
  return detectors
    .map((each) => {
      const failure = textOf(each.failure);
      const what = each.health === 'unhealthy' && failure !== '' ? failure : each.health;
      return `${each.detector} ${what}: ${each.reason}`;
    })
    .join('; ');
}

function recoveryText({ recovery, warning, relapse }: NodeHealth, times: Times): string {
  if (recovery === null) return warning === null ? '-' : `warning: ${warning.reason}`;
  const { step } = recovery;
  const mode = recovery.mode === 'OBSERVE' ? ' (observed)' : '';
  if (recovery.started_at === null) return `held${mode}`;
  const again = relapse === null ? '' : `, failed ${relapse.times} times`;
  return `${step === null ? 'started' : stepText(step, times)}${mode}${again}`;
}

function stepText(step: NonNullable<NonNullable<NodeHealth['recovery']>['step']>, times: Times): string {
  const { attempts, deadline, verifying, workflow } = step;
  const title = stepTitle(step);
  const numbered =
    attempts === null ? title : title.replace(/\(attempt (\d+)\)$/, `(attempt $1 of ${attempts})`);
  const doing = verifying && step.purpose !== 'verification' ? ', verifying' : '';
  const state = workflow === null ? '' : `, workflow ${workflow.state}`;
  const until = deadline === null ? '' : `, given up ${times.relative(deadline)}`;
  return `${numbered} ${step.state}${doing}${state}${until}`;
}

function nextText({ next }: NodeHealth, times: Times): string {
  const { reason } = next;
  const when = next.at === null || / in \d/.test(reason) ? '' : ` (${times.relative(next.at)})`;
  // What runs says until when itself.
  return next.what === 'PROBE' || next.what === 'IN_PROGRESS' ? reason : `${reason}${when}`;
}

export function renderNodeHealth(node: NodeHealth, { style, times, columns }: Screen): string {
  const health = node.standing;
  const { quarantine, excluded } = node;
  const fields: ShownField[] = [
    ['node', { text: node.name, tone: 'strong' }],
    ['health', { text: `${health}, ${times.relative(node.since)}`, tone: toneOf(health) }],
    ['status', { text: orDash(node.status), tone: toneOf(orDash(node.status)) }],
    ['last probe', { text: seenText(node, times).replaceAll('; ', '\n') }],
    ['as of', { text: times.relative(node.probed_at) }],
  ];
  if (quarantine !== null)
    fields.push([
      'quarantined',
      { text: `${times.relative(quarantine.since)}: ${quarantine.reason}`, tone: 'bad' },
    ]);
  if (excluded !== null) fields.push(['excluded', { text: maintenanceText(excluded, times), tone: 'busy' }]);
  if (node.recovery !== null)
    fields.push(['recovery', { text: `${recoveryText(node, times)}   ${node.recovery.id}` }]);
  if (node.warning !== null)
    fields.push([
      'warning',
      { text: `${node.warning.reason}   recovery ${node.warning.recovery_id}`, tone: 'busy' },
    ]);
  const step = node.recovery?.step ?? null;
  if (step?.if_it_helps) fields.push(['if it helps', { text: step.if_it_helps }]);
  if (step?.if_it_fails) fields.push(['if it fails', { text: step.if_it_fails }]);
  const ends = node.next.ends_by.flatMap((task) => operatorLines(task, 2));
  fields.push(['next', { sentences: [nextText(node, times), ...ends] }]);
  return renderFields(fields, style, { columns });
}
