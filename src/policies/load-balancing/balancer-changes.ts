/**
 * Changes of a load balancer. Octavia takes one at a time: while one is under way everything on the balancer
 * refuses others with 409. Actions on nodes take turns (`takesTurnsAt` of the policy type) and do not meet
 * here; changes of others (an operator, another program) are waited for.
 */
import { CoppiceError } from '../../domain/errors.ts';
import { duration } from '../../domain/duration.ts';
import { askUntil } from '../../openstack/ask-until.ts';
import { CloudError, isStatus, operationError } from '../../openstack/cloud-error.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { LoadBalancer, OctaviaClient } from '../../openstack/octavia-client.ts';

export interface BalancerChange {
  readonly octavia: OctaviaClient;
  readonly balancerId: string;
  /** How long the balancer may take for each state that is waited for. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Makes the change once the balancer is ACTIVE, and returns when it is ACTIVE again.
 * @param doing `the node could not be added to the pool P`
 * @throws CoppiceError where it is not within its time, or Octavia refuses.
 */
export async function changeBalancer<T>(
  change: BalancerChange,
  doing: string,
  work: (context: CallContext) => Promise<T>,
): Promise<T> {
  const { timeoutMs, signal } = change;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  for (;;) {
    await untilActive(change, doing);
    try {
      const made = await work({ signal });
      await untilActive(change, doing);
      return made;
    } catch (error) {
      signal.throwIfAborted();
      // Another change has come first.
      const isImmutable = isStatus(error, 409) && /immutable|Invalid state/i.test(error.reason);
      if (!isImmutable || limit.aborted) throw operationError(error, doing);
    }
  }
}

/**
 * @throws CoppiceError `operation-failed` where it is not within its time; `operation-impossible` where it is
 * in ERROR, or gone.
 */
export async function untilActive(
  { octavia, balancerId, timeoutMs, signal }: BalancerChange,
  doing: string,
): Promise<LoadBalancer> {
  const balancer = await untilSettled({ octavia, balancerId, timeoutMs, signal }, doing);
  const name = `load balancer ${balancerId}`;
  if (balancer === undefined)
    throw new CoppiceError('operation-impossible', `${doing}: ${name} does not exist`);
  if (balancer.provisioning_status === 'ACTIVE') return balancer;
  throw new CoppiceError('operation-impossible', `${doing}: ${name} is in ${balancer.provisioning_status}`);
}

/**
 * Waits until nothing of it is under way. @returns undefined where there is none.
 * @throws CoppiceError `operation-failed` where it is not within its time.
 */
export async function untilSettled(
  { octavia, balancerId, timeoutMs, signal }: BalancerChange,
  doing: string,
): Promise<LoadBalancer | undefined> {
  const timeout = AbortSignal.timeout(timeoutMs);
  let last = 'Octavia does not answer';
  const ask = async (): Promise<LoadBalancer> => {
    const balancer = await octavia
      .getLoadBalancer(balancerId, { signal: AbortSignal.any([signal, timeout]) })
      .catch((error: unknown) => {
        if (error instanceof CloudError) last = error.message;
        throw error;
      });
    last = `load balancer ${balancerId} is ${balancer.provisioning_status}`;
    return balancer;
  };
  try {
    return await askUntil(
      ask,
      ({ provisioning_status: status }) => !status.startsWith('PENDING'),
      AbortSignal.any([signal, timeout]),
    );
  } catch (error) {
    signal.throwIfAborted();
    if (!timeout.aborted) throw error;
    const sentence = `${doing}: not ready within ${duration(timeoutMs)} (lb_status_timeout): ${last}`;
    throw new CoppiceError('operation-failed', sentence, { cause: error });
  }
}
