import { describe, expect, test } from 'vitest';
import type { CloudHost, CloudOutage } from '../domain/cloud-state.ts';
import { cloudTrouble, explainCloud, type ExplainedCloud } from './explain-cloud.ts';

const now = 1_800_000_000_000;
const minute = 60_000;

function aCloud(more: Partial<ExplainedCloud> = {}): ExplainedCloud {
  const credential = {
    where: 'clouds.mine.auth.username and clouds.mine.auth.password in /etc/openstack/clouds.yaml',
    test: 'OS_CLIENT_CONFIG_FILE=/etc/openstack/clouds.yaml openstack --os-cloud mine token issue',
  };
  return { outages: [], credential, notifications: null, hosts: null, now, forcedDown: [], ...more };
}

function away(service: string, lastsMs: number, region: string | null = null): CloudOutage {
  const url = 'http://nova:8774/v2.1';
  return { kind: 'AWAY', service, region, url, since: now - lastsMs, answers: 'it answers 503' };
}

/** Of a cluster whose nodes are where Coppice works anyway. */
const usual: ReadonlySet<string | null> = new Set([null]);

function host(name: string, change: Partial<CloudHost> = {}): CloudHost {
  return { name, zone: 'az1', isUp: true, isForcedDown: false, isDisabled: false, ...change };
}

test('a cloud with which nothing is wrong is not mentioned', () => {
  const cloud = aCloud({ hosts: [host('compute1'), host('compute2', { isUp: false })] });
  expect(explainCloud(cloud)).toEqual({ problems: [], doing: [], waiting: [], operator: [] });
  expect(cloudTrouble(cloud, usual)).toBeNull();
});

describe('a service that is away', () => {
  test('is one line: where, since when, what it answers, and that nothing is touched meanwhile', () => {
    const { problems, waiting, operator } = explainCloud(aCloud({ outages: [away('compute', 20_000)] }));
    expect(problems).toEqual(['compute at http://nova:8774/v2.1 has been away for 20 s: it answers 503']);
    expect(waiting[0]?.reason).toMatch(
      /^no node that cannot be seen is touched; .* by itself when it answers$/,
    );
    expect(operator).toMatchObject([{ command: 'curl -si http://nova:8774/v2.1', required: false }]);
  });

  test('is a Mistral: what it runs goes on', () => {
    const { waiting } = explainCloud(aCloud({ outages: [away('workflow', 20_000)] }));
    expect(waiting[0]?.reason).toMatch(/^executions go on there, and recoveries wait/);
  });

  test('needs an operator when it is away for five minutes', () => {
    const { operator } = explainCloud(aCloud({ outages: [away('compute', 5 * minute)] }));
    expect(operator).toMatchObject([{ command: 'curl -si http://nova:8774/v2.1', required: true }]);
  });

  test('explains why nodes cannot be probed only where they are probed by it', () => {
    expect(cloudTrouble(aCloud({ outages: [away('image', minute)] }), usual)).toBeNull();
    expect(cloudTrouble(aCloud({ outages: [away('identity', minute)] }), usual)).toMatchObject({
      unseenBecause: 'the cloud is away (Keystone)',
    });
  });

  test('in a region concerns the clusters with nodes there, and is said with its region', () => {
    const cloud = aCloud({ outages: [away('compute', minute, 'RegionTwo')], hosts: [] });
    expect(cloudTrouble(cloud, usual)).toBeNull();
    expect(cloudTrouble(cloud, new Set([null, 'RegionTwo']))).toEqual({
      unseenBecause: 'the cloud is away (compute in RegionTwo)',
      hasNoHost: false,
    });
    expect(cloudTrouble(aCloud({ outages: [away('compute', minute)] }), new Set(['RegionTwo']))).toBeNull();
    expect(explainCloud(cloud).problems).toEqual([
      'compute in RegionTwo at http://nova:8774/v2.1 has been away for 60 s: it answers 503',
    ]);
  });
});

test('a credential that Keystone refuses needs an operator at once, and is named by where it was written', () => {
  const refused: CloudOutage = {
    kind: 'REFUSED',
    service: 'identity',
    region: null,
    url: 'http://keystone:5000/v3',
    since: now - minute,
    answers: 'it answers 401 The request you have made requires authentication.',
  };
  const { problems, operator } = explainCloud(aCloud({ outages: [refused] }));
  expect(problems[0]).toMatch(
    /^Keystone at http:\/\/keystone:5000\/v3 has refused the credential of Coppice/,
  );
  expect(operator).toEqual([
    {
      command: 'OS_CLIENT_CONFIG_FILE=/etc/openstack/clouds.yaml openstack --os-cloud mine token issue',
      reason: expect.stringMatching(
        /^correct clouds\.mine\.auth\.username and clouds\.mine\.auth\.password in \/etc\/openstack\/clouds\.yaml, then restart Coppice/,
      ) as string,
      required: true,
    },
  ]);
});

describe('hosts', () => {
  test('none of which is up are named with what keeps Nova from using them', () => {
    const hosts = [
      host('compute1', { isUp: false }),
      host('compute2', { isUp: false, isForcedDown: true }),
      host('compute3', { isDisabled: true }),
    ];
    const { problems, operator } = explainCloud(aCloud({ hosts }));
    expect(problems).toEqual([
      'no compute host is up: compute1 is down, compute2 is forced down, compute3 is disabled (3 hosts)',
    ]);
    expect(operator).toMatchObject([{ required: true }]);
    expect(operator[0]?.steps?.map(({ command }) => command)).toEqual([
      'openstack compute service list --service nova-compute --host compute1',
      'openstack compute service set --up compute2 nova-compute',
      'openstack compute service set --enable compute3 nova-compute',
      'openstack compute service list --service nova-compute',
    ]);
    expect(operator[0]?.steps?.[1]?.text).toMatch(/^once compute2 \(availability zone az1\) is repaired/);
    expect(cloudTrouble(aCloud({ hosts }), usual)).toEqual({ unseenBecause: null, hasNoHost: true });
  });

  test('that EVACUATE has forced down are named with the command that ends it, whatever else is healthy', () => {
    const forcedDown = [{ host: 'compute1', region: null, nodeName: 'web-1', forcedAt: now - 3 * minute }];
    const { problems, operator } = explainCloud(aCloud({ hosts: [host('compute2')], forcedDown }));
    expect(problems).toEqual([
      'host compute1 is forced down in Nova: Coppice did so 3 min ago, for the recovery of web-1, and Nova places nothing on it',
    ]);
    expect(operator).toMatchObject([
      { command: 'openstack compute service set --up compute1 nova-compute', required: false },
    ]);
  });

  test('of a region are named with it, and let in again there', () => {
    const forcedDown = [{ host: 'compute1', region: 'RegionTwo', nodeName: 'web-1', forcedAt: now - minute }];
    const { problems, operator } = explainCloud(aCloud({ hosts: [host('compute2')], forcedDown }));
    expect(problems[0]).toMatch(/^host compute1 in RegionTwo is forced down in Nova/);
    expect(operator).toMatchObject([
      { command: 'openstack --os-region-name RegionTwo compute service set --up compute1 nova-compute' },
    ]);
  });
});

const bus = {
  isConnected: true,
  outage: null,
  exchanges: ['nova', 'heat'],
  missingExchanges: [],
  goneExchanges: [],
  otherConsumers: null,
  vhost: '/',
  unreported: 0,
  user: 'coppice',
  origin: { url: 'cloud.notifications.url', password: 'cloud.notifications.password_file (/p)', ca: null },
};

test('a message bus that is away is a problem of the cloud, and hides no node', () => {
  const outage = {
    kind: 'AWAY' as const,
    url: 'amqp://rabbit1:5672',
    since: now - 4 * minute,
    reason: 'connect ECONNREFUSED',
  };
  const cloud = aCloud({ notifications: { ...bus, isConnected: false, outage } });
  const { problems, waiting, operator } = explainCloud(cloud);
  expect(problems).toEqual([
    'no notifications of the cloud have been received for 4 min: RabbitMQ at amqp://rabbit1:5672 cannot be used: connect ECONNREFUSED',
  ]);
  expect(waiting.map(({ reason }) => reason)).toEqual([
    'nodes are polled as before; what happens to them is found by the probe of each interval; it is tried again every 30 s, and all nodes are probed when it is back',
  ]);
  expect(operator).toMatchObject([{ command: 'nc -vz rabbit1 5672', required: false }]);
  expect(cloudTrouble(cloud, usual)).toBeNull();
});

test('a message bus that is away for long needs an operator', () => {
  const outage = {
    kind: 'AWAY' as const,
    url: 'amqps://[fd00::1]:5671/nova',
    since: now - 600 * minute,
    reason: 'gone',
  };
  const { operator } = explainCloud(aCloud({ notifications: { ...bus, isConnected: false, outage } }));
  expect(operator).toMatchObject([{ command: 'nc -vz fd00::1 5671', required: true }]);
});

test('a message bus without any of the exchanges is a problem, one without a Heat is none', () => {
  const { problems, operator } = explainCloud(
    aCloud({ notifications: { ...bus, missingExchanges: ['nova', 'heat'] } }),
  );
  expect(problems).toEqual([
    'no notifications of the cloud are received: RabbitMQ has no exchange nova nor heat',
  ]);
  expect(operator).toMatchObject([{ required: true }]);
  expect(explainCloud(aCloud({ notifications: { ...bus, missingExchanges: ['heat'] } })).problems).toEqual(
    [],
  );
  expect(explainCloud(aCloud({ notifications: { ...bus, isConnected: false } })).problems).toEqual([]);
});

test('an exchange that is gone is a problem, and an operator brings it back when it stays away', () => {
  const gone = (since: number) => ({
    ...bus,
    missingExchanges: ['nova'],
    goneExchanges: [{ name: 'nova', since }],
    vhost: 'the cloud',
  });
  const { problems, operator } = explainCloud(aCloud({ notifications: gone(now - 2 * minute) }));
  expect(problems).toEqual([
    'notifications of the exchange nova have not been received for 2 min: it is gone from RabbitMQ',
  ]);
  const command = "rabbitmqctl -p 'the cloud' list_exchanges name type";
  expect(operator).toMatchObject([{ command, required: false }]);
  const later = explainCloud(aCloud({ notifications: gone(now - 6 * minute) }));
  expect(later.operator).toMatchObject([{ command, required: true }]);
});

test('another process at the queue is a problem, with how it is found', () => {
  const otherConsumers = { count: 1, since: now - 3 * minute };
  const { problems, operator } = explainCloud(aCloud({ notifications: { ...bus, otherConsumers } }));
  expect(problems).toEqual([
    'another process has received from the queue of this Coppice for 3 min: each gets a part of the notifications, and a Coppice with a copy of this database recovers the same nodes once more',
  ]);
  expect(operator).toMatchObject([
    { command: 'rabbitmqctl list_consumers queue_name consumer_tag', required: true },
  ]);
});

test('a message bus from which nothing comes of what polling finds is one line', () => {
  const { problems, operator } = explainCloud(aCloud({ notifications: { ...bus, unreported: 3 } }));
  expect(problems).toEqual([
    'cloud.notifications: connected, and nothing came of 3 changes of servers that polling found: are notifications on in nova.conf?',
  ]);
  expect(operator).toMatchObject([{ required: false }]);
  expect(explainCloud(aCloud({ notifications: { ...bus, unreported: 2 } })).problems).toEqual([]);
});

test.each([
  ['LOGIN', 'rabbitmqctl authenticate_user coppice', 'cloud.notifications.password_file (/p)'],
  ['VHOST', 'rabbitmqctl list_vhosts', 'in cloud.notifications.url'],
  [
    'PERMISSION',
    String.raw`rabbitmqctl set_permissions -p nova coppice '^coppice\..*' '^coppice\..*' '^(coppice\..*|nova|heat)$'`,
    'its own queues',
  ],
  [
    'CERTIFICATE',
    'openssl s_client -connect rabbit1:5671 -servername rabbit1 -showcerts',
    'name its authority as cloud.notifications.ca_file',
  ],
  ['NOT_TLS', 'rabbitmq-diagnostics listeners', 'correct the URL in cloud.notifications.url'],
  ['NOT_AMQP', 'rabbitmq-diagnostics listeners', 'correct the URL in cloud.notifications.url'],
] as const)(
  'a message bus that is refused (%s) has a command that helps, at once',
  (kind, command, where) => {
    const outage = { kind, url: 'amqps://rabbit1:5671/nova', since: now, reason: 'refused' };
    const notifications = { ...bus, vhost: 'nova', isConnected: false, outage };
    const { operator } = explainCloud(aCloud({ notifications }));
    expect(operator).toMatchObject([{ command, required: true }]);
    expect(operator[0]?.reason).toContain(where);
  },
);
