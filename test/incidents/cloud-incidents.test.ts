/**
 * Incidents of a cloud, each on a simulated cloud of its own that is broken as its own API can do it:
 * `status` alone has to answer what failed, why nothing more is done, and what the operator has to do.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import { faultSchema } from '../../src/cloud-simulator/faults.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { eventually } from '../support/eventually.ts';
import { IncidentServer } from './incident-server.ts';

const profile = {
  type: 'os.nova.server',
  version: '1.0',
  properties: { flavor: 'm1.tiny', image: 'debian' },
};
const detection = {
  interval: 1,
  detection_modes: [{ type: 'NODE_STATUS_POLLING' }, { type: 'HYPERVISOR_STATUS_POLLING' }],
};
const once = { episodes: 1, window: 600 };

let cloud: CloudSimulator;
let server: IncidentServer;
let directory: string;

/** A host in each of two zones. */
const twoZones = {
  hosts: [
    { name: 'compute1', zone: 'az1' },
    { name: 'compute2', zone: 'az2' },
  ],
};

/** A Coppice whose cloud is the entry `mine` of a clouds.yaml. */
async function start(change: Record<string, string> = {}, size = 2, zones: JsonObject = {}): Promise<void> {
  directory = mkdtempSync(join(tmpdir(), 'coppice-cloud-incident-'));
  cloud = await startCloudSimulator({
    settings: { strict: true, latency: { answer_ms: 0, operation_ms: 10 }, ...zones },
  });
  cloud.world.addImage('debian');
  const env = { ...cloud.environment, ...change };
  const auth = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      /^OS_(AUTH_URL|USERNAME|PASSWORD|PROJECT|USER_DOMAIN)/.test(name)
        ? [[name.slice(3).toLowerCase(), value] as const]
        : [],
    ),
  );
  const file = join(directory, 'clouds.yaml');
  writeFileSync(file, JSON.stringify({ clouds: { mine: { auth } } }));
  server = await IncidentServer.start(`cloud: {use: openstack, name: mine, file: ${file}}\n`);
  if (size > 0) await healthy(size);
}

let policy: JsonObject = {};

async function healthy(size: number): Promise<void> {
  await server.cluster('web', profile, { detection, ...policy }, size);
  await sees([/HEALTHY +\d\/\d healthy\n/]);
}

/** Until `status` says all of it. @returns what it says then. */
async function sees(expected: readonly RegExp[]): Promise<string> {
  let last = '';
  const missing = (): readonly RegExp[] => expected.filter((one) => !one.test(last));
  try {
    await eventually(
      'the output',
      async () => {
        last = await server.type('status');
        return missing().length === 0;
      },
      60_000,
    );
  } catch {
    throw new Error(`not said: ${missing().map(String).join(', ')}\n\n${last}`);
  }
  if (process.env['SHOW_INCIDENTS'] === '1')
    for (const columns of [80, 120]) process.stdout.write(`${columns}:\n${await server.statusIn(columns)}`);
  return last;
}

function setHost(name: string, isUp: boolean): void {
  const host = cloud.world.hosts.find(name);
  if (host === undefined) throw new Error(name);
  cloud.world.hosts.change(host, { isUp });
}

afterEach(async () => {
  policy = {};
  await server.stop();
  await cloud.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('an incident of the cloud', { timeout: 120_000 }, () => {
  test('11: no compute host is up: nothing is recreated, and no recovery is recommended', async () => {
    const actions = [{ name: 'EVACUATE', attempts: 2 }, { name: 'RECREATE' }];
    policy = {
      recovery: { strategy: 'ESCALATE', actions, retry: once },
      safety: { max_unhealthy: { percent: 50 } },
    };
    await start();
    const before = cloud.world.servers.all.map(({ id }) => id);
    for (const name of ['compute1', 'compute2']) setHost(name, false);
    const said = await sees([
      /no compute host is up: compute1, compute2 are down/,
      /openstack compute service list --service nova-compute/,
      /HELD +0\/2 healthy.*HOST_DOWN/,
      /held: no compute host is up: .* \(it opens when one is up\); also 2 of 2 nodes/,
      /the cloud needs an operator/,
    ]);
    expect(said).not.toContain('coppice node recover');
    expect(said.match(/no compute host is up/g)).toHaveLength(2);
    expect(cloud.world.servers.all.map(({ id }) => id)).toEqual(before);
    // None of them was a try: nothing has to be released.
    setHost('compute1', true);
    await sees([/HEALTHY +2\/2 healthy/]);
  });

  test('12: EVACUATE has moved the servers: the host that it forced down is named, with the command', async () => {
    policy = { recovery: { actions: [{ name: 'EVACUATE', attempts: 3 }] } };
    await start();
    setHost('compute1', false);
    const said = await sees([
      /host compute1 is forced down in Nova: Coppice did so .* ago, for the recovery of web-\d/,
      /openstack compute service set --up compute1 nova-compute/,
      /HEALTHY +2\/2 healthy/,
    ]);
    expect(said).toContain('none needs an operator');
  });

  test('13: the API of the cloud is away: one line for the cloud, and no operator yet', async () => {
    policy = { recovery: { actions: [{ name: 'RECREATE' }] } };
    await start();
    cloud.world.faults.setAway('compute', true);
    const said = await sees([
      /compute at http:\/\/127\.0\.0\.1:\d+\/\S* has been away for [^:]*: it answers 503/,
      /no node that cannot be seen is touched; .* healing goes on by itself/,
      /web-1, web-2 cannot be probed, and are left alone: the cloud is away \(compute\)/,
    ]);
    expect(said).toContain('none needs an operator');
    expect(said).not.toContain('coppice node recover');
    cloud.world.faults.setAway('compute', false);
    await sees([/HEALTHY +2\/2 healthy/]);
  });

  test('14: the password is wrong: the file and the entry are named, and that a restart is needed', async () => {
    await start({ OS_PASSWORD: 'not it' }, 0);
    const said = await sees([
      /Keystone at http:\S+ has refused the credential of Coppice/,
      /correct clouds\.mine\.auth\.username and clouds\.mine\.auth\.password in \S+clouds\.yaml, then restart/,
      /OS_CLIENT_CONFIG_FILE=\S+clouds\.yaml openstack --os-cloud mine token issue/,
    ]);
    expect(said).not.toContain('not it');
  });

  test('15: the image is gone: one list for all nodes, and their release is its last step', async () => {
    policy = { recovery: { actions: [{ name: 'RECREATE' }], retry: once } };
    await start();
    cloud.world.images.clear();
    for (const broken of cloud.world.servers.all)
      cloud.world.servers.setState(broken, 'error', 'Its disk was full.');
    const said = await sees([
      /QUARANTINED/,
      /do: .*the image debian of the profile is gone \(web-1, web-2\)/,
      /1\. openstack image list/,
      /3\. coppice cluster update web --profile PROFILE/,
      /4\. coppice node release web-1 web-2 /,
    ]);
    // One cause, one list: no release stands beside it.
    expect(said.match(/ do: /g)).toHaveLength(1);
  });

  test('16: the quota is used up by others: that comes before the release of the node', async () => {
    policy = { recovery: { actions: [{ name: 'RECREATE' }], retry: once } };
    await start({}, 1);
    const { settings } = cloud.world;
    cloud.world.settings = { ...settings, quota: { ...settings.quota, instances: 0 } };
    const [gone] = cloud.world.servers.all;
    if (gone !== undefined) cloud.world.servers.remove(gone);
    await sees([
      /QUARANTINED/,
      /Quota exceeded for instances/,
      /1\. openstack limits show --absolute/,
      /3\. coppice node release web-1/,
      /SERVER_DELETED/,
      /it has no server now/,
    ]);
  });

  test('17: nodes cannot be probed under a closed gate: no recovery of them is offered, in any view', async () => {
    policy = {
      recovery: { actions: [{ name: 'REBOOT' }] },
      safety: { max_unhealthy: { percent: 50, at_least: 1 } },
    };
    await start({}, 3);
    // Two have failed and are held; then Nova refuses to tell of any of them, and yet is not away.
    for (const broken of cloud.world.servers.all.slice(0, 2))
      cloud.world.servers.setState(broken, 'error', 'Its disk was full.');
    await sees([/HELD/, /coppice node recover web-\d --check/]);
    const refuses = { service: 'compute', kind: 'error', status: 403, count: 0 };
    cloud.world.faults.add(faultSchema.parse(refuses));
    await sees([/web-1, web-2, web-3 cannot be probed/]);
    const views = [await server.type('status'), await server.type('cluster', 'health', 'web')];
    for (const view of views) expect(view).not.toContain('node recover');
  });

  test('18: a quota refuses new nodes, and the policy only rebuilds: what frees it, then what creates them', async () => {
    policy = { recovery: { actions: [{ name: 'REBUILD' }], retry: { episodes: 9, delay: 600 } } };
    await start();
    const { settings } = cloud.world;
    cloud.world.settings = { ...settings, quota: { ...settings.quota, instances: 2 } };
    await expect(server.type('cluster', 'scale-out', 'web', '--count', '2', '--wait')).rejects.toThrow(
      'Quota exceeded',
    );
    const said = await sees([
      /do: .*the project has used up its quota of instances \(web-3, web-4\)/,
      /1\. openstack limits show --absolute/,
      /no action of the policy web creates one that does not exist/,
      /coppice node recover web-3 --operation RECREATE --wait \(create the server of web-3\)/,
      /coppice node delete web-3 web-4 --wait/,
      /Quota exceeded for instances/,
      /the next recovery begins in/,
    ]);
    // As an operator does it: the quota is raised, then each command is typed as it stands.
    cloud.world.settings = settings;
    const commands = [...said.matchAll(/\d\. coppice (node recover web-\d .*?) \(/g)].map(
      ([, words]) => words,
    );
    expect(commands).toHaveLength(2);
    for (const words of commands) await server.type(...(words ?? '').split(' '));
    await sees([/HEALTHY +4\/4 healthy/]);
  });

  test('19: the only host of a zone is down: the zone and the host are named, with the command', async () => {
    policy = { recovery: { actions: [{ name: 'RECREATE' }], retry: once } };
    const spec = { ...profile, properties: { ...profile.properties, availability_zone: 'az2' } };
    await start({}, 0, twoZones);
    await server.cluster('web', spec, { detection, ...policy }, 1);
    await sees([/HEALTHY +1\/1 healthy/]);
    const host = cloud.world.hosts.find('compute2');
    if (host !== undefined) cloud.world.hosts.change(host, { isUp: false, isForcedDown: true });
    await sees([
      /no compute host in the availability zone az2 was up/,
      /openstack compute service set --up compute2 nova-compute \(.*once compute2 is repaired/,
    ]);
  });
});
