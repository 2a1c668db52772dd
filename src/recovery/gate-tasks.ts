/**
 * How a closed gate is opened, or passed, before its time. A recovery past a gate is offered for a node that
 * gates alone hold, and which it can help: not for one that cannot be probed, is excluded or quarantined, or
 * fails for a cause that is known or that lies outside of it. There the advice about the cause stands alone.
 */
import { answerAlike, failAlike } from './answer-alike.ts';
import type { ExplainedCluster, ExplainedNode } from './explained-cluster.ts';
import type { ClosedGate, GateName } from './gates.ts';
import { afterCause, causeOf } from './node-causes.ts';
import type { KnownCause } from './known-causes.ts';
import { mostNodes, type OperatorTask, type TaskStep } from './operator-task.ts';

export interface AfterRelease {
  /** `the gate breaker still holds it then: ...` */
  readonly why: string;
  /** The way past that gate. */
  readonly steps: readonly TaskStep[];
}

export interface GateTasks {
  /** Of the cluster: a node stands for all that the gate holds. */
  ofGate(gate: GateName): readonly OperatorTask[];
  /** Of all gates that hold this node. */
  ofNode(node: ExplainedNode): readonly OperatorTask[];
  /** All of them that hold a node now. */
  readonly ofHeld: readonly OperatorTask[];
  /** What still holds a node that is released from quarantine; null: nothing. */
  afterRelease(node: ExplainedNode): AfterRelease | null;
}

/** What all nodes have in common is found out once. */
export function gateTasks(cluster: ExplainedCluster): GateTasks {
  const { gates, nodes } = cluster;
  const alike = failAlike(cluster);
  const allAlike = answerAlike(cluster);
  const causes = new Map(nodes.map((node) => [node, causeOf(node, cluster)]));
  const known = [...causes.values()].find((cause) => cause !== null) ?? null;
  const isHelped = (node: ExplainedNode): boolean =>
    !node.isUnknown && !alike.has(node) && causes.get(node) === null;
  // One that has failed just now has no recovery yet; the next round opens it.
  const held = nodes.filter((node) => node.standing === 'HELD' && isHeldByGates(node));
  // Nothing that helps one node helps where the policy is wrong for all.
  const tasks = (gate: GateName, node: ExplainedNode | undefined): OperatorTask[] =>
    allAlike && !operators.has(gate) ? [] : waysPast(gate, { ...cluster, cause: known }, node);
  const ofGate = (gate: GateName): OperatorTask[] =>
    tasks(
      gate,
      held.find((node) => isHeldBy(node, gate) && isHelped(node)),
    );
  const ofNode = (node: ExplainedNode): OperatorTask[] =>
    (node.next.heldBy ?? []).flatMap((gate) => tasks(gate, isHelped(node) ? node : undefined));
  return {
    ofGate,
    ofNode,
    get ofHeld() {
      const ofCluster = new Set(gates.map(({ gate }) => gate));
      const shut = [...ofCluster].filter((gate) => held.some((node) => isHeldBy(node, gate)));
      // A rate limit of its own closes no gate of the cluster.
      const byOwn = held.filter(({ next }) => next.heldBy?.some((gate) => ofCluster.has(gate)) === false);
      return [...shut.flatMap(ofGate), ...byOwn.slice(0, mostNodes).flatMap(ofNode)];
    },
    afterRelease(node) {
      // Whether the zone of a node has an outage is known when its recovery is open.
      const [gate] = gates.filter((each) => each.gate !== 'zone_outage');
      if (gate === undefined) return null;
      const why = `the gate ${gate.gate} still holds it then: ${gate.why} (${gate.ends})`;
      const [way] = tasks(gate.gate, isHelped(node) ? node : undefined);
      return { why, steps: way === undefined ? [] : [{ command: way.command, text: pastGate }] };
    },
  };
}

/** The ways past each closed gate of a cluster, as its list of tasks has them where it has them. */
export function endsOfGates(
  { gates }: Pick<ExplainedCluster, 'gates'>,
  tasks: GateTasks,
  listed: readonly OperatorTask[],
): (ClosedGate & { readonly endsBy: readonly OperatorTask[] })[] {
  return gates.map((closed) => ({
    ...closed,
    endsBy: tasks
      .ofGate(closed.gate)
      .map((task) => listed.find(({ command }) => command === task.command) ?? task),
  }));
}

const pastGate = 'once the cause is gone: without waiting for that gate';

/** Gates that operators have closed themselves. */
const operators: ReadonlySet<GateName> = new Set(['policy', 'maintenance']);

function isHeldByGates({ next }: ExplainedNode): boolean {
  return next.what === 'HOLD' && (next.heldBy ?? []).length > 0;
}

function isHeldBy({ next }: ExplainedNode, gate: GateName): boolean {
  return next.what === 'HOLD' && next.heldBy?.includes(gate) === true;
}

interface HeldCluster extends ExplainedCluster {
  /** Why recoveries do not help, where that is known. */
  readonly cause: KnownCause | null;
}

/**
 * None where waiting is all there is. @param node one that a recovery may help; undefined: there is none, or
 * none is held.
 */
function waysPast(gate: GateName, cluster: HeldCluster, node: ExplainedNode | undefined): OperatorTask[] {
  const { name, policy, maintenance } = cluster;
  switch (gate) {
    case 'policy':
      return policy === null ? [] : [enableTask(name, policy.name)];
    case 'maintenance':
      return maintenance === null || maintenance.action !== undefined
        ? []
        : [resumeTask(name, maintenance.until === null)];
    case 'breaker':
      return pastBreaker(cluster);
    case 'max_unhealthy':
      return pass(
        cluster,
        node,
        passing(
          'find what the unhealthy nodes have in common; it opens when enough of them are healthy again',
        ),
      );
    case 'zone_outage':
      return [
        {
          reason: afterCause(
            cluster.cause,
            'find what the failed nodes have in common; once it is repaired, and they do not come back by themselves, release the outage: they are recovered',
          ),
          command: `coppice cluster zone-outage release ${name}`,
          required: true,
        },
        ...pass(cluster, node, 'a recovery that an operator asks for passes the gates', false),
      ];
    case 'rate_limit.node':
    case 'rate_limit.cluster':
      return pass(cluster, node, passing('it opens by itself'), isStopped(gate, cluster));
    case 'stopped_by_user':
      return pass(
        cluster,
        node,
        'to recover it though a user has stopped it; what lets it run stands with its reason',
        false,
      );
    case 'max_in_flight':
    // What is to be done about the hosts stands with the cloud.
    case 'no_host':
      return [];
  }
}

function pastBreaker(cluster: HeldCluster): OperatorTask[] {
  const reset = 'once the cause is removed, this lets recoveries start at once: before, they are spent; ';
  return [
    {
      reason: afterCause(
        cluster.cause,
        (cluster.cause === null ? reset : '') +
          'the breaker closes when a recovery that it lets try has helped, when the profile or the policy of the cluster is changed, or by command; ' +
          'a recovery that an operator asks for passes it',
      ),
      command: `coppice cluster breaker reset ${cluster.name}`,
      required: isStopped('breaker', cluster),
    },
    {
      reason: 'see which recoveries did not help, or not for long, and why',
      command: `coppice recovery list --cluster ${cluster.name}`,
      required: false,
    },
  ];
}

/** A gate that opens sooner is no reason to wake an operator. */
const longWaitMs = 60_000;

/**
 * Whether a gate that opens by itself holds up what an operator cannot wait for: the breaker any failed node,
 * since its recoveries do not help; a rate limit at least half of the cluster.
 */
function isStopped(gate: GateName, { nodes, gates, desired, now }: HeldCluster): boolean {
  const held = nodes.filter((node) => node.standing === 'HELD' && isHeldBy(node, gate));
  if (gate === 'breaker') return held.length > 0;
  const until = gates.find((closed) => closed.gate === gate)?.until ?? held[0]?.next.at ?? now;
  return held.length > 0 && held.length * 2 >= desired && until - now >= longWaitMs;
}

function passing(how: string): string {
  return `${how}; a recovery that an operator asks for passes the gates`;
}

function pass(
  cluster: ExplainedCluster,
  node: ExplainedNode | undefined,
  reason: string,
  required = true,
): OperatorTask[] {
  return node === undefined ? [] : recoverTask(cluster, node, reason, required);
}

export function enableTask(cluster: string, policy: string): OperatorTask {
  const reason = `the health policy ${policy} is disabled: nothing is probed or recovered until it is enabled`;
  return { reason, command: `coppice cluster policy-update ${cluster} ${policy} --enable`, required: true };
}

export function resumeTask(cluster: string, required: boolean): OperatorTask {
  return {
    reason: 'recoveries start again when healing is resumed',
    command: `coppice cluster resume ${cluster}`,
    required,
  };
}

/**
 * With a check: a node that is healthy when it is probed again is left alone, and so is one that cannot be
 * probed. None where the cloud is away, or none of its hosts would take a server: then it cannot help, and a
 * chain may do harm before it fails.
 */
export function recoverTask(
  cluster: Pick<ExplainedCluster, 'name' | 'policy' | 'cloud'>,
  node: ExplainedNode,
  reason: string,
  required = true,
): OperatorTask[] {
  const { cloud } = cluster;
  if (cloud?.hasNoHost === true || cloud?.unseenBecause != null) return [];
  const command = `coppice node recover ${node.name} --check --wait`;
  return [{ reason: afterCause(causeOf(node, cluster), reason), command, required }];
}
