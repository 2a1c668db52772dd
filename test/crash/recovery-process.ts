/**
 * A process that carries out the recoveries in its database, with the real engine and the real workflow runner; it is killed again and
 * again (see `recovery.crash.test.ts`). Its nodes' servers are in a cloud that is not killed: it answers over HTTP, knows a request by
 * its key, and kills this process before or after what it does.
 */
import { probe } from '../../src/actions/recovery-probe.ts';
import { actionDefinitions } from '../../src/actions/registry.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { Engine } from '../../src/engine/engine.ts';
import { registryOf } from '../../src/profiles/registry.ts';
import type { NodeFacts, PhysicalNode, ProfileType } from '../../src/profiles/profile-type.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { embeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';

const [databasePath = '', cloudUrl = ''] = process.argv.slice(2);

async function ask(what: string, node: NodeFacts, key: string): Promise<unknown> {
  const query = new URLSearchParams({ node: node.id, server: node.physicalId ?? '', key });
  const answer = await fetch(`${cloudUrl}/${what}?${query.toString()}`, { method: 'POST' });
  return await answer.json();
}

function operation(name: string): ProfileType['operations'][string] {
  return {
    description: name,
    parameters: { type: { description: 'type', required: false, type: 'String' } },
    run: async (node, _parameters, { key }) => {
      await ask(name, node, key);
      return { physicalId: node.physicalId ?? '', data: node.data };
    },
  };
}

const cloudServer: ProfileType = {
  name: 'test.node',
  version: '1.0',
  supportStatus: [{ status: 'SUPPORTED', since: '2026.11' }],
  schema: {},
  operations: { reboot: operation('reboot'), rebuild: operation('rebuild') },
  detectionModes: ['NODE_STATUS_POLLING', 'NODE_STATUS_POLL_URL'],
  check: (properties) => ({ ok: true, properties: (properties ?? {}) as JsonObject }),
  create: async (node, { key }) => (await ask('create', node, key)) as PhysicalNode,
  remove: async (node, { key }) => void (await ask('remove', node, key)),
  look: async (node) => (await ask('look', node, '')) as Verdict,
  details: () => Promise.resolve({}),
  endpoint: () => ({}),
};

/** With KILL_AT_WRITE=n the process kills itself at its n-th write to the database, before it or (with a negative n) after it. */
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
    hear: (listener) => store.hear(listener),
    place: store.place,
    trouble: undefined,
    isFailure: (error) => store.isFailure(error),
    close: () => store.close(),
  };
}

function give(up: unknown): never {
  process.stderr.write(`${up instanceof Error ? (up.stack ?? up.message) : JSON.stringify(up)}\n`);
  process.exit(3);
}

const store = mortal(openSqlite(databasePath));
const workflows = embeddedWorkflows({ store, log: { error: give } });
const profileTypes = registryOf([cloudServer]);
const engine = new Engine({
  store,
  definitions: actionDefinitions({ store, profileTypes, workflows, probe }),
  alone: true,
  host: 'crash-test',
  roles: ['engine'],
  observer: { failed: give },
});
// Another process has put something into the queue: notices do not cross processes here.
process.on('SIGUSR2', () => engine.kick());
await workflows.runner.start();
await engine.start();
