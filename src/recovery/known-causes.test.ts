import { expect, test } from 'vitest';
import { knownCause } from './known-causes.ts';

const of = { cluster: 'web', policy: 'web-health' };

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
    'coppice cluster update web --profile NAME --plan',
    /the program \.\/web\.sh of the profile does not start/,
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
