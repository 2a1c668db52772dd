/**
 * What an operator has to do about a cluster, or may do, each with the command. `required`: Coppice does
 * nothing more about it by itself. Commands name what there is, so that they can be copied as they stand.
 */
import { answerAlike } from './answer-alike.ts';
import { count, namesOf } from './describe.ts';
import type { ExplainedCluster, ExplainedNode } from './explained-cluster.ts';
import type { ClosedGate } from './gates.ts';
import { knownCause, type KnownCause } from './known-causes.ts';

export interface OperatorTask {
  readonly reason: string;
  readonly command: string;
  readonly required: boolean;
}

/**
 * What cannot be seen for longer needs an operator: an API that restarts, or a network that is switched, is
 * back in a few minutes, and healing goes on by itself. An alarm that comes sooner is for nothing.
 */
export const longOutageMs = 5 * 60_000;

/** Nodes with commands of one kind; there may be hundreds. */
const mostNodes = 5;

/** The required ones first. */
export function operatorTasks(cluster: ExplainedCluster): OperatorTask[] {
  const tasks = [
    ...causes(cluster),
    ...firstOf(cluster, cluster.nodes, (node) => releases(node, cluster)),
    ...unseen(cluster),
    ...wrongPolicy(cluster),
    ...failedUnattended(cluster),
    ...held(cluster),
    ...firstOf(cluster, cluster.nodes, runningWorkflows),
    ...firstOf(cluster, cluster.nodes, logs),
    ...firstOf(cluster, cluster.nodes, failedHooks),
    ...firstOf(cluster, cluster.nodes, includes),
    ...incomplete(cluster),
    ...paused(cluster),
    ...disabled(cluster),
  ];
  return requiredFirst(eachCommandOnce(tasks));
}

export function requiredFirst(tasks: readonly OperatorTask[]): OperatorTask[] {
  return [...tasks.filter((task) => task.required), ...tasks.filter((task) => !task.required)];
}

/** Of several reasons for a command the first; it is required where any of them requires it. */
export function eachCommandOnce(tasks: readonly OperatorTask[]): OperatorTask[] {
  const byCommand = new Map<string, OperatorTask>();
  for (const task of tasks) {
    const known = byCommand.get(task.command);
    const required = task.required || known?.required === true;
    byCommand.set(task.command, { ...(known ?? task), required });
  }
  return [...byCommand.values()];
}

/** Those of the first nodes that have any; where more have, the list of them says which. */
function firstOf(
  { name: cluster }: Pick<ExplainedCluster, 'name'>,
  nodes: readonly ExplainedNode[],
  tasksOf: (node: ExplainedNode) => OperatorTask[],
): OperatorTask[] {
  const all = nodes.map((node) => ({ node, tasks: tasksOf(node) })).filter(({ tasks }) => tasks.length > 0);
  const shown = all.slice(0, mostNodes);
  const [another] = all.slice(mostNodes);
  const tasks = shown.flatMap((each) => each.tasks);
  if (another === undefined) return tasks;
  const { standing } = another.node;
  const more: OperatorTask = {
    reason: `${count(all.length - mostNodes, 'more node')} as ${namesOf(shown.map(({ node }) => node).slice(0, 1))}: this lists them`,
    command: `coppice node list --cluster ${cluster} --health ${standing}`,
    required: another.tasks.some((task) => task.required),
  };
  return [...tasks, more];
}

/** What would fail again for the same cause comes after the cause. */
function afterCause(cause: KnownCause | null, reason: string): string {
  return cause === null ? reason : `only when ${cause.removed}: else it fails again; ${reason}`;
}

/** null: none is known, or the node needs none. */
function causeOf(node: ExplainedNode, cluster: string): KnownCause | null {
  const { standing, quarantine, next } = node;
  if (standing === 'HEALTHY' || standing === 'RECOVERING') return null;
  if (standing === 'UNKNOWN') return knownCause(node.reason, cluster);
  return knownCause(quarantine?.reason ?? `${node.failure?.reason ?? ''} ${next.reason}`, cluster);
}

function releases(node: ExplainedNode, { name: cluster }: ExplainedCluster): OperatorTask[] {
  const { name, standing, isHealthy } = node;
  if (standing !== 'QUARANTINED') return [];
  const command = `coppice node release ${name}`;
  if (isHealthy) return [{ reason: `${name} is healthy now: end its quarantine`, command, required: true }];
  const cause = causeOf(node, cluster);
  const again = `release ${name}: it is recovered again, with all its tries`;
  const reason = cause === null ? `fix the cause, then ${again}` : afterCause(cause, again);
  const tried = { reason: `what was tried for ${name}, and how it failed`, required: false };
  return [
    { reason, command, required: true },
    { ...tried, command: `coppice recovery list --node ${name}` },
  ];
}

/** What keeps recoveries from helping, where operators know it by name. Once for all nodes. */
function causes({ name: cluster, nodes, gates }: ExplainedCluster): OperatorTask[] {
  const isStopped = gates.some(({ gate }) => gate === 'breaker');
  return nodes.flatMap((node) => {
    const cause = causeOf(node, cluster);
    if (cause === null) return [];
    const { reason, command } = cause;
    const isStuck = node.standing === 'QUARANTINED' || node.standing === 'UNKNOWN';
    return [{ reason, command, required: isStuck || isStopped }];
  });
}

function wrongPolicy(cluster: ExplainedCluster): OperatorTask[] {
  const { policy } = cluster;
  if (policy === null || !answerAlike(cluster)) return [];
  const reason =
    'every node fails in the same way: compare poll_url and poll_url_healthy_response with what the nodes serve; a recovery may replace nodes that run';
  return [{ reason, command: `coppice policy show ${policy.name}`, required: true }];
}

/**
 * One task for all: what keeps nodes from being probed (a cloud, a network) is seldom a matter of one node.
 */
function unseen({ name: cluster, nodes, cloud, now }: ExplainedCluster): OperatorTask[] {
  const unknown = nodes.filter(({ standing }) => standing === 'UNKNOWN');
  // A cloud that is away has its own task, once for all clusters.
  if (unknown.length === 0 || cloud?.unseenBecause != null) return [];
  const isLong = unknown.some(({ since }) => since === null || now - since >= longOutageMs);
  const it = unknown.length === 1 ? 'it' : 'them';
  const reason = `nothing is recovered that cannot be seen: fix what keeps ${namesOf(unknown)} from being probed, then probe ${it} at once with this`;
  return [{ reason, command: `coppice cluster check ${cluster}`, required: isLong }];
}

/** Failed nodes for which nothing is started without an operator. */
function failedUnattended(cluster: ExplainedCluster): OperatorTask[] {
  const { name, policy, nodes } = cluster;
  const failed = nodes.filter(({ standing }) => standing === 'FAILED');
  if (failed.length === 0) return [];
  if (policy !== null && !policy.enabled) return [enable(name, policy.name)];
  if (policy !== null && policy.mode === 'ENFORCE') return [];
  const why = policy === null ? 'no health policy is attached' : 'mode OBSERVE touches nothing';
  return firstOf(cluster, failed, (node) => {
    const cause = causeOf(node, name);
    return recover({ ...cluster, cause }, node.name, `${why}: recover ${node.name} yourself`);
  });
}

function held(cluster: ExplainedCluster): OperatorTask[] {
  const { gates, nodes } = cluster;
  const waiting = nodes.filter(({ standing }) => standing === 'HELD');
  const [first] = waiting;
  // Nothing that helps one node helps where the policy is wrong for all.
  if (first === undefined || answerAlike(cluster)) return [];
  const cause = nodes.map((node) => causeOf(node, cluster.name)).find((each) => each !== null) ?? null;
  const ofCluster = gates.flatMap((gate) => waysPast(gate, { ...cluster, cause }, first.name));
  // A rate limit of its own closes no gate of the cluster.
  const others = gates.length > 0 ? [] : firstOf(cluster, waiting, (node) => pastOwnLimit(cluster, node));
  return [...ofCluster, ...others];
}

function pastOwnLimit(cluster: ExplainedCluster, node: ExplainedNode): OperatorTask[] {
  const { name, next } = node;
  // What holds without a gate is not passed, either: its reason says what helps.
  if (next.what !== 'HOLD' || next.gate === null) return [];
  const reason = `${name} is held; a recovery that you ask for passes the gates`;
  return recover({ ...cluster, cause: causeOf(node, cluster.name) }, name, reason, false);
}

/** Of a cluster: what decides what helps, besides the gate. */
export interface HeldCluster extends Pick<ExplainedCluster, 'name' | 'policy' | 'maintenance' | 'cloud'> {
  /** Why recoveries do not help, where that is known. */
  readonly cause: KnownCause | null;
}

/** How a gate is opened, or passed, before its time; none where waiting is all there is. */
export function waysPast(
  { gate }: Pick<ClosedGate, 'gate'>,
  cluster: HeldCluster,
  node: string,
): OperatorTask[] {
  const { name, policy, maintenance } = cluster;
  switch (gate) {
    case 'policy':
      return policy === null ? [] : [enable(name, policy.name)];
    case 'maintenance':
      return maintenance === null || maintenance.action !== undefined
        ? []
        : [resume(name, maintenance.until === null)];
    case 'breaker':
      return [
        {
          reason: afterCause(
            cluster.cause,
            'the breaker closes when a recovery that it lets try has helped, when the profile or the policy of the cluster is changed, or by command; ' +
              'a recovery that an operator asks for passes it',
          ),
          command: `coppice cluster breaker reset ${name}`,
          required: false,
        },
        {
          reason: 'see which recoveries did not help, and why',
          command: `coppice recovery list --cluster ${name} --state EXHAUSTED`,
          required: false,
        },
      ];
    case 'max_unhealthy':
      return recover(
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
        ...recover(cluster, node, 'a recovery that an operator asks for passes the gates', false),
      ];
    case 'rate_limit.node':
    case 'rate_limit.cluster':
      return recover(cluster, node, passing('it opens by itself'), false);
    case 'max_in_flight':
      return [];
  }
}

function passing(how: string): string {
  return `${how}; a recovery that an operator asks for passes the gates`;
}

function enable(cluster: string, policy: string): OperatorTask {
  const reason = `the health policy ${policy} is disabled: nothing is probed or recovered until it is enabled`;
  return { reason, command: `coppice cluster policy-update ${cluster} ${policy} --enable`, required: true };
}

function resume(cluster: string, required: boolean): OperatorTask {
  return {
    reason: 'recoveries start again when healing is resumed',
    command: `coppice cluster resume ${cluster}`,
    required,
  };
}

/**
 * None where the cloud is away, or none of its hosts would take a server: then it cannot help, and a chain
 * may do harm before it fails.
 */
function recover(
  { cloud, cause }: Pick<HeldCluster, 'cloud' | 'cause'>,
  node: string,
  reason: string,
  required = true,
): OperatorTask[] {
  if (cloud?.hasNoHost === true || cloud?.unseenBecause != null) return [];
  return [{ reason: afterCause(cause, reason), command: `coppice node recover ${node}`, required }];
}

function runningWorkflows({ name, recovery }: ExplainedNode): OperatorTask[] {
  const execution = recovery?.execution ?? null;
  if (execution === null) return [];
  if (execution.isPaused) {
    const reason = `the workflow that recovers ${name} is paused, and ends at its deadline`;
    return [{ reason, command: `coppice workflow resume ${execution.id}`, required: true }];
  }
  const reason = `what the workflow that recovers ${name} is waiting for`;
  const cancel = `end it before its deadline, where it cannot succeed any more: the step counts as failed`;
  return [
    { reason, command: `coppice workflow show ${execution.id}`, required: false },
    { reason: cancel, command: `coppice workflow cancel ${execution.id}`, required: false },
  ];
}

/**
 * What a program wrote before it ended says more than its exit status. It may hold secrets, so that it is not
 * quoted.
 */
function logs({ name, standing, failure }: ExplainedNode): OperatorTask[] {
  if (failure === null || standing === 'RECOVERING') return [];
  // What ended while it was started was never the node's process, and has written all the same.
  const hasWritten = failure.class === 'NOT_CREATED' && failure.reason.startsWith('process ');
  if (failure.class !== 'PROCESS_EXITED' && !hasWritten) return [];
  return [
    { reason: `log_tail: what ${name} wrote last`, command: `coppice node show ${name}`, required: false },
  ];
}

function failedHooks({ name, standing, warning }: ExplainedNode): OperatorTask[] {
  if (standing !== 'WARNING' || warning === null) return [];
  const acknowledge = {
    reason: `when it is done by hand, say so: the warning on ${name} ends`,
    command: `coppice recovery acknowledge ${warning.recoveryId}`,
    required: true,
  };
  if (warning.executionId === null) return [acknowledge];
  const reason = `${name}: see what failed (${warning.reason}), and run it again`;
  return [{ reason, command: `coppice workflow show ${warning.executionId}`, required: true }, acknowledge];
}

function includes({ name, standing }: ExplainedNode): OperatorTask[] {
  if (standing !== 'EXCLUDED') return [];
  const reason = `${name} is recovered again when it is included`;
  return [{ reason, command: `coppice node include ${name}`, required: false }];
}

function incomplete({ name, missing, desired }: ExplainedCluster): OperatorTask[] {
  if (missing === 0) return [];
  const reason = `${missing} of the ${desired} nodes do not exist: create them`;
  return [{ reason, command: `coppice cluster resize ${name} --capacity ${desired}`, required: true }];
}

function paused({ name, maintenance, nodes }: ExplainedCluster): OperatorTask[] {
  if (maintenance === null || maintenance.action !== undefined) return [];
  const waits = nodes.some(({ standing }) => standing === 'HELD' || standing === 'FAILED');
  return [resume(name, waits && maintenance.until === null)];
}

/** Where no failure is known, it may be meant: but nothing would be known of a failure, either. */
function disabled({ name, policy }: ExplainedCluster): OperatorTask[] {
  return policy === null || policy.enabled ? [] : [{ ...enable(name, policy.name), required: false }];
}
