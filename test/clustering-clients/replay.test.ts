/**
 * What real clients of Senlin's API send is answered as when they were used in the lab
 * (`test/lab/clustering`): `openstack cluster ...`, a script with openstacksdk, Heat, and the tests of
 * senlin-tempest-plugin. The same status, all fields, the same sentence of an error.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCoppice, type Coppice } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import type { Clock } from '../../src/cloud-simulator/clock.ts';
import { startCloudSimulator, type CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import { eventually } from '../support/eventually.ts';
import { simulatedServer } from '../support/simulated-server.ts';
import { conversationsFile, HOOK, type Conversation, type Sender } from './conversation.ts';
import { Replay } from './replay.ts';

const clients = ['openstack', 'sdk', 'heat', 'tempest'].filter((client) =>
  existsSync(conversationsFile(client)),
);

describe.each(clients)('%s', (client) => {
  const conversations = JSON.parse(readFileSync(conversationsFile(client), 'utf8')) as Conversation[];
  const directory = mkdtempSync(join(tmpdir(), 'coppice-replay-'));
  /** Takes lifecycle hooks; they are not completed. */
  const hook = createServer((_request, response) => response.end());
  let cloud: CloudSimulator;
  let coppice: Coppice;
  let replay: Replay;

  beforeAll(async () => {
    cloud = await startCloudSimulator({
      settings: { latency: { answer_ms: 0, operation_ms: 0 } },
      clock: fastClock,
    });
    const clouds = join(directory, 'clouds.yaml');
    const path = join(directory, 'coppice.yaml');
    writeFileSync(clouds, cloudsOf(cloud.environment));
    const settings = { use: 'openstack', name: 'simulated', file: clouds };
    const config = {
      data_dir: directory,
      listen: '127.0.0.1:0',
      log: { level: 'silent' },
      auth: { use: 'token', tokens: tokensOf(conversations) },
      cloud: settings,
    };
    writeFileSync(path, JSON.stringify(config));
    coppice = await startCoppice(loadConfig({}, path));
    replay = new Replay({ url: coppice.url, headersOf });
    await once(hook.listen(0, '127.0.0.1'), 'listening');
    replay.name(HOOK, `http://127.0.0.1:${(hook.address() as AddressInfo).port}`);
  });
  afterAll(async () => {
    await coppice.stop();
    await cloud.close();
    hook.close();
    rmSync(directory, { recursive: true });
  });

  // Projects of tempest talked side by side; of the others each conversation uses what the one before made.
  (client === 'tempest' ? test.concurrent : test).each(conversations)('$name', async (conversation) => {
    await prepare(conversation);
    expect(await replay.play(conversation)).toEqual([]);
  });

  /** A server that is adopted is there already. */
  async function prepare({ exchanges }: Conversation): Promise<void> {
    for (const { path, body } of exchanges)
      if (/^\/v1\/nodes\/adopt(?:-preview)?$/.test(path)) {
        const { identity } = body as { identity: string };
        if (!replay.knows(identity)) replay.name(identity, await activeServer(cloud));
      }
  }
});

/** What takes seconds in a profile of tempest takes tenths of one. */
const fastClock: Clock = {
  now: Date.now,
  after(ms, run) {
    const timer = setTimeout(run, ms / 20);
    return () => clearTimeout(timer);
  },
};

/** @returns its id. */
async function activeServer({ world }: CloudSimulator): Promise<string> {
  const server = simulatedServer(world, 'there-already');
  server.imageId = 'cirros-fake';
  await eventually('the server is built', () => server.vmState === 'active');
  return server.id;
}

/** Each sender has a token, which says who it is. */
function tokenOf({ project, isAdmin }: Sender): string {
  return `${project}-${isAdmin ? 'admin' : 'member'}`;
}

function headersOf(sender: Sender | undefined): Record<string, string> {
  return sender === undefined ? {} : { 'X-Auth-Token': tokenOf(sender) };
}

function tokensOf(conversations: readonly Conversation[]): readonly object[] {
  const senders = conversations.flatMap(({ exchanges }) => exchanges.flatMap(({ sender }) => sender ?? []));
  const byToken = new Map(senders.map((sender) => [tokenOf(sender), sender]));
  return [...byToken].map(([token, { project, isAdmin }]) => ({
    name: token,
    sha256: createHash('sha256').update(token).digest('hex'),
    user: token,
    project,
    roles: isAdmin ? ['admin', 'member'] : ['member'],
  }));
}

function cloudsOf(environment: CloudSimulator['environment']): string {
  const auth = {
    auth_url: environment['OS_AUTH_URL'],
    username: environment['OS_USERNAME'],
    password: environment['OS_PASSWORD'],
    project_name: environment['OS_PROJECT_NAME'],
    user_domain_name: 'Default',
    project_domain_name: 'Default',
  };
  return JSON.stringify({ clouds: { simulated: { auth, region_name: environment['OS_REGION_NAME'] } } });
}
