/**
 * A workflow API with nothing else around it: a store in a temporary directory, the runner, and a port of
 * this machine.
 */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { noAuthentication } from '../../src/authentication/loopback-only.ts';
import type { Authentication } from '../../src/authentication/authentication.ts';
import { createHttpServer } from '../../src/http/http-server.ts';
import { defaultRequestLimits, type RequestLimits } from '../../src/requests/request-tools.ts';
import type { PerformedAction } from '../../src/workflow/actions/action-type.ts';
import { embeddedWorkflows, type EmbeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';
import { openTestStore, type TestStore } from './backends.ts';
import { FakeCloud } from './fake-cloud.ts';
import { joined } from './membership.ts';
import { testTools } from './test-server.ts';

export interface MistralServer {
  readonly url: string;
  readonly workflows: EmbeddedWorkflows;
  readonly opened: TestStore;
  /** What was logged as an error: nothing should be. */
  readonly errors: unknown[];
  close(): Promise<void>;
}

export async function startMistralServer(
  actions: readonly PerformedAction[] = [],
  authentication: Authentication = noAuthentication(),
  limits: RequestLimits = defaultRequestLimits,
): Promise<MistralServer> {
  const opened = await openTestStore();
  const errors: unknown[] = [];
  const log = { error: (fields: object) => void errors.push(fields) };
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const membership = await joined(opened.store);
  const workflows = embeddedWorkflows({ store: opened.store, membership, log, actions, apiUrl: () => url });
  await workflows.runner.start();
  const server = await createHttpServer({
    tools: { ...testTools(opened.store, new FakeCloud()), limits, runner: workflows.runner },
    authentication,
    registry: new Registry(),
    log,
    checkAnswers: true,
  });
  await server.listen({ host: '127.0.0.1', port });
  return {
    url,
    workflows,
    opened,
    errors,
    async close() {
      await server.close();
      await workflows.runner.stop();
      await opened.close();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
