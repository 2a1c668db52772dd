/**
 * What keeps recoveries of a node from helping, where that is known, as of when, and what an operator does
 * about it. Advice from a recovery that failed says when that was, and stands only as long as nothing has
 * helped the node since, and its last recovery failed for the same cause.
 */
import { duration } from '../domain/duration.ts';
import { creationSteps, isNeverCreatedAgain } from './creation-tasks.ts';
import { count, namesOf } from './describe.ts';
import type { ExplainedCluster, ExplainedNode } from './explained-cluster.ts';
import type { GateName } from './gates.ts';
import { knownCause, type KnownCause } from './known-causes.ts';
import { workflowCause, type WorkflowCause } from './workflow-causes.ts';
import { longOutageMs, mostNodes, taskOfSteps, type OperatorTask, type TaskStep } from './operator-task.ts';

/** What still holds a node that is released, as `GateTasks` says it. */
export type AfterReleaseOf = (
  node: ExplainedNode,
) => { readonly why: string; readonly steps: readonly TaskStep[] } | null;

export interface CauseOfNode extends KnownCause {
  /** The way past it for a node; absent: there is none. */
  readonly past?: WorkflowCause['past'];
  /** When the recovery ended that failed for it; null: the last probe says so. */
  readonly asOf: number | null;
}

/**
 * null: none is known, or the node needs none. Where no policy is attached nothing says whether one stands
 * still.
 */
export function causeOf(
  node: ExplainedNode,
  cluster: Pick<ExplainedCluster, 'name' | 'policy'>,
): CauseOfNode | null {
  const { standing, isHealthy, isUnknown, failure, next, reason, tried, notCreated, failedWorkflow } = node;
  if (
    cluster.policy === null ||
    isHealthy ||
    (standing === 'RECOVERING' && !isNeverCreatedAgain(node, cluster))
  )
    return null;
  // What the recovery itself waits for is of the present, too.
  const waitsFor = next.what === 'HOLD' && next.heldBy?.length === 0 ? next.reason : '';
  const said = isUnknown || failure === null ? reason : failure.reason;
  const of = { cluster: cluster.name, node: node.name, policy: cluster.policy.name };
  const now = knownCause(`${said} ${waitsFor}`, of);
  if (now !== null) return { ...now, asOf: null };
  // What was tried last says more than how it began.
  for (const before of [tried, notCreated]) {
    const cause = before === null ? null : knownCause(before.reason, of);
    if (before !== null && cause !== null) return { ...cause, asOf: before.at };
  }
  return tried === null || failedWorkflow === null
    ? null
    : { ...workflowCause(failedWorkflow), asOf: tried.at };
}

/** What would fail again for the same cause comes after the cause. */
export function afterCause(cause: KnownCause | null, reason: string): string {
  return cause === null ? reason : `only when ${cause.removed}: else it fails again; ${reason}`;
}

/**
 * Each cause once, for all nodes that have it: what shows it or puts it right, and then what brings the nodes
 * back, in one list, so that no command stands alone that would fail for it.
 */
export function causeTasks(cluster: ExplainedCluster, afterRelease: AfterReleaseOf): OperatorTask[] {
  const found = cluster.nodes.flatMap((node) => {
    const cause = causeOf(node, cluster);
    return cause === null ? [] : { node, cause };
  });
  return [...Map.groupBy(found, ({ cause }) => cause.what).values()].flatMap((group) => {
    const nodes = group.map(({ node }) => node);
    const causes = group.map(({ cause }) => cause);
    const [cause] = causes as [CauseOfNode];
    const then = afterwards(nodes, cluster, afterRelease);
    const reason = `${asOfWhen(causes, cluster.now)}${cause.what} (${namesOf(nodes)})`;
    const past = causes
      .slice(0, mostNodes)
      .flatMap((each, index) => each.past?.(nodes[index]?.name ?? '') ?? []);
    const steps = [...cause.steps, ...past, ...withAnotherProfile(cause, nodes, cluster), ...then.steps];
    const isLasting = cause.isLasting === true;
    const required = isLasting || then.isTyped || isStuck(nodes, cluster) || isLong(nodes, cluster.now);
    return taskOfSteps(reason, steps, required, then.byItself);
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

function isLong(nodes: readonly ExplainedNode[], now: number): boolean {
  return nodes.some(({ since }) => since !== null && now - since >= longOutageMs);
}

function asOfWhen(causes: readonly CauseOfNode[], now: number): string {
  const times = causes.map(({ asOf }) => asOf);
  if (times.includes(null)) return '';
  const last = Math.max(...times.map((time) => time ?? 0));
  return `as of ${duration(now - last)} ago, when it was last tried: `;
}

interface Afterwards {
  /** What needs no command, as a clause behind a semicolon. */
  readonly byItself: string;
  /** A node needs a recovery that an operator starts. */
  readonly isTyped: boolean;
  readonly steps: readonly TaskStep[];
}

/** What happens once the cause is gone, and which command makes it happen. */
function afterwards(
  nodes: readonly ExplainedNode[],
  cluster: ExplainedCluster,
  afterRelease: AfterReleaseOf,
): Afterwards {
  const byWay = Map.groupBy(nodes, (node) => wayBack(node, cluster));
  const clauses = [...byWay].flatMap(([way, those]) => {
    const [names, verb] = [namesOf(those), those.length === 1 ? 'is' : 'are'];
    if (way === 'probe')
      return `${names} ${verb} probed again by ${those.length === 1 ? 'itself' : 'themselves'}`;
    if (way === 'wait') return `${names} ${verb} recovered again without a command`;
    return typed.has(way) ? [] : `${names} ${verb} recovered again when the gate ${way} opens`;
  });
  const steps = [...byWay].flatMap(([way, those]) => {
    if (way === 'create') return creationSteps(those);
    if (way === 'release') return releaseSteps(those, cluster.name, afterRelease);
    if (way === 'recover') return recoverSteps(those, cluster.name);
    return way === 'breaker' ? [breakerStep(cluster.name)] : [];
  });
  const created = byWay.has('create')
    ? `; no action of the policy ${cluster.policy?.name} creates one that does not exist`
    : '';
  const recovered = clauses.length === 0 ? '' : `; once that is put right, ${clauses.join(', ')}`;
  const byItself = `${created}${recovered}`;
  return { byItself, steps, isTyped: byWay.has('create') || byWay.has('recover') };
}

/** Ways that are told by a step, or that are none. */
const typed: ReadonlySet<WayBack> = new Set(['nothing', 'create', 'release', 'recover', 'breaker']);

/** A gate, or one of these. */
type WayBack = GateName | 'nothing' | 'create' | 'release' | 'probe' | 'recover' | 'wait';

function wayBack(node: ExplainedNode, cluster: ExplainedCluster): WayBack {
  const { standing, isUnknown, next } = node;
  const { policy } = cluster;
  if (standing === 'EXCLUDED' || policy?.enabled === false) return 'nothing';
  if (isNeverCreatedAgain(node, cluster)) return 'create';
  if (standing === 'QUARANTINED') return 'release';
  if (isUnknown) return 'probe';
  if (policy?.mode !== 'ENFORCE') return 'recover';
  return next.heldBy?.[0] ?? 'wait';
}

function releaseSteps(
  nodes: readonly ExplainedNode[],
  cluster: string,
  afterRelease: AfterReleaseOf,
): TaskStep[] {
  const named = nodes.slice(0, mostNodes);
  const [first] = named;
  if (first === undefined) return [];
  const [them, are, their] = named.length === 1 ? ['it', 'it is', 'its'] : ['them', 'they are', 'their'];
  const held = afterRelease(first);
  const still = held === null ? '' : `; ${held.why}`;
  const again = {
    command: `coppice node release ${named.map(({ name }) => name).join(' ')}`,
    text: `then release ${them}: ${are} recovered again, with all ${their} tries${still}`,
  };
  return [again, ...(held?.steps ?? []), ...stepForMore(nodes, cluster)];
}

function recoverSteps(nodes: readonly ExplainedNode[], cluster: string): TaskStep[] {
  const steps = nodes.slice(0, mostNodes).map(({ name }) => ({
    command: `coppice node recover ${name} --check --wait`,
    text: `then recover ${name}, unless it is healthy again`,
  }));
  return [...steps, ...stepForMore(nodes, cluster)];
}

/** Which other nodes need the same. */
function stepForMore(nodes: readonly ExplainedNode[], cluster: string): TaskStep[] {
  const next = nodes[mostNodes];
  if (next === undefined) return [];
  return [
    {
      command: `coppice node list --cluster ${cluster} --health ${next.standing}`,
      text: `lists ${count(nodes.length - mostNodes, 'more node')} that ${nodes.length - mostNodes === 1 ? 'needs' : 'need'} the same`,
    },
  ];
}

function breakerStep(cluster: string): TaskStep {
  return {
    command: `coppice cluster breaker reset ${cluster}`,
    text: 'then the nodes are recovered at once; without it when the breaker lets one try',
  };
}

/** It touches more nodes than those that fail: what it does to them is said with it. */
function withAnotherProfile(
  { property, instead = 'another one', steps }: KnownCause,
  nodes: readonly ExplainedNode[],
  { name, profileChanges, updateBatch }: ExplainedCluster,
): TaskStep[] {
  const [first] = nodes;
  if (property === null || first === undefined) return [];
  const effect = profileChanges[property] ?? 'each is removed and created again';
  const order = updateBatch > 1 ? `${updateBatch} at once at most` : 'one after the other';
  const those = steps.length === 1 ? 'step 1' : `steps 1 to ${steps.length}`;
  const alone = nodes.length === 1 ? `${first.name} alone` : `${first.name} alone, and likewise the others`;
  return [
    {
      command: `coppice node update ${first.name} --profile PROFILE`,
      text: `or, instead of ${those}, create a profile with ${instead} (PROFILE is its name), and give it to ${alone}`,
    },
    {
      command: `coppice cluster update ${name} --profile PROFILE`,
      text: `or to all nodes, the healthy ones too, ${order}: ${effect} (--plan shows it, and changes nothing)`,
    },
  ];
}
