/**
 * The requests that commands of Debian's OpenStack clients make: stored in test/data/openstack with
 * COPPICE_RECORD=1, else compared with what is stored.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runClient } from './clients.ts';
import type { ClientRequest } from './clients.ts';
import { Lab } from './lab.ts';
import { Recorder, recordingsFolder } from './recorder.ts';

const storing = process.env['COPPICE_RECORD'] === '1';
const file = join(recordingsFolder, 'client-requests.json');
const lab = new Lab();

beforeAll(() => lab.connect());

const template = join(import.meta.dirname, 'stack.yaml');

/** In order; a later command uses what an earlier one made. */
const commands: readonly { readonly user: 'demo' | 'admin'; readonly command: string }[] = [
  { user: 'demo', command: 'token issue' },
  { user: 'demo', command: 'catalog list' },
  { user: 'demo', command: 'image list' },
  { user: 'demo', command: 'flavor list' },
  { user: 'demo', command: 'network list' },
  {
    user: 'demo',
    command: 'server create --image cirros-fake --flavor m1.tiny --network private client-web',
  },
  { user: 'demo', command: 'server create --image cirros-fake --flavor m1.tiny --nic none client-bare' },
  { user: 'demo', command: 'server list' },
  { user: 'demo', command: '--os-compute-api-version 2.90 server list --long' },
  { user: 'admin', command: 'server list --all-projects' },
  { user: 'demo', command: 'server show client-web' },
  { user: 'demo', command: 'server stop client-web' },
  { user: 'demo', command: 'server start client-web' },
  { user: 'demo', command: 'server delete client-bare' },
  { user: 'demo', command: 'server delete --wait client-web' },
  { user: 'admin', command: 'compute service list' },
  { user: 'admin', command: 'hypervisor list' },
  { user: 'demo', command: 'stack create --template TEMPLATE client-stack' },
  { user: 'demo', command: 'stack list' },
  { user: 'demo', command: 'stack show client-stack' },
  { user: 'demo', command: 'stack resource list client-stack' },
  { user: 'demo', command: 'stack event list client-stack' },
  { user: 'demo', command: 'stack delete --yes --wait client-stack' },
  { user: 'admin', command: 'loadbalancer create --name client-lb --vip-subnet-id private --wait' },
  { user: 'admin', command: 'loadbalancer list' },
  { user: 'admin', command: 'loadbalancer show client-lb' },
  {
    user: 'admin',
    command:
      'loadbalancer pool create --name client-pool --loadbalancer client-lb --protocol HTTP --lb-algorithm ROUND_ROBIN --wait',
  },
  {
    user: 'admin',
    command:
      'loadbalancer member create --name client-member --address 10.10.0.90 --protocol-port 80 client-pool --wait',
  },
  { user: 'admin', command: 'loadbalancer member list client-pool' },
  { user: 'admin', command: 'loadbalancer member show client-pool client-member' },
  { user: 'admin', command: 'loadbalancer status show client-lb' },
  { user: 'admin', command: 'loadbalancer delete --cascade client-lb' },
];

/** Repeats of a request while a client waits count once: how many there are depends on the machine. */
function once(requests: readonly ClientRequest[]): readonly ClientRequest[] {
  const lines = requests.map((request) => JSON.stringify(request));
  return requests.filter((_, index) => lines.indexOf(lines[index] ?? '') === index);
}

test('commands of Debian send the requests that are stored', () => {
  const { names } = new Recorder(lab, storing);
  const seen = commands.map(({ user, command }) => {
    const words = command.split(' ').map((word) => (word === 'TEMPLATE' ? template : word));
    const account = { name: user, password: lab.password, authUrl: lab.authUrl };
    const { requests, exit } = runClient(words, account, names);
    return { command: `openstack ${command}`, as: user, exit, requests: once(requests) };
  });
  if (storing) writeFileSync(file, `${JSON.stringify(seen, null, 2)}\n`);
  expect(seen).toEqual(JSON.parse(readFileSync(file, 'utf8')));
});
