import { expect, test } from 'vitest';
import { CloudError } from '../../openstack/cloud-error.ts';
import type { NovaClient } from '../../openstack/nova/nova-client.ts';
import type { PoolMember } from '../../openstack/octavia-client.ts';
import { probePoolMember } from './probe-pool-member.ts';
import { SharedMemberReads } from './shared-member-reads.ts';
import { SharedServerReads } from './shared-server-reads.ts';

const never = new AbortController().signal;

function member(address: string, changes: Partial<PoolMember> = {}): PoolMember {
  return {
    id: `m-${address}`,
    name: '',
    address,
    protocol_port: 80,
    weight: 1,
    provisioning_status: 'ACTIVE',
    operating_status: 'ONLINE',
    ...changes,
  };
}

function failed(service: string, status: number): CloudError {
  return new CloudError({
    service,
    request: 'GET /x',
    status,
    reason: 'it said so',
    requestId: null,
    mayHaveHappened: false,
    retryAfterMs: null,
  });
}

/** Octavia with one pool, and Nova with servers `10.0.0.N`, each with its address as its id. */
class FakeCloud {
  members: readonly PoolMember[] | CloudError = [];
  listed = 0;
  novaIsAway = false;
  readonly reads = {
    members: new SharedMemberReads({
      listMembers: (pool) => {
        this.listed += 1;
        if (pool !== 'p1') return Promise.reject(failed('load-balancer', 404));
        return this.members instanceof CloudError
          ? Promise.reject(this.members)
          : Promise.resolve(this.members);
      },
    }),
    servers: new SharedServerReads({
      getServer: (id: string) =>
        this.novaIsAway
          ? Promise.reject(failed('compute', 503))
          : Promise.resolve({
              id,
              status: 'ACTIVE',
              updated: '',
              addresses: { net: [{ addr: id, version: 4 }] },
            }),
    } as unknown as NovaClient),
  };

  probe(id: string, data = {}, pool: string | undefined = 'p1') {
    return probePoolMember(this.reads, { physicalId: id, data }, pool === undefined ? {} : { pool }, never);
  }
}

test.each([
  ['ONLINE', 'healthy'],
  ['DEGRADED', 'healthy'],
  ['DRAINING', 'healthy'],
  ['ERROR', 'unhealthy'],
  ['OFFLINE', 'unhealthy'],
  ['NO_MONITOR', 'unknown'],
  ['SOMETHING', 'unknown'],
])('a member that is %s is %s', async (status, health) => {
  const cloud = new FakeCloud();
  cloud.members = [member('10.0.0.1', { operating_status: status }), member('10.0.0.2')];
  const verdict = await cloud.probe('10.0.0.1');
  expect(verdict).toMatchObject({ health, ...(health === 'unhealthy' ? { failure: 'LB_OFFLINE' } : {}) });
  expect(verdict.reason).toMatch(`member m-10.0.0.1 (10.0.0.1:80) of pool p1 `);
  expect(verdict.reason).toMatch(status);
});

test('a member that an operator has disabled says nothing of its node', async () => {
  const cloud = new FakeCloud();
  cloud.members = [member('10.0.0.1', { operating_status: 'OFFLINE', admin_state_up: false })];
  expect(await cloud.probe('10.0.0.1')).toEqual({
    health: 'unknown',
    reason: 'member m-10.0.0.1 (10.0.0.1:80) of pool p1 is disabled by an operator',
  });
});

test('many nodes of a pool cost one listing', async () => {
  const cloud = new FakeCloud();
  cloud.members = [1, 2, 3].map((index) => member(`10.0.0.${index}`));
  const verdicts = await Promise.all([1, 2, 3].map((index) => cloud.probe(`10.0.0.${index}`)));
  expect(verdicts.map(({ health }) => health)).toEqual(['healthy', 'healthy', 'healthy']);
  expect(cloud.listed).toBe(1);
});

test('of several members of a node the worst counts', async () => {
  const cloud = new FakeCloud();
  cloud.members = [member('10.0.0.1'), member('10.0.0.1', { protocol_port: 81, operating_status: 'ERROR' })];
  expect(await cloud.probe('10.0.0.1')).toMatchObject({ health: 'unhealthy', failure: 'LB_OFFLINE' });
});

test('the member that is written in the node is the one, whatever its address, and Nova is not asked', async () => {
  const cloud = new FakeCloud();
  cloud.novaIsAway = true;
  cloud.members = [member('10.0.0.1'), member('10.9.9.9', { id: 'm7', operating_status: 'ERROR' })];
  expect(await cloud.probe('10.0.0.1', { lb_member: 'm7' })).toMatchObject({ health: 'unhealthy' });
});

test('a node that has no member is unknown, and says in which pool', async () => {
  const cloud = new FakeCloud();
  cloud.members = [member('10.0.0.2')];
  const unseen = { health: 'unknown', notInPool: 'p1' };
  const withAddress = { ...unseen, reason: 'pool p1 has no member with the address 10.0.0.1' };
  expect(await cloud.probe('10.0.0.1')).toEqual(withAddress);
  const known = { ...unseen, reason: 'pool p1 has no member m7' };
  expect(await cloud.probe('10.0.0.1', { lb_member: 'm7' })).toEqual(known);
});

test.each([
  [{ members: failed('load-balancer', 404) }, 'there is no pool p1 in Octavia'],
  [
    { members: failed('load-balancer', 503) },
    'cannot see the members of pool p1: load-balancer: GET /x: 503 it said so',
  ],
  [{ novaIsAway: true }, 'cannot see server 10.0.0.1: compute: GET /x: 503 it said so'],
])('%j is unknown', async (state, reason) => {
  const cloud = Object.assign(new FakeCloud(), state);
  expect(await cloud.probe('10.0.0.1')).toEqual({ health: 'unknown', reason });
});
