/**
 * The requests that commands of Debian's OpenStack clients send, with the shapes of what they are answered:
 * stored in test/data/openstack/client-requests.json with COPPICE_RECORD=1, else compared with it. Commands
 * of services that the lab does not have are left out, and named.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { recordedCommands, type RecordedCommand } from './client-commands.ts';
import { namedIds, runClient, toStored, type ClientCommand, type SentRequest } from './clients.ts';
import { environmentOf } from './coppice/coppice-process.ts';
import { Lab, type ServiceType } from './lab.ts';
import { missingServices } from './missing-services.ts';
import { clientRequestsFile, Recorder } from './recorder.ts';
import { eventually } from '../support/eventually.ts';

const storing = process.env['COPPICE_RECORD'] === '1';
const lab = new Lab();
const template = join(import.meta.dirname, 'stack.yaml');

beforeAll(() => lab.connect());

function needsOf({ command }: RecordedCommand): readonly ServiceType[] {
  if (command.startsWith('stack ')) return ['orchestration'];
  return command.startsWith('loadbalancer ') ? ['load-balancer'] : ['compute', 'image', 'network'];
}

test('commands of Debian send the requests that are stored', async (context) => {
  const stored = existsSync(clientRequestsFile)
    ? (JSON.parse(readFileSync(clientRequestsFile, 'utf8')) as readonly ClientCommand[])
    : [];
  const recorder = new Recorder(lab, storing);
  const left = recordedCommands.filter((one) => missingServices(lab, needsOf(one)) !== '');
  const runs: {
    readonly one: RecordedCommand;
    readonly exit: number | null;
    requests: readonly SentRequest[];
  }[] = [];
  for (const one of recordedCommands.filter((command) => !left.includes(command))) {
    const words = one.command.split(' ').map((word) => (word === 'TEMPLATE' ? template : word));
    const { requests, exit, log } = runClient(words, environmentOf(lab, one.as), recorder.names.endpoints);
    expect.soft(exit, `openstack ${one.command}: ${log.split('\n').slice(-4).join(' ')}`).toBe(0);
    for (const request of requests)
      for (const [name, id] of namedIds(request)) if (/^[0-9a-f-]{32,36}$/.test(id)) recorder.name(name, id);
    runs.push({ one, exit, requests });
    await serversSettle(one.as);
  }
  const seen = runs.map(({ one, exit, requests }): ClientCommand => ({
    command: `openstack ${one.command}`,
    as: one.as,
    exit,
    requests: toStored(requests, recorder.names),
  }));
  const others = stored.filter(({ command }) => left.some((one) => command === `openstack ${one.command}`));
  if (storing) writeFileSync(clientRequestsFile, `${JSON.stringify([...seen, ...others], null, 2)}\n`);
  else
    expect(seen.map(withoutAnswers)).toEqual(
      stored.filter((one) => !others.includes(one)).map(withoutAnswers),
    );
  for (const { command } of left) await context.annotate(`left out, the lab has no such service: ${command}`);
});

/**
 * What a waiting client is answered last, and whether it asks once more for what is gone already, differs
 * from run to run.
 */
function withoutAnswers({ requests, ...command }: ClientCommand): unknown {
  const asked = command.command.includes('--wait')
    ? requests.filter(({ method, status }) => method !== 'GET' || status !== 404)
    : requests;
  return { ...command, requests: asked.map((request) => ({ ...request, answer: undefined })) };
}

/** A command that does not wait leaves its server in a task. */
async function serversSettle(as: 'admin' | 'demo'): Promise<void> {
  await eventually(
    'no server is in a task',
    async () => {
      const { body } = await lab.send({
        service: 'compute',
        as,
        method: 'GET',
        path: '/v2.1/servers/detail',
      });
      const { servers } = body as { servers: { 'OS-EXT-STS:task_state': string | null }[] };
      return servers.every((server) => server['OS-EXT-STS:task_state'] === null);
    },
    120_000,
    100,
  );
}
