/** Coppice itself on the demo's stage: a process of its own, in the demo's directory, that can be killed. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ApiClient } from '../../client/api-client.ts';
import { killChild, startChild } from './child-process.ts';
import type { RunningChild } from './child-process.ts';
import { packageRoot } from '../../package-root.ts';

/** How this copy is started, for a child process. */
export const program = path.join(packageRoot, 'bin', 'coppice.js');

/** For `coppice serve`, besides directory and address. */
export interface ServeSettings {
  readonly options: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

export interface Stage {
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

export async function openStage(
  workspace: string,
  settings: ServeSettings,
  signal: AbortSignal,
): Promise<Stage> {
  const { log, data } = serverFiles(workspace);
  await mkdir(data);
  const start = (listen: string): Promise<RunningChild> =>
    startChild(
      {
        name: 'Coppice',
        args: [program, 'serve', '--json', '--data-dir', data, '--listen', listen, ...settings.options],
        cwd: workspace,
        environment: settings.environment,
        log,
      },
      signal,
    );
  let server = await start('127.0.0.1:0');
  const api = new ApiClient(server.url);
  return {
    api,
    get serverPid() {
      return server.process.pid ?? 0;
    },
    killServer: () => killChild(server),
    async restartServer() {
      server = await start(new URL(api.url).host);
    },
  };
}
