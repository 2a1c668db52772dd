/** What the demo does to its servers: one failure each, from the plain to the nasty. */
import { CliError } from '../cli-error.ts';
import type { DemoNode } from './set-up.ts';

export interface DemoFailure {
  /** In one word or two, for the table. */
  readonly name: string;
  /** What is done, with the node's name in front of it. */
  readonly what: string;
  /** Coppice itself is killed during the recovery. */
  readonly withCrash: boolean;
  inflict(node: DemoNode): void | Promise<void>;
}

export const failures: readonly DemoFailure[] = [
  {
    name: 'SIGKILL',
    what: 'its process is killed',
    withCrash: false,
    inflict: ({ pid }) => void process.kill(pid, 'SIGKILL'),
  },
  {
    name: 'SIGSTOP',
    what: 'its process hangs: it exists, and answers no request',
    withCrash: false,
    inflict: ({ pid }) => void process.kill(pid, 'SIGSTOP'),
  },
  {
    name: 'HTTP 500',
    what: 'it answers 500 from now on, also after a restart',
    withCrash: false,
    inflict: breakIt,
  },
  {
    name: 'SIGKILL + crash',
    what: 'its process is killed, and soon Coppice itself',
    withCrash: true,
    inflict: ({ pid }) => void process.kill(pid, 'SIGKILL'),
  },
];

async function breakIt({ name, url }: DemoNode): Promise<void> {
  const response = await fetch(`${url}/break`, { method: 'POST', signal: AbortSignal.timeout(5000) });
  if (response.status !== 500)
    throw new CliError(`${name} could not be broken: it answered ${response.status}`);
}
