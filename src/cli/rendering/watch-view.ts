/** Draws a watched cluster: pure, from what was read to lines of text. */
import type { Schemas } from '../../client/api-types.ts';
import { duration } from '../../domain/duration.ts';
import { count } from '../../recovery/describe.ts';
import { failureReason, failureText } from './failure-text.ts';
import { stepTitle } from './step-title.ts';
import type { CliSession } from '../client/session.ts';
import { toneOf } from './style.ts';
import type { Style } from './style.ts';
import { printable } from './printable.ts';
import { wrapProse, type Phrase } from './prose.ts';
import { fitTable, type TableColumn } from './fit-table.ts';
import type { Cell } from './table.ts';
import { orDash } from './text-of.ts';
import { readTime } from './times.ts';
import type { Times } from './times.ts';
import type { WatchedRecovery, WatchView } from '../commands/watched-cluster.ts';

/** Lines beside nodes and events: title, header, empty lines, footer. */
const frameLines = 7;
const fewestEvents = 4;

/** @param watched what was read, or why it could not be. */
export function renderWatched(
  watched: WatchView | string,
  events: readonly Schemas['Event'][],
  { style, api, times: timesNow }: CliSession,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): string[] {
  const times = timesNow();
  const footer = style('quiet', `${times.clock(times.now)}  ${api.url}  Ctrl-C leaves`);
  if (typeof watched === 'string')
    return [...watched.split('\n').map((line) => style('bad', printable(line))), '', footer];
  const forNodes = Math.max(1, rows - frameLines - Math.min(events.length, fewestEvents));
  const nodes = nodeLines(watched, { rows: forNodes, columns, style, now: times.now });
  const forEvents = Math.max(0, rows - frameLines - nodes.length + 1);
  const latest = events
    .slice(-forEvents)
    .map((event) => wrapProse(eventWords(event, times), { columns: Infinity }, style).join(''));
  return [titleLine(watched, style), '', ...nodes, '', ...latest, '', footer];
}

function titleLine({ cluster, nodes, recoveries }: WatchView, style: Style): string {
  const status = orDash(cluster.status);
  const size = `${nodes.length} of ${count(cluster.desired_capacity, 'node')}`;
  const running = recoveries.filter(({ action_id: action }) => action !== null).length;
  const held = recoveries.length - running;
  const open = recoveries.length === 0 ? '' : `, ${running} recovering, ${held} held`;
  const name = style('strong', printable(orDash(cluster.name)));
  return `${name}  ${style(toneOf(cluster.health), cluster.health)}  ${style(toneOf(status), status)}  ${size}${open}`;
}

/** Each node is one line: what does not fit beside its name and its health is cut, or left out. */
const nodeColumns: readonly TableColumn[] = [
  { title: 'NODE' },
  { title: 'HEALTH' },
  { title: 'STATUS', leftOut: 1 },
  { title: 'FAILURE', leftOut: 2 },
  { title: 'NOW', leftOut: 3, isProse: true },
];

/** As many as fit; where not all do, those that are not healthy come first and the others are counted. */
function nodeLines(
  { nodes, recoveries, failures }: WatchView,
  {
    rows: room,
    columns,
    style,
    now,
  }: { readonly rows: number; readonly columns: number; readonly style: Style; readonly now: number },
): string[] {
  const inRecovery = new Map(recoveries.map((recovery) => [recovery.node_id, recovery]));
  const isHealthy = (node: Schemas['Node']): boolean =>
    node.status === 'ACTIVE' && isQuiet(node) && !inRecovery.has(node.id);
  const ordered = [...nodes].sort((left, right) => left.index - right.index);
  const shown =
    nodes.length <= room
      ? ordered
      : [...ordered.filter((node) => !isHealthy(node)), ...ordered.filter(isHealthy)].slice(0, room - 1);
  const rows = shown.map((node) =>
    nodeRow(node, { recovery: inRecovery.get(node.id), failure: failures.get(node.id) ?? null }, now),
  );
  const lines = fitTable({ columns: nodeColumns, rows }, columns, style).text.trimEnd().split('\n');
  const left = nodes.length - shown.length;
  return left === 0 ? lines : [...lines, style('quiet', `and ${left} more`)];
}

function nodeRow(
  node: Schemas['Node'],
  { recovery, failure }: { readonly recovery: WatchedRecovery | undefined; readonly failure: Failure },
  now: number,
): Cell[] {
  const status = orDash(node.status);
  const cells = [
    { text: orDash(node.name) },
    { text: orDash(node.health), tone: toneOf(orDash(node.health)) },
    { text: status, tone: toneOf(status) },
  ] as const;
  if (recovery === undefined) {
    const what = failure === null ? '' : failureText(failure);
    return [...cells, { text: what, tone: 'bad' }, { text: orDash(node.health_reason) }];
  }
  if (recovery.action_id === null)
    return [
      ...cells,
      { text: failureText(recovery.failure), tone: 'bad' },
      { text: recovery.reason, tone: 'busy' },
    ];
  const reason = failureReason(recovery.failure);
  const steps = recovery.steps ?? [];
  const step = steps.findLast((each) => each.state === 'RUNNING');
  const what = step === undefined ? (reason === '' ? 'planning' : reason) : stepNow(step, steps, now);
  return [...cells, { text: failureText(recovery.failure), tone: 'bad' }, { text: what, tone: 'busy' }];
}

type Failure = Schemas['NodeHealth']['failure'];

const quietHealth = new Set(['HEALTHY', 'UNWATCHED', 'NOT_PROBED', 'EXCLUDED']);

function isQuiet({ health }: Schemas['Node']): boolean {
  return quietHealth.has(health);
}

type Step = Schemas['RecoveryStep'];

function stepNow(step: Step, steps: readonly Step[], now: number): string {
  const started = readTime(step.started_at);
  const title = stepTitle(step, steps);
  return started === undefined ? title : `${title}, ${duration(Math.max(0, now - started))}`;
}

/** `18:19:19  web-3  NODE_RECOVER  start  reason` */
export function eventWords(event: Schemas['Event'], times: Times): Phrase[] {
  const time = readTime(event.timestamp);
  const level = orDash(event.level);
  const isBad = level === 'ERROR' || level === 'CRITICAL' || event.status === 'error';
  const words = [event.oname, event.action, event.status, event.status_reason];
  const cells = words.map((word) => orDash(word)).filter((word) => word !== '-');
  return [
    { text: time === undefined ? '-' : times.clock(time), tone: 'quiet' },
    { text: `  ${cells.join('  ')}`, tone: isBad ? 'bad' : 'plain' },
  ];
}
