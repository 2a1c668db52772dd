/**
 * Which locks an action takes, and how a request for one is put together: the one place that knows.
 *
 *     an action on a cluster        excludes every other action of the cluster and of its nodes
 *     an action on a node           excludes others on the node; nodes of one cluster side by side
 *     a child of a cluster action   takes only its node: the parent holds the cluster
 *     an action on what is kept     none: no other action touches it
 */
import type { Cluster, Node, Owner, Retained } from './model.ts';
import { ownerOf } from './session.ts';
import type { JsonObject } from './json.ts';

/** Locks are taken with the claim (`store/action-claims.ts`). */
export type LockMode = 'exclusive' | 'shared';

export interface LockWanted {
  readonly resource: string;
  readonly mode: LockMode;
}

/** A request for an action; the store gives it its id and its place in the queue. */
export interface ActionRequest {
  /** `NODE_RECOVER` */
  readonly action: string;
  readonly target: string;
  readonly clusterId: string | null;
  /** Of the target. */
  readonly owner: Owner;
  readonly inputs: JsonObject;
  /** Seconds; 0: no limit. */
  readonly timeout: number;
  readonly locks: readonly LockWanted[];
}

export const clusterActionNames = [
  'CLUSTER_CREATE',
  'CLUSTER_DELETE',
  'CLUSTER_UPDATE',
  'CLUSTER_RESIZE',
  'CLUSTER_SCALE_OUT',
  'CLUSTER_SCALE_IN',
  'CLUSTER_CHECK',
  'CLUSTER_RECOVER',
  'CLUSTER_ATTACH_POLICY',
  'CLUSTER_DETACH_POLICY',
  'CLUSTER_UPDATE_POLICY',
  'CLUSTER_ADD_NODES',
  'CLUSTER_DEL_NODES',
  'CLUSTER_REPLACE_NODES',
  'CLUSTER_OPERATION',
] as const;
export type ClusterActionName = (typeof clusterActionNames)[number];

export const nodeActionNames = [
  'NODE_CREATE',
  'NODE_DELETE',
  'NODE_UPDATE',
  'NODE_JOIN',
  'NODE_LEAVE',
  'NODE_CHECK',
  'NODE_RECOVER',
  'NODE_OPERATION',
  'NODE_REGISTER',
  'NODE_TIDY',
] as const;
export type NodeActionName = (typeof nodeActionNames)[number];

export const retainedActionNames = ['RETAINED_DELETE'] as const;

/** Seconds for an action on a node outside any cluster (Senlin's default_action_timeout). */
export const DEFAULT_ACTION_TIMEOUT = 3600;

export function clusterLock(clusterId: string): string {
  return `cluster:${clusterId}`;
}

export function nodeLock(nodeId: string): string {
  return `node:${nodeId}`;
}

export function onCluster(
  action: ClusterActionName,
  cluster: Cluster,
  inputs: JsonObject = {},
): ActionRequest {
  const locks: LockWanted[] = [{ resource: clusterLock(cluster.id), mode: 'exclusive' }];
  const { id, timeout } = cluster;
  return { action, target: id, clusterId: id, owner: ownerOf(cluster), inputs, timeout, locks };
}

export function onNode(action: NodeActionName, node: Node, inputs: JsonObject = {}): ActionRequest {
  const request = onNodeOfLockedCluster(action, node, inputs);
  if (node.clusterId === null) return request;
  const shared: LockWanted = { resource: clusterLock(node.clusterId), mode: 'shared' };
  return { ...request, locks: [shared, ...request.locks] };
}

/** For the children of an action that holds the cluster itself. */
export function onNodeOfLockedCluster(
  action: NodeActionName,
  node: Node,
  inputs: JsonObject = {},
): ActionRequest {
  const locks: LockWanted[] = [{ resource: nodeLock(node.id), mode: 'exclusive' }];
  return {
    action,
    target: node.id,
    clusterId: node.clusterId,
    owner: ownerOf(node),
    inputs,
    timeout: DEFAULT_ACTION_TIMEOUT,
    locks,
  };
}

/** It belongs to no cluster any more: the deletion of the cluster does not cancel it. */
export function onRetained(kept: Retained, inputs: JsonObject): ActionRequest {
  const [action] = retainedActionNames;
  const owner = ownerOf(kept);
  return {
    action,
    target: kept.id,
    clusterId: null,
    owner,
    inputs,
    timeout: DEFAULT_ACTION_TIMEOUT,
    locks: [],
  };
}
