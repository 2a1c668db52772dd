/** Stopping what has failed, so that it can be kept: for RECREATE with `retain`. */
import { randomUUID } from 'node:crypto';
import { keptLocation, type Stopped } from '../../clusters/keep-failed.ts';
import type { ManagedNode } from '../../clusters/managed-node.ts';
import { ownerOf } from '../../domain/session.ts';
import { typeName, type OperationRequest } from '../../profiles/profile-type.ts';
import type { ProfileTypes } from '../../profiles/registry.ts';
import { retentionOf } from '../node-objects.ts';

/** Nova lets a guest shut down for 60 s; to remove it needs less. */
const leastStopMs = 120_000;

/** How long the stop may take, in a step of `timeoutMs`. */
export function stopLimit(deleteTimeoutMs: number, timeoutMs: number): number {
  return Math.min(Math.max(deleteTimeoutMs, leastStopMs), timeoutMs);
}

/**
 * @param managed with what is to be stopped: what the node has, or had.
 * @returns what is to be written down of it; null: there is nothing to keep.
 * @throws CoppiceError where it is not certain that it has stopped, or that it can be kept.
 */
export async function stopFailed(
  managed: ManagedNode,
  recoveryId: string,
  request: OperationRequest,
): Promise<Stopped | null> {
  const { node, type, facts } = managed;
  const { physicalId, data } = facts;
  const retention = retentionOf(managed);
  if (physicalId === null || !(await retention.stop(facts, request))) return null;
  return {
    ...ownerOf(node),
    id: randomUUID(),
    nodeId: node.id,
    nodeName: node.name,
    clusterId: node.clusterId,
    recoveryId,
    profileType: typeName(type),
    physicalId,
    data,
  };
}

/** `/data/local.process/NODE is kept until 2026-11-30T09:12:44.000Z (coppice retained list --node web-1)` */
export function noteOfKept(stopped: Stopped, until: number, profileTypes: ProfileTypes): string {
  const location = keptLocation(profileTypes, stopped);
  const at = new Date(until).toISOString();
  return `${location} is kept until ${at} (coppice retained list --node ${stopped.nodeName})`;
}
