/** What a scenario may say of servers of the simulated OpenStack: `servers 3 on compute1 compute2`. */
import { milliseconds as ms } from './scenario-time.ts';
import type { ScenarioRun, Sentence } from './scenario.ts';

const host = '(?<host>[a-z0-9]+)';

export const cloudSentences: readonly (readonly [RegExp, Sentence])[] = [
  [
    /^servers (?<size>\d+) on .*$/,
    async (run, { size }) => {
      await run.world.createCluster(Number(size), null);
      await run.transcript.begin();
    },
  ],
  [new RegExp(`^host ${host} dies$`), ({ openstack }, { host: name = '' }) => openstack.setHost(name, false)],
  [
    new RegExp(`^host ${host} is back, and an operator lets it be used again$`),
    ({ openstack }, { host: name = '' }) => openstack.setHost(name, true),
  ],
  [
    /^Nova sees after (?<after>\S+) that a host has died$/,
    ({ openstack }, { after = '' }) => openstack.seeDeathAfter(ms(after)),
  ],
  [
    new RegExp(`^an operator forces ${host} down in Nova$`),
    ({ openstack }, { host: name = '' }) => {
      const found = openstack.world.hosts.find(name);
      if (found === undefined) throw new Error(`there is no host ${name}`);
      openstack.world.hosts.change(found, { isForcedDown: true });
    },
  ],
  [
    /^the quota is (?<count>\d+) servers?$/,
    ({ openstack }, { count }) => openstack.limit({ instances: Number(count) }),
  ],
  [/^the quota is lifted$/, ({ openstack }) => openstack.limit({ instances: -1 })],
  [/^the image (?<image>\w+) is deleted$/, ({ openstack }, { image = '' }) => openstack.deleteImage(image)],
  [
    /^the image (?<image>\w+) is uploaded again$/,
    ({ openstack }, { image = '' }) => void openstack.world.addImage(image),
  ],
  [/^Nova is away$/, ({ openstack }) => openstack.world.faults.setAway('compute', true)],
  [/^Nova is back$/, ({ openstack }) => openstack.world.faults.setAway('compute', false)],
  [
    /^the server of (?<node>web-\d+) ends in ERROR: (?<why>.*)$/,
    async (run: ScenarioRun, { node = '', why = '' }) => {
      const server = run.openstack.serverOf((await run.world.node(node)).id);
      if (server === undefined) throw new Error(`${node} has no server`);
      run.openstack.world.servers.setState(server, 'error', why);
    },
  ],
];
