/** What the demo does to its processes: one failure each, from the plain to the nasty. */
import { CliError } from '../../cli-error.ts';
import { textOf } from '../../rendering/text-of.ts';
import { untilUnderWay } from '../crash.ts';
import type { DemoFailure } from '../follow-failure.ts';
import type { Followed } from '../follow-recovery.ts';
import type { DemoNode } from '../demo-node.ts';
import type { Balancer } from './balancer.ts';
import { pidOf, urlOf } from './process-node.ts';

export function failures(balancer: Balancer): readonly DemoFailure[] {
  const all: readonly Omit<DemoFailure, 'nodes'>[] = [
    { name: 'SIGKILL', what: 'its process is killed', inflict: signalled('SIGKILL') },
    {
      name: 'SIGSTOP',
      what: 'its process hangs: it exists, and answers no request',
      inflict: signalled('SIGSTOP'),
    },
    { name: 'HTTP 500', what: 'it answers 500 from now on, also after a restart', inflict: breakAll },
    {
      name: 'SIGKILL + crash',
      what: 'its process is killed, and soon Coppice itself',
      inflict: signalled('SIGKILL'),
      untilInTheMiddle: (followed) => untilDraining(balancer, followed),
    },
  ];
  return all.map((failure, index) => ({ ...failure, nodes: ({ nodes }) => nodes.slice(index, index + 1) }));
}

function signalled(signal: NodeJS.Signals): DemoFailure['inflict'] {
  return (nodes) => {
    for (const node of nodes) process.kill(pidOf(node), signal);
  };
}

async function breakAll(nodes: readonly DemoNode[]): Promise<void> {
  for (const node of nodes) {
    const response = await fetch(`${urlOf(node)}/break`, {
      method: 'POST',
      signal: AbortSignal.timeout(5000),
    });
    if (response.status !== 500)
      throw new CliError(`${node.name} could not be broken: it answered ${response.status}`);
  }
}

/**
 * Waits until the workflow that drains the node is about to sleep: a step is RUNNING, and the workflow's
 * second task has called, so that its first is completed, and would be seen to run again.
 */
function untilDraining(balancer: Balancer, followed: Followed): Promise<string> {
  return untilUnderWay(followed, async ({ steps }) => {
    const running = steps.find((step) => step.state === 'RUNNING');
    const calls = await balancer.calls();
    const isAsleep = calls.some(
      ({ member, call }) => member === followed.node.name && call === 'connections',
    );
    return running?.name === 'WORKFLOW' && isAsleep ? `WORKFLOW ${textOf(running.item, 'drain')}` : undefined;
  });
}
