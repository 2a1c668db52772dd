/**
 * What an action that failed has left behind, in sentences: a cluster of another size than is desired, or
 * nodes of two profiles. Nothing is done about it by itself: what was wanted may not be wanted any more. And
 * what an action waits for. Pure.
 */
import { duration } from '../domain/duration.ts';
import { hookNotNotified } from '../domain/lifecycle-signal.ts';
import { count } from './describe.ts';
import type {
  ClusterAfterActions,
  FailedActionOf,
  HalfDoneUpdate,
  LifecycleWait,
} from './explained-cluster.ts';
import type { OperatorTask } from './operator-task.ts';

export interface ExplainedActions {
  readonly problems: readonly string[];
  readonly waiting: readonly { readonly reason: string; readonly until: number | null }[];
  readonly operator: readonly OperatorTask[];
}

/** The ways to make a cluster larger and smaller are one kind: the size is what they are for. */
const kinds: Readonly<Record<string, string>> = {
  CLUSTER_CREATE: 'size',
  CLUSTER_RESIZE: 'size',
  CLUSTER_SCALE_OUT: 'size',
  CLUSTER_SCALE_IN: 'size',
  CLUSTER_ADD_NODES: 'size',
  CLUSTER_DEL_NODES: 'size',
  CLUSTER_REPLACE_NODES: 'size',
  CLUSTER_UPDATE: 'update',
  CLUSTER_DELETE: 'delete',
  CLUSTER_OPERATION: 'operation',
  CLUSTER_ATTACH_POLICY: 'attach',
  CLUSTER_DETACH_POLICY: 'detach',
  CLUSTER_UPDATE_POLICY: 'policy',
  NODE_DELETE: 'delete',
  NODE_UPDATE: 'update',
  NODE_JOIN: 'join',
  NODE_LEAVE: 'leave',
  NODE_OPERATION: 'operation',
};

/** null: what it has left behind is told by the health of the nodes (checks, recoveries). */
export function kindOfAction(action: string): string | null {
  return kinds[action] ?? null;
}

/** What changed nothing that can be seen is told for so long, and then belongs to the past. */
export const failedActionMs = 24 * 3_600_000;

/**
 * A refusal informs its caller, and needs no operator: it is told for a while only, to users who wonder why
 * the cluster is not as it was requested.
 */
export const refusedActionMs = 3_600_000;

/** What is there all the same where it was refused: a cluster without nodes, or one that should be gone. */
const mattersThough = new Set(['CLUSTER_CREATE', 'CLUSTER_DELETE', 'NODE_DELETE', 'NODE_UPDATE']);

export function isForgottenIfRefused(action: string): boolean {
  return kindOfAction(action) !== null && !mattersThough.has(action);
}

export function explainActions(cluster: ClusterAfterActions): ExplainedActions {
  const { failedActions, lifecycleWaits, excess, name, desired, now } = cluster;
  const problems = failedActions.flatMap(({ action, nodeName, endedAt, reason, isRefused, halfDone }) => {
    const of = nodeName === null ? '' : ` of ${nodeName}`;
    const what = isRefused ? 'was refused' : 'failed';
    const failure = `${action}${of} ${what} ${duration(now - endedAt)} ago: ${reason}`;
    return halfDone === null ? [failure] : [failure, mixedProfiles(halfDone)];
  });
  if (excess > 0) problems.push(`${count(excess, 'node')} more than the ${desired} that are desired`);
  const operator = [
    ...tooMany(cluster),
    ...lifecycleWaits.map((wait) => complete(wait, name)),
    ...failedActions.flatMap((each) => again(each, name)),
  ];
  const waiting = lifecycleWaits.map((wait) => ({ reason: hookInWords(wait, now), until: wait.until }));
  return { problems, waiting, operator };
}

/** `CLUSTER_SCALE_IN: web-3 waits for its lifecycle hook (NODE_DELETE), and goes in 16 min at the latest` */
function hookInWords({ action, partOf, nodeName, until }: LifecycleWait, now: number): string {
  const of = partOf === null ? '' : `${partOf}: `;
  const end = until <= now ? 'now' : `in ${duration(until - now)} at the latest`;
  return `${of}${nodeName} waits for its lifecycle hook (${action}), and goes ${end}`;
}

function complete({ actionId, nodeName }: LifecycleWait, cluster: string): OperatorTask {
  const reason = `let ${nodeName} go at once: what its hook is for is done, or is not needed`;
  return { reason, command: `coppice cluster complete-lifecycle ${cluster} ${actionId}`, required: false };
}

/**
 * As in Senlin the size that was asked for stays desired when an action could not bring it about: whether it
 * is still wanted, only its operator knows.
 */
function tooMany({ name, excess, desired, failedActions }: ClusterAfterActions): OperatorTask[] {
  if (excess === 0) return [];
  const one = excess === 1;
  const isHookAway = failedActions.some(({ reason }) => reason.includes(hookNotNotified));
  const when = isHookAway ? ', only when the lifecycle hook can be reached again: else it fails again' : '';
  return [
    {
      reason: `remove ${one ? 'the node that is' : `the ${excess} nodes that are`} not desired any more${when}; or keep ${one ? 'it' : 'them'} with --capacity ${desired + excess}`,
      command: `coppice cluster resize ${name} --capacity ${desired}`,
      required: true,
    },
  ];
}

/** Nothing goes on, or back, by itself: whether the new profile is at fault, only an operator knows. */
function mixedProfiles({ own, groups }: HalfDoneUpdate): string {
  const all = groups.reduce((sum, { nodes }) => sum + nodes, 0);
  const others = groups.filter(({ profile }) => profile !== own);
  const left = all - others.reduce((sum, { nodes }) => sum + nodes, 0);
  const parts = others.map(({ profile, nodes, first }) => {
    const more = nodes === 1 ? '' : ` and ${nodes - 1} more`;
    return `${nodes} of ${count(all, 'node')} ${have(nodes)} the profile ${profile} (${first}${more})`;
  });
  const rest = left === 0 ? 'none has' : `${left} ${have(left)}`;
  return `${parts.join(', ')}, ${rest} ${own}, the profile of the cluster; a recovery makes each node again from the profile that it has`;
}

function have(nodes: number): string {
  return nodes === 1 ? 'has' : 'have';
}

function updateCommand(cluster: string, profile: string): string {
  return `coppice cluster update ${cluster} --profile ${profile}`;
}

function onOrBack({ wanted, own, groups }: HalfDoneUpdate, cluster: string): OperatorTask[] {
  const update = (profile: string) => updateCommand(cluster, profile);
  const without = (profile: string) => {
    const nodes = groups.reduce((sum, group) => sum + (group.profile === profile ? 0 : group.nodes), 0);
    return `the ${count(nodes, 'node')} that ${nodes === 1 ? 'has' : 'have'} another profile`;
  };
  const back = { reason: `back to ${own}: it is given to ${without(own)}`, command: update(own) };
  if (wanted === null || wanted === own) return [{ ...back, required: true }];
  const left = groups.some(({ profile }) => profile !== wanted);
  const nodes = left ? `it is given to ${without(wanted)}, and to the cluster` : 'it is given to the cluster';
  const finish = `finish the update, once what made it fail is corrected: ${nodes}`;
  return [
    { reason: finish, command: update(wanted), required: true },
    { ...back, reason: `or ${back.reason}`, required: true },
  ];
}

function updateAgain(profile: string, cluster: string): OperatorTask {
  const reason = 'request the update again, once what made it fail is corrected: no node has the new profile';
  return { reason, command: updateCommand(cluster, profile), required: false };
}

/** What ends an update that left the nodes with several profiles. */
export function updateTasks({ name, failedActions }: ClusterAfterActions): OperatorTask[] {
  return failedActions.flatMap((each) => (each.halfDone === null ? [] : again(each, name)));
}

function again(
  { id, action, nodeName, isRefused, halfDone, wantedProfile }: FailedActionOf,
  cluster: string,
): OperatorTask[] {
  if (isRefused) return [];
  const on = nodeName ?? cluster;
  const reason = `what ${action} of ${on} has done, and where it failed; it is not tried again by itself`;
  const isHalfDone = action === 'CLUSTER_UPDATE' || action === 'NODE_UPDATE' || action.endsWith('_DELETE');
  return [
    { reason, command: `coppice action show ${id}`, required: isHalfDone },
    ...(halfDone === null ? [] : onOrBack(halfDone, cluster)),
    ...(wantedProfile === undefined ? [] : [updateAgain(wantedProfile, cluster)]),
  ];
}
