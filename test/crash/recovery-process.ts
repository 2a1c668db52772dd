/**
 * A process that carries out the recoveries in its database, with the real engine and the real workflow
 * runner; it is killed again and again (see `recovery.crash.test.ts` and `recovery-writes.crash.test.ts`).
 * Its nodes' servers are in a cloud that is not killed: it answers over HTTP, and knows a request by its key.
 * A line of output says that it takes part.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { probe } from '../support/probe.ts';
import { actionDefinitions } from '../../src/actions/registry.ts';
import { CoppiceError } from '../../src/domain/errors.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { Engine } from '../../src/engine/engine.ts';
import { registryOf } from '../../src/profiles/registry.ts';
import type { NodeFacts, PhysicalNode, ProfileType } from '../../src/profiles/profile-type.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { HeldWrites } from './held-writes.ts';
import type { WritesToHold } from './held-writes.ts';
import { embeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';
import type { EmbeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';
import { hasEnded } from '../../src/workflow/workflow-service.ts';
import type { WorkflowExecution, WorkflowService } from '../../src/workflow/workflow-service.ts';
import { joined } from '../support/membership.ts';
import { localOwner } from '../../src/domain/session.ts';
import { WorkflowServices } from '../../src/workflow/workflow-services.ts';

const [databasePath = '', cloudUrl = ''] = process.argv.slice(2);

async function ask(what: string, of: { node: string; server?: string; key?: string }): Promise<unknown> {
  const query = new URLSearchParams({ server: '', key: '', ...of });
  const response = await fetch(`${cloudUrl}/${what}?${query.toString()}`, { method: 'POST' });
  const answer = (await response.json()) as { readonly refused?: boolean };
  if (answer.refused === true) throw new CoppiceError('operation-failed', `${what} was refused`);
  return answer;
}

async function askFor(what: string, { id, physicalId }: NodeFacts, key = ''): Promise<unknown> {
  return await ask(what, { node: id, server: physicalId ?? '', key });
}

function operation(name: string): ProfileType['operations'][string] {
  return {
    description: name,
    parameters: { type: { description: 'type', required: false, type: 'String' } },
    run: async (node, _parameters, { key }) => {
      await askFor(name, node, key);
      return { physicalId: node.physicalId ?? '', data: node.data };
    },
  };
}

const cloudServer: ProfileType = {
  name: 'test.node',
  version: '1.0',
  noun: 'server',
  supportStatus: [{ status: 'SUPPORTED', since: '2026.11' }],
  fields: {},
  operations: { reboot: operation('reboot'), rebuild: operation('rebuild') },
  detectionModes: ['NODE_STATUS_POLLING', 'NODE_STATUS_POLL_URL'],
  check: (properties) => ({ ok: true, properties: (properties ?? {}) as JsonObject }),
  create: async (node, { key }) => (await askFor('create', node, key)) as PhysicalNode,
  remove: async (node, { key }) => void (await askFor('remove', node, key)),
  surge: {
    obstacles: () => [],
    create: async (node, { key }) => (await askFor('create', node, key)) as PhysicalNode,
    removeExcept: async ({ id }, kept, { key }) => {
      const server = kept.map(({ physicalId }) => physicalId).join(',');
      await ask('remove-others', { node: id, server, key });
    },
  },
  retention: {
    obstacles: () => [],
    async stop(node, { key }) {
      await askFor('stop', node, key);
      return true;
    },
    remove: async ({ nodeId, physicalId }, { key }) =>
      void (await ask('remove', { node: nodeId, server: physicalId, key })),
    location: ({ physicalId }) => physicalId,
  },
  probe: async (node) => (await askFor('probe', node)) as Verdict,
  details: () => Promise.resolve({}),
  endpoint: () => ({}),
  endpointParts: () => [],
};

/**
 * Ends what it is asked to cancel some time after it was asked, as an engine does that has tasks to wait for,
 * and lets the cloud know: only who awaits the end does nothing before it.
 */
function slowToCancel(workflows: EmbeddedWorkflows): WorkflowService {
  return {
    find: (name, session) => workflows.find(name, session),
    createDefinition: (yaml, session) => workflows.createDefinition(yaml, session),
    start: (request) => workflows.start(request),
    get: (id, session) => workflows.get(id, session),
    async cancel(id, reason, session) {
      const execution = await workflows.get(id, session);
      if (execution === undefined) return await workflows.cancel(id, reason, session);
      const node = nodeOf(execution);
      await ask('cancel', { node, key: id });
      breakOff(workflows, { id, node, reason }).catch(give);
      return execution;
    },
    endSignal: (id) => workflows.endSignal(id),
    // The end of a cancel that died with the process has to be requested again; nothing else would send its
    // signal.
    pauseMs: () => 2000,
    readsMayLag: false,
  };
}

/** It is in the URL that the workflow was given to call. */
function nodeOf({ input: { url } }: WorkflowExecution): string {
  return (typeof url === 'string' ? new URL(url).searchParams.get('node') : null) ?? '';
}

async function breakOff(
  workflows: EmbeddedWorkflows,
  { id, node, reason }: { id: string; node: string; reason: string },
): Promise<void> {
  await pause(200);
  const execution = await workflows.get(id, localOwner);
  if (execution === undefined || hasEnded(execution.state)) return;
  await ask('break-off', { node, key: id });
  await workflows.cancel(id, reason, localOwner);
}

/**
 * With KILL_AT_WRITE=n the process kills itself at its n-th write to the database, before it or (with a
 * negative n) after it.
 */
function mortal(store: Store): Store {
  const killAt = Number(process.env['KILL_AT_WRITE'] ?? 0);
  let writes = 0;
  return {
    db: store.db,
    async write(work) {
      writes += 1;
      if (writes === killAt) process.kill(process.pid, 'SIGKILL');
      const last = writes === -killAt;
      const value = await store.write(work);
      if (last) process.kill(process.pid, 'SIGKILL');
      return value;
    },
    listen: (topic, listener) => store.listen(topic, listener),
    onCommitted: (listener) => store.onCommitted(listener),
    location: store.location,
    writeFailure: undefined,
    dataVersion: () => undefined,
    isExclusive: true,
    secrets: store.secrets,
    isFailure: (error) => store.isFailure(error),
    close: () => store.close(),
  };
}

function give(up: unknown): never {
  process.stderr.write(`${up instanceof Error ? (up.stack ?? up.message) : JSON.stringify(up)}\n`);
  process.exit(3);
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const toHold = JSON.parse(process.env['HOLD_WRITES'] ?? '{}') as WritesToHold;
const held = new HeldWrites(toHold, say);
const store = mortal(held.store(openSqlite(databasePath)));
const membership = await joined(store);
const workflows = embeddedWorkflows({ store, membership, log: { error: give } });
const profileTypes = registryOf([cloudServer]);
const services = {
  store,
  profileTypes,
  workflows: new WorkflowServices({ embedded: slowToCancel(workflows) }),
  probe,
};
const engine = new Engine({
  store,
  definitions: actionDefinitions(services).map((definition) => held.definition(definition)),
  membership,
  // One that is held at a write keeps its place among them.
  concurrency: 96 + 2 * Object.keys(toHold).length,
  observer: { failed: give },
});
// Another process has put something into the queue: notices do not cross processes here.
process.on('SIGUSR2', () => engine.kick());
await workflows.runner.start();
await engine.start();
say('ready');
