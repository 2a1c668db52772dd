/**
 * Verifying a node that was made from a new profile, or changed to it, as a recovery verifies it: by the
 * detection of the attached health policy, also of one that is disabled; without a policy by the status that
 * the profile type knows. The node has to be healthy after it had time to fail.
 */
import { rulesOfCluster } from '../../clusters/cluster-rules.ts';
import { loadManagedNode } from '../../clusters/managed-node.ts';
import { CoppiceError } from '../../domain/errors.ts';
import type { HealthPolicy, VerifyBy } from '../../domain/health-policy.ts';
import { isDefinite, type Verdict } from '../../domain/verdict.ts';
import type { ActionContext } from '../../engine/action-context.ts';
import { duration } from '../../domain/duration.ts';
import { detectionWithoutPolicy } from '../../recovery/operation-rules.ts';
import { getNode } from '../../store/nodes.ts';
import type { ProbingServices } from '../recovery-probe.ts';

/**
 * A process that cannot start has ended by then; to wait longer would make each update of a healthy cluster
 * slow.
 */
const settleMs = 3000;
/** Between the first two probes; each pause is twice the one before, up to the policy's interval. */
const firstPauseMs = 500;

/**
 * @param since when its time begins, as a clause: `it was made from the new profile`.
 * @throws CoppiceError `operation-failed` with what the last probe saw.
 */
export async function verifyNode(
  context: ActionContext,
  services: ProbingServices,
  id: string,
  since: string,
): Promise<void> {
  const limits = await context.step('verification', async () =>
    limitsOf(await policyOf(services, id), context.now()),
  );
  if (limits.by === 'NONE') return;
  await context.sleep('settle', limits.settleMs);
  let pauseMs = Math.min(firstPauseMs, limits.intervalMs);
  for (let number = 1; ; number += 1) {
    const { at, verdict } = await probe(context, services, id, `verify ${number}`);
    if (verdict.health === 'healthy') return;
    if (isDefinite(verdict) || at >= limits.deadline) {
      const seen = verdict.health === 'unknown' ? 'cannot be probed' : 'is not healthy';
      const age = duration(Math.max(0, at - limits.startedAt));
      const sentence = `the node ${seen} ${age} after ${since}: ${verdict.reason}`;
      throw new CoppiceError('operation-failed', sentence);
    }
    await context.sleep(`verify pause ${number}`, Math.max(0, Math.min(pauseMs, limits.deadline - at)));
    pauseMs = Math.min(pauseMs * 2, limits.intervalMs);
  }
}

async function probe(
  context: ActionContext,
  services: ProbingServices,
  id: string,
  name: string,
): Promise<{ readonly at: number; readonly verdict: Verdict }> {
  return await context.step(name, async ({ signal }) => {
    const policy = await policyOf(services, id);
    const by = policy?.recovery.verify === 'STATUS' ? 'STATUS' : 'DETECTION';
    const node = await loadManagedNode(services, id);
    const verdict = await services.probe(node, by, policy?.detection ?? null, signal);
    // What an aborted probe says is not what the node is.
    signal.throwIfAborted();
    return { at: context.now(), verdict };
  });
}

/** Read once and recorded: a crash does not give the node more time. */
interface Limits {
  readonly [key: string]: VerifyBy | number;
  readonly by: VerifyBy;
  readonly startedAt: number;
  readonly settleMs: number;
  readonly intervalMs: number;
  readonly deadline: number;
}

function limitsOf(policy: HealthPolicy | null, startedAt: number): Limits {
  const { intervalMs, nodeUpdateTimeoutMs } = policy?.detection ?? detectionWithoutPolicy;
  const settles = Math.max(policy?.recovery.stabilizeMs ?? 0, settleMs);
  return {
    by: policy?.recovery.verify ?? 'STATUS',
    startedAt,
    settleMs: settles,
    intervalMs,
    deadline: startedAt + settles + nodeUpdateTimeoutMs,
  };
}

async function policyOf({ store }: Pick<ProbingServices, 'store'>, id: string): Promise<HealthPolicy | null> {
  const clusterId = (await getNode(store.db, id))?.clusterId ?? null;
  const rules = clusterId === null ? null : await rulesOfCluster(store.db, clusterId);
  return rules?.policy ?? null;
}
