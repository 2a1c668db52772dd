/** Cancelling a recovery, and what follows then. */
import { CoppiceError } from '../domain/errors.ts';
import type { Recovery } from '../domain/model.ts';
import { rulesOfCluster } from '../clusters/cluster-rules.ts';
import { inForce } from '../clusters/maintenance.ts';
import { afterCancel, type AfterCancel, type CancelledRecovery } from '../recovery/after-cancel.ts';
import { cancelHeld } from '../recovery-record/recovery-lifecycle.ts';
import { getAction } from '../store/action-listing.ts';
import { healingOfCluster, healingOfNode } from '../store/healing.ts';
import { identitiesOf } from '../store/shared-names.ts';
import type { Db } from '../store/store.ts';
import { cancel } from './cancel-what-runs.ts';
import { explainedStep } from './node-health.ts';
import { labelsOfDone } from './open-recoveries.ts';
import { getRecoveryRecord, requireRecovery } from './recoveries.ts';
import type { Caller, RequestTools } from './request-tools.ts';

export interface CancelAnswer {
  readonly id: string;
  readonly follows: readonly string[];
}

/**
 * Ends a recovery: what runs is cancelled, and its end is awaited; one that is held is closed at once. A node
 * that stays failed is recovered again after `retry.delay`, or an interval: who wants it left alone excludes
 * it.
 * @throws CoppiceError `bad-request` where it has ended.
 */
export async function cancelRecovery(
  tools: RequestTools,
  caller: Caller,
  identity: string,
): Promise<CancelAnswer> {
  const { id } = await requireRecovery(tools.store.db, caller, identity);
  // Read before: what runs may have ended a moment later.
  const begun = await begunOf(tools, caller, id);
  return await tools.store.write(async (tx) => {
    const recovery = await requireRecovery(tx.db, caller, id);
    const { state, nodeId, actionId } = recovery;
    if (state !== 'OPEN')
      throw new CoppiceError(
        'bad-request',
        `The recovery ${id} has ended (${state}): there is nothing to cancel.`,
      );
    const reason = `cancelled by an operator (user ${caller.user})`;
    const action = actionId === null ? undefined : await getAction(tx.db, actionId);
    if (action === undefined) await cancelHeld(tx, { nodeId }, reason, tools.now());
    else await cancel(tx, action, reason, tools.now());
    return {
      id,
      follows: await whatFollows(
        tx.db,
        caller.project,
        recovery,
        action === undefined ? null : begun,
        tools.now(),
      ),
    };
  });
}

async function begunOf(tools: RequestTools, caller: Caller, id: string): Promise<CancelledRecovery['begun']> {
  const { running, steps } = await getRecoveryRecord(tools, caller, id);
  return { step: running && explainedStep(running), done: labelsOfDone(steps) };
}

async function whatFollows(
  db: Db,
  viewer: string,
  recovery: Recovery,
  begun: CancelledRecovery['begun'],
  now: number,
): Promise<string[]> {
  const { nodeId, nodeName, project } = recovery;
  const node = { id: nodeId, name: nodeName, project };
  const name = (await identitiesOf(db, 'node', [node], viewer))(node);
  return afterCancel({ node: name, begun, next: await nextOf(db, recovery, now) });
}

async function nextOf(db: Db, { nodeId, clusterId, origin }: Recovery, now: number): Promise<AfterCancel> {
  const { exclusion, quarantine } = await healingOfNode(db, nodeId);
  if (inForce(exclusion, now) !== null) return { kind: 'excluded' };
  if (quarantine !== null) return { kind: 'left', because: 'it is quarantined' };
  const rules = clusterId === null ? null : await rulesOfCluster(db, clusterId);
  if (clusterId === null || rules === null) return { kind: 'left', because: 'no health policy watches it' };
  if (!rules.enabled) return { kind: 'left', because: `the health policy ${rules.policyName} is disabled` };
  if (rules.policy.mode === 'OBSERVE') return { kind: 'left', because: 'mode OBSERVE touches nothing' };
  const pause = inForce((await healingOfCluster(db, clusterId)).pause, now);
  if (pause !== null) return { kind: 'left', because: `healing of its cluster is paused (${pause.reason})` };
  const { recovery, detection } = rules.policy;
  const delayMs = origin === 'OPERATOR' ? undefined : recovery.retry?.delayMs;
  return { kind: 'recovered', afterMs: delayMs ?? detection.intervalMs };
}
