/**
 * What an operator has to do about a cluster, or may do, each with the command. `required`: Coppice does
 * nothing more about it by itself. Commands name what there is, so that they can be copied as they stand.
 */
import { duration } from '../domain/duration.ts';
import { answerAlike, failAlike, sharedAddresses } from './answer-alike.ts';
import { count, namesOf } from './describe.ts';
import { updateTasks } from './explain-actions.ts';
import type { ExplainedCluster, ExplainedNode } from './explained-cluster.ts';
import { enableTask, gateTasks, recoverTask, resumeTask, type GateTasks } from './gate-tasks.ts';
import { longOutageMs, mostNodes, taskSteps, taskOfSteps, type OperatorTask } from './operator-task.ts';
import { causeOf, causeTasks } from './node-causes.ts';
import { creationTasks, isNeverCreatedAgain } from './creation-tasks.ts';
import { stepTasks } from './step-tasks.ts';
import { failedHookTasks } from './workflow-causes.ts';

/** The required ones first; none where the server would carry out none of them. */
export function operatorTasks(
  cluster: ExplainedCluster,
  gates: GateTasks = gateTasks(cluster),
): OperatorTask[] {
  if (cluster.recordsNothing) return [];
  const tasks = [
    ...causeTasks(cluster, (node) => gates.afterRelease(node)),
    ...creationTasks(cluster, (node) => causeOf(node, cluster) !== null),
    // Before what starts a recovery: none helps until the policy is right.
    ...wrongPolicy(cluster),
    // Before a release: a node is made again from the profile that it has.
    ...updateTasks(cluster),
    ...releases(cluster, gates),
    ...unwatched(cluster),
    ...unseen(cluster),
    ...failedUnattended(cluster),
    ...gates.ofHeld,
    ...firstOf(cluster, cluster.nodes, (node) => stepTasks(node, cluster.now)),
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

/**
 * Of several reasons for a command the first; it is required where any of them requires it. A command that
 * is a step of a list is not told alone as well: there it has its place among the others.
 */
export function eachCommandOnce(tasks: readonly OperatorTask[]): OperatorTask[] {
  const byCommands = new Map<string, OperatorTask>();
  for (const task of tasks) {
    const commands = commandsOf(task).join('\n');
    const known = byCommands.get(commands);
    const required = task.required || known?.required === true;
    byCommands.set(commands, { ...(known ?? task), required });
  }
  const once = [...byCommands.values()];
  const inLists = new Set(once.filter(isList).flatMap(commandsOf));
  return once.filter((task) => isList(task) || !inLists.has(task.command));
}

function isList({ steps }: OperatorTask): boolean {
  return steps !== undefined;
}

function commandsOf(task: OperatorTask): string[] {
  return taskSteps(task).map(({ command }) => command);
}

/** Those of the first nodes that have any; where more have, the list of them says which. */
function firstOf(
  cluster: Pick<ExplainedCluster, 'name'>,
  nodes: readonly ExplainedNode[],
  tasksOf: (node: ExplainedNode) => OperatorTask[],
): OperatorTask[] {
  const all = nodes.map((node) => ({ node, tasks: tasksOf(node) })).filter(({ tasks }) => tasks.length > 0);
  const tasks = all.slice(0, mostNodes).flatMap((each) => each.tasks);
  const required = all[mostNodes]?.tasks.some((task) => task.required) === true;
  return [
    ...tasks,
    ...listOfMore(
      cluster,
      all.map(({ node }) => node),
      required,
    ),
  ];
}

/** @param nodes all that need the same. */
function listOfMore(
  { name: cluster }: Pick<ExplainedCluster, 'name'>,
  nodes: readonly ExplainedNode[],
  required: boolean,
): OperatorTask[] {
  const [first] = nodes;
  const another = nodes[mostNodes];
  if (first === undefined || another === undefined) return [];
  const reason = `${count(nodes.length - mostNodes, 'more node')} as ${first.name}: this lists them`;
  const command = `coppice node list --cluster ${cluster} --health ${another.standing}`;
  return [{ reason, command, required }];
}

/** One command for all that are released for the same reason. */
function releases(cluster: ExplainedCluster, gates: GateTasks): OperatorTask[] {
  // Those whose cause is known, or that nothing watches, are released by a step of another list.
  const quarantined = cluster.nodes.filter(
    (node) =>
      node.standing === 'QUARANTINED' &&
      (cluster.policy !== null || node.isHealthy) &&
      causeOf(node, cluster) === null &&
      !isNeverCreatedAgain(node, cluster),
  );
  const named = quarantined.slice(0, mostNodes);
  const groups = Map.groupBy(named, (node) =>
    JSON.stringify(releaseOf([node], cluster, gates)).replaceAll(node.name, 'NODE'),
  );
  const tasks = [...groups.values()].flatMap((nodes) => {
    const release = releaseOf(nodes, cluster, gates);
    const [first] = nodes;
    if (first === undefined || first.isHealthy) return release;
    const tried = `what was tried for ${first.name}, and how it failed`;
    const list = { reason: tried, command: `coppice recovery list --node ${first.name}`, required: false };
    return [...release, list];
  });
  return [...tasks, ...listOfMore(cluster, quarantined, true)];
}

/** @param nodes that are released alike. */
function releaseOf(
  nodes: readonly ExplainedNode[],
  cluster: ExplainedCluster,
  gates: GateTasks,
): OperatorTask[] {
  const [first] = nodes;
  if (first === undefined) return [];
  const names = namesOf(nodes);
  const isOne = nodes.length === 1;
  const command = `coppice node release ${nodes.map(({ name }) => name).join(' ')}`;
  if (first.isHealthy) {
    const reason = `${names} ${isOne ? 'is' : 'are'} healthy now: end ${isOne ? 'its' : 'their'} quarantine`;
    return [{ reason, command, required: true }];
  }
  const their = isOne ? 'its' : 'their';
  const again = `${beforeRelease(first, cluster)} release ${names}: ${isOne ? 'it is' : 'they are'} recovered again, with all ${their} tries`;
  const held = gates.afterRelease(first);
  if (held === null) return [{ reason: again, command, required: true }];
  if (held.steps.length === 0) return [{ reason: `${again}; ${held.why}`, command, required: true }];
  const text = `end ${their} quarantine`;
  return taskOfSteps(`${again}; ${held.why}`, [{ command, text }, ...held.steps], true);
}

function beforeRelease(node: ExplainedNode, cluster: ExplainedCluster): string {
  if (updateTasks(cluster).length > 0)
    return 'only when the update is finished, or taken back: before, it is made again from the profile that it has;';
  return failAlike(cluster).has(node)
    ? 'only when the policy is right: else it fails again;'
    : 'fix the cause, then';
}

function wrongPolicy(cluster: ExplainedCluster): OperatorTask[] {
  const { policy, nodes } = cluster;
  if (policy === null) return [];
  const command = `coppice policy show ${policy.name}`;
  if (answerAlike(cluster)) {
    const reason =
      'all nodes whose health is known fail alike: compare poll_url and poll_url_healthy_response with what they serve; a recovery may replace nodes that run';
    return [{ reason, command, required: true }, ...pauseTasks(cluster)];
  }
  return sharedAddresses(nodes).map(({ address, nodes: those }) => ({
    reason: `${namesOf(those)} fail at the same address: check what answers at ${address}, and whether poll_url names each node; a recovery may replace nodes that run`,
    command,
    required: true,
  }));
}

/** Recoveries replace nodes that may run well, as long as the policy is wrong. */
function pauseTasks({ name, policy, maintenance }: ExplainedCluster): OperatorTask[] {
  if (policy?.enabled !== true || policy.mode !== 'ENFORCE' || maintenance !== null) return [];
  const reason = 'until the policy is right: keep recoveries from replacing nodes that run';
  return [{ reason, command: `coppice cluster pause ${name}`, required: false }];
}

/** Also one whose recovery is held for that. What is done about the others does not wait for a probe. */
export function isUnseen({ standing, isUnknown }: ExplainedNode): boolean {
  return standing === 'UNKNOWN' || (standing === 'HELD' && isUnknown);
}

/**
 * One task for all: what keeps nodes from being probed (a cloud, a network) is seldom a matter of one node.
 */
function unseen({ name: cluster, nodes, cloud, now }: ExplainedCluster): OperatorTask[] {
  // A cloud that is away has its own task, once for all clusters.
  if (cloud?.unseenBecause != null) return [];
  const all = nodes.filter(isUnseen);
  const lost = lostFromPool(all);
  const unknown = all.filter((node) => !lost.includes(node));
  return [...unprobed(cluster, unknown, now), ...addNow(cluster, lost)];
}

function unprobed(cluster: string, unknown: readonly ExplainedNode[], now: number): OperatorTask[] {
  if (unknown.length === 0) return [];
  const isLong = unknown.some(({ since }) => since === null || now - since >= longOutageMs);
  const it = unknown.length === 1 ? 'it' : 'them';
  const reason = `nothing is recovered that cannot be seen: fix what keeps ${namesOf(unknown)} from being probed, then probe ${it} at once with this`;
  return [{ reason, command: `coppice cluster check ${cluster}`, required: isLong }];
}

/** Those whose members are added again without an operator: nothing else keeps them from being probed. */
export function lostFromPool(nodes: readonly ExplainedNode[]): ExplainedNode[] {
  return nodes.filter((node) => isUnseen(node) && node.lostMember !== null);
}

/** A check does not wait for the pause between two additions. */
function addNow(cluster: string, lost: readonly ExplainedNode[]): OperatorTask[] {
  const due = lost.filter(({ lostMember }) => lostMember?.addedAgainAt != null);
  if (due.length === 0) return [];
  const reason = `add ${namesOf(due)} to the pool again now, without waiting`;
  return [{ reason, command: `coppice cluster check ${cluster}`, required: false }];
}

/** Failed nodes for which nothing is started without an operator. */
function failedUnattended(cluster: ExplainedCluster): OperatorTask[] {
  const { name, policy, nodes } = cluster;
  const failed = nodes.filter(({ standing }) => standing === 'FAILED');
  if (failed.length === 0) return [];
  if (policy !== null && !policy.enabled) return [enableTask(name, policy.name)];
  if (policy !== null && policy.mode === 'ENFORCE') return [];
  if (policy === null) return [];
  return firstOf(cluster, failed, (node) =>
    recoverTask(cluster, node, `mode OBSERVE touches nothing: recover ${node.name} yourself`),
  );
}

/**
 * What is known of them is of the past, whatever was done since: a policy, or a probe, tells how they are
 * before one is recovered.
 */
function unwatched({ name, now, policy, nodes }: ExplainedCluster): OperatorTask[] {
  if (policy !== null) return [];
  const isLost = ({ standing, isHealthy }: ExplainedNode): boolean =>
    standing === 'FAILED' || (standing === 'QUARANTINED' && !isHealthy);
  const lost = nodes.filter(isLost);
  if (lost.length === 0) return [];
  const quarantined = lost.filter(({ standing }) => standing === 'QUARANTINED').slice(0, mostNodes);
  const times = lost.flatMap(({ asOf }) => asOf ?? []);
  const asOf = times.length === 0 ? '' : `as of ${duration(now - Math.max(...times))} ago, `;
  const them = lost.length === 1 ? 'it' : 'them';
  const inQuarantine = `${lost.length === 1 ? 'was' : 'were'} quarantined`;
  const anyFailed = lost.some(({ standing }) => standing === 'FAILED');
  const were = [anyFailed ? 'failed' : [], quarantined.length === 0 ? [] : inQuarantine].flat().join(' or ');
  const reason = `${asOf}${namesOf(lost)} ${were}; no health policy is attached, so that nothing watches ${them}`;
  const attach = {
    command: `coppice cluster policy-attach ${name} POLICY`,
    text: `attach one (POLICY is its name): ${lost.length === 1 ? 'the node is' : 'all nodes are'} probed, and what has failed is recovered`,
  };
  const release = {
    command: `coppice node release ${quarantined.map((node) => node.name).join(' ')}`,
    text: 'end the quarantine: the policy recovers none that is in it',
  };
  const recover = lost.slice(0, mostNodes).map((node) => ({
    command: `coppice node recover ${node.name} --check --wait`,
    text: `or, without a policy, probe ${node.name} once, and recreate it unless it is healthy`,
  }));
  const steps = [attach, ...(quarantined.length === 0 ? [] : [release]), ...recover];
  return [...taskOfSteps(reason, steps, true), ...listOfMore({ name }, lost, true)];
}

/**
 * What a program wrote before it ended says more than its exit status. It may hold secrets, so that it is not
 * quoted.
 */
function logs({ name, standing, hasLog }: ExplainedNode): OperatorTask[] {
  if (!hasLog || standing === 'RECOVERING') return [];
  return [
    { reason: `log_tail: what ${name} wrote last`, command: `coppice node show ${name}`, required: false },
  ];
}

function failedHooks({ name, standing, warning }: ExplainedNode): OperatorTask[] {
  return standing !== 'WARNING' || warning === null ? [] : failedHookTasks(name, warning);
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
  return [resumeTask(name, waits && maintenance.until === null)];
}

/** Where no failure is known, it may be meant: but nothing would be known of a failure, either. */
function disabled({ name, policy }: ExplainedCluster): OperatorTask[] {
  return policy === null || policy.enabled ? [] : [{ ...enableTask(name, policy.name), required: false }];
}
