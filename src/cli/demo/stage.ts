/**
 * What the demo plays on: a directory, a stand-in for a load balancer, and Coppice itself, all of them
 * processes of their own.
 */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isJsonObject } from '../../domain/json.ts';
import { ApiClient } from '../../client/api-client.ts';
import { textOf } from '../rendering/text-of.ts';
import { killChild, startChild } from './child-process.ts';
import type { RunningChild } from './child-process.ts';

/** Of this copy of Coppice: a checkout, or an installed package. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const examples = path.join(root, 'examples', 'demo');

export interface Stage {
  readonly workspace: string;
  readonly balancerUrl: string;
  readonly api: ApiClient;
  readonly serverPid: number;
  /** SIGKILL; it gets no chance to tidy up. */
  killServer(): Promise<void>;
  /** On the same address and the same directory as before. */
  restartServer(): Promise<void>;
}

/** What Coppice writes, and what it knows: they show why a demo failed. */
export function serverFiles(workspace: string): { readonly log: string; readonly data: string } {
  return { log: path.join(workspace, 'server.log'), data: path.join(workspace, 'data') };
}

export async function openStage(workspace: string, signal: AbortSignal): Promise<Stage> {
  const balancer = await startChild(
    {
      name: 'the load balancer',
      args: [path.join(examples, 'balancer.mjs'), workspace],
      cwd: workspace,
      log: path.join(workspace, 'balancer.log'),
    },
    signal,
  );
  await mkdir(serverFiles(workspace).data);
  let server = await startServer(workspace, '127.0.0.1:0', signal);
  const api = new ApiClient(server.url);
  return {
    workspace,
    balancerUrl: balancer.url,
    api,
    get serverPid() {
      return server.process.pid ?? 0;
    },
    killServer: () => killChild(server),
    async restartServer() {
      server = await startServer(workspace, new URL(api.url).host, signal);
    },
  };
}

function startServer(workspace: string, listen: string, signal: AbortSignal): Promise<RunningChild> {
  const { log, data } = serverFiles(workspace);
  const options = ['--json', '--data-dir', data, '--listen', listen];
  return startChild(
    {
      name: 'Coppice',
      args: [path.join(root, 'bin', 'coppice.js'), 'serve', ...options],
      cwd: workspace,
      log,
    },
    signal,
  );
}

export interface BalancerCall {
  readonly member: string;
  readonly call: string;
  readonly execution: string | null;
}

/** The callers of the load balancer, in order. */
export async function balancerCalls({ balancerUrl }: Pick<Stage, 'balancerUrl'>): Promise<BalancerCall[]> {
  const response = await fetch(`${balancerUrl}/calls`);
  return ((await response.json()) as { calls: BalancerCall[] }).calls;
}

/** How often each server was started, by name: from the log that the servers themselves write. */
export async function startsByName({ workspace }: Pick<Stage, 'workspace'>): Promise<Map<string, number>> {
  const log = await readFile(path.join(workspace, 'starts.log'), 'utf8');
  const starts = new Map<string, number>();
  for (const line of log.trim().split('\n')) {
    const start: unknown = JSON.parse(line);
    const name = isJsonObject(start) ? textOf(start['name']) : '';
    starts.set(name, (starts.get(name) ?? 0) + 1);
  }
  return starts;
}
