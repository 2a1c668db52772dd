/**
 * What keeps recoveries of a node from helping, where that is known, as of when, and what an operator does
 * about it. Advice from a recovery that failed says when that was, and stands only as long as nothing has
 * helped the node since, and its last recovery failed for the same cause.
 */
import { duration } from '../domain/duration.ts';
import { namesOf } from './describe.ts';
import type { ExplainedCluster, ExplainedNode } from './explained-cluster.ts';
import type { GateName } from './gates.ts';
import { knownCause, type KnownCause } from './known-causes.ts';
import type { OperatorTask } from './operator-task.ts';

export interface CauseOfNode extends KnownCause {
  /** When the recovery ended that failed for it; null: the last probe says so. */
  readonly asOf: number | null;
}

/** null: none is known, or the node needs none. */
export function causeOf(node: ExplainedNode, cluster: string): CauseOfNode | null {
  const { standing, isHealthy, isUnknown, failure, next, reason, tried } = node;
  if (isHealthy || standing === 'RECOVERING') return null;
  // What the recovery itself waits for is of the present, too.
  const waitsFor = next.what === 'HOLD' && next.heldBy?.length === 0 ? next.reason : '';
  const now = knownCause(isUnknown ? reason : `${failure?.reason ?? ''} ${waitsFor}`, cluster);
  if (now !== null) return { ...now, asOf: null };
  const before = tried === null ? null : knownCause(tried.reason, cluster);
  return before === null || tried === null ? null : { ...before, asOf: tried.at };
}

/** What would fail again for the same cause comes after the cause. */
export function afterCause(cause: KnownCause | null, reason: string): string {
  return cause === null ? reason : `only when ${cause.removed}: else it fails again; ${reason}`;
}

/** Each cause once, for all nodes that have it. */
export function causeTasks(cluster: ExplainedCluster): OperatorTask[] {
  const found = cluster.nodes.flatMap((node) => {
    const cause = causeOf(node, cluster.name);
    return cause === null ? [] : { node, cause };
  });
  return [...Map.groupBy(found, ({ cause }) => cause.what).values()].map((group) => {
    const nodes = group.map(({ node }) => node);
    const causes = group.map(({ cause }) => cause);
    const [cause] = causes as [CauseOfNode];
    const reason = [
      `${asOfWhen(causes, nodes, cluster.now)}${cause.what}: ${cause.remedy}`,
      ...afterwards(nodes, cluster),
      ...withAnotherProfile(cause, nodes, cluster),
    ].join('; ');
    return { reason, command: cause.command, required: isStuck(nodes, cluster) };
  });
}

/** Gates that do not open as long as the cause is there. */
const shutByCauses: ReadonlySet<GateName> = new Set(['breaker', 'max_unhealthy', 'zone_outage']);

function isStuck(nodes: readonly ExplainedNode[], { gates }: ExplainedCluster): boolean {
  const isHeld = ({ next }: ExplainedNode): boolean =>
    next.heldBy?.some((gate) => shutByCauses.has(gate)) === true;
  return (
    gates.some(({ gate }) => gate === 'breaker') ||
    nodes.some((node) => node.standing === 'QUARANTINED' || node.isUnknown || isHeld(node))
  );
}

function asOfWhen(causes: readonly CauseOfNode[], nodes: readonly ExplainedNode[], now: number): string {
  const times = causes.map(({ asOf }) => asOf);
  if (times.includes(null)) return '';
  const last = Math.max(...times.map((time) => time ?? 0));
  return `as of ${duration(now - last)} ago, when a recovery of ${namesOf(nodes)} failed: `;
}

/** What happens once the cause is gone, or which command makes it happen. */
function afterwards(nodes: readonly ExplainedNode[], { policy }: ExplainedCluster): string[] {
  const byWay = Map.groupBy(nodes, ({ standing, isUnknown, next }) => {
    if (standing === 'QUARANTINED') return 'release';
    if (standing === 'EXCLUDED' || policy?.enabled === false) return 'nothing';
    if (isUnknown) return 'probe';
    if (policy?.mode !== 'ENFORCE') return 'recover';
    return next.heldBy?.[0] ?? 'wait';
  });
  return [...byWay].flatMap(([way, those]) => {
    const [names, verb] = [namesOf(those), those.length === 1 ? 'is' : 'are'];
    const first = those[0]?.name ?? '';
    if (way === 'nothing') return [];
    if (way === 'release') return `then release ${names}: coppice node release ${commandNames(those)}`;
    if (way === 'recover') return `then recover ${names}: coppice node recover ${first} --check`;
    if (way === 'probe')
      return `then ${names} ${verb} probed again by ${those.length === 1 ? 'itself' : 'themselves'}`;
    if (way === 'wait') return `then ${names} ${verb} recovered again without a command`;
    return `then ${names} ${verb} recovered again when the gate ${way} opens`;
  });
}

/** A command takes several. */
function commandNames(nodes: readonly ExplainedNode[]): string {
  return nodes.length > 5 ? 'NODE ...' : nodes.map(({ name }) => name).join(' ');
}

/** It touches more nodes than those that fail: what it does to them is said with it. */
function withAnotherProfile(
  { property }: KnownCause,
  [first]: readonly ExplainedNode[],
  { name, profileChanges, updateBatch }: ExplainedCluster,
): string[] {
  if (property === null || first === undefined) return [];
  const effect = profileChanges[property] ?? 'each is removed and created again';
  const order = updateBatch > 1 ? `${updateBatch} at once at most` : 'one after the other';
  return [
    `or create a profile with another one: coppice node update ${first.name} --profile NAME gives it to ${first.name} alone, ` +
      `coppice cluster update ${name} --profile NAME to all nodes, the healthy ones too, ${order}: ${effect} (--plan shows it, and changes nothing)`,
  ];
}
