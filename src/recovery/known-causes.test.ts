import { expect, test } from 'vitest';
import { knownCause } from './known-causes.ts';

const of = { cluster: 'web', node: 'web-1', policy: 'web-health' };

/** Each as profile types and clouds write it: the scenarios show the sentences in full. */
test.each([
  [
    'RECREATE: the old node is kept: the image debian could not be found: there is none',
    'openstack image list',
    /^the image debian of the profile is gone$/,
  ],
  ['REBUILD: the flavor m1.tiny could not be found: there is none', 'openstack flavor list', /m1\.tiny/],
  [
    'RECREATE: compute: POST /servers: 403 Quota exceeded for instances: Requested 1, but already used 2 of 2',
    'openstack limits show --absolute',
    /quota of instances$/,
  ],
  [
    'RECREATE: the server could not be created: No valid host was found. ',
    'openstack compute service list --service nova-compute',
    /no host takes the server/,
  ],
  [
    'EVACUATE: the server could not be evacuated: no other compute host is up: host compute2 is down',
    'openstack compute service list --service nova-compute --host compute2',
    /no compute host was up/,
  ],
  [
    'RECREATE: the old node is kept, since no new one can be created: no compute host is up in the availability zone az2: host a is forced down in Nova (openstack compute service set --up a nova-compute)',
    'openstack compute service set --up a nova-compute',
    /^no compute host in the availability zone az2 was up that takes the server$/,
  ],
  [
    'RECREATE: the server could not be created: compute: POST /servers: 400 Invalid key_name provided.',
    'openstack keypair list',
    /key pair/,
  ],
  [
    'RECREATE: the command ./web.sh cannot be executed (if it is a script, look at its first line)',
    'head -n 1 ./web.sh',
    /^the program \.\/web\.sh of the profile cannot be executed$/,
  ],
  [
    'REBOOT: the command /bin/sh ended right after its start with exit status 7',
    'coppice node show web-1',
    /^the program \/bin\/sh of the profile exits at once with status 7$/,
  ],
  [
    'REBOOT: the command /opt/my web.sh is a file that does not exist',
    "ls -ld '/opt/my web.sh'",
    /^the program \/opt\/my web\.sh of the profile does not exist$/,
  ],
  [
    'RECREATE: the old node is kept: command[0]: expected a program that can be executed on this machine, found "web", a program that is in no directory of PATH',
    'command -v web',
    /^the program web of the profile is in no directory of PATH$/,
  ],
  [
    'REBOOT: port 8080 of 127.0.0.1 is taken by another process',
    'ss -ltnp "sport = :8080"',
    /^port 8080 of the profile is taken by another process$/,
  ],
  [
    'REBOOT: the command web ended right after its start with exit status 1; its port 8080 was given to the node web-2 of the cluster web as well',
    'coppice node show web-2',
    /^port 8080 of the profile is taken by the node web-2 of the cluster web$/,
  ],
  [
    'cannot see server 1e5a: identity: POST /auth/tokens: 401 Coppice has no trust of the user bob (1e5a2b3c) in the project blue (ab12cd34): the next request of that user to Coppice that changes something makes one',
    'coppice cluster check web',
    /may not act for the user bob any more$/,
  ],
  [
    'LB_STATUS_POLLING: there is no pool nope in Octavia',
    'coppice policy show web-health',
    /^Octavia has no pool nope, which LB_STATUS_POLLING of the health policy reads$/,
  ],
])('%s', (text, command, what) => {
  const cause = knownCause(text, of);
  expect([cause?.steps[0].command, cause?.what]).toEqual([command, expect.stringMatching(what)]);
});

test('another reason names no cause', () => {
  expect(knownCause('WORKFLOW drain: the task a failed', of)).toBeNull();
});
