/** The stand-in for a load balancer that the workflows of the demo call; it remembers who called. */
import path from 'node:path';
import { startChild } from '../child-process.ts';
import { examples } from '../examples.ts';

export interface BalancerCall {
  readonly member: string;
  readonly call: string;
  readonly execution: string | null;
}

export interface Balancer {
  readonly url: string;
  /** In order. */
  calls(): Promise<readonly BalancerCall[]>;
}

export async function startBalancer(workspace: string, signal: AbortSignal): Promise<Balancer> {
  const { url } = await startChild(
    {
      name: 'the load balancer',
      args: [path.join(examples, 'demo', 'balancer.mjs'), workspace],
      cwd: workspace,
      log: path.join(workspace, 'balancer.log'),
    },
    signal,
  );
  return {
    url,
    async calls() {
      const response = await fetch(`${url}/calls`);
      return ((await response.json()) as { calls: BalancerCall[] }).calls;
    },
  };
}
