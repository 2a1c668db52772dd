/** Whether a host could take a new server, on a simulated cloud of three hosts in two availability zones. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NovaNodes, neverAborted } from '../../../test/support/nova-nodes.ts';
import type { CreateRequest } from '../profile-type.ts';
import type { JsonObject } from '../../domain/json.ts';

let cloud: NovaNodes;

beforeEach(async () => {
  const hosts = [
    { name: 'compute1', zone: 'az1' },
    { name: 'compute2', zone: 'az1' },
    { name: 'compute3', zone: 'az2' },
  ];
  cloud = await NovaNodes.start(0, { hosts });
});
afterEach(() => cloud.stop());

function setHost(name: string, change: { isUp?: boolean; isForcedDown?: boolean; isDisabled?: boolean }) {
  const { hosts } = cloud.simulator.world;
  const host = hosts.find(name);
  if (host === undefined) throw new Error(name);
  hosts.change(host, change);
}

async function noPlace(spec: JsonObject = {}, more: Partial<CreateRequest> = {}): Promise<string | null> {
  const node = { ...(await cloud.created()), properties: cloud.properties(spec) };
  const found = await cloud.type.noPlaceFor?.(node, { key: 'new', signal: neverAborted, ...more });
  return found?.reason ?? null;
}

test('one host that is up is enough; whether it has room is left to Nova', async () => {
  setHost('compute1', { isUp: false });
  setHost('compute2', { isUp: false });
  expect(await noPlace()).toBeNull();
});

test('no host is up: each is named with what keeps Nova from using it', async () => {
  const node = await cloud.created();
  setHost('compute1', { isUp: false });
  setHost('compute2', { isDisabled: true });
  setHost('compute3', { isForcedDown: true });
  expect(await cloud.type.noPlaceFor?.(node, { key: 'new', signal: neverAborted })).toEqual({
    reason:
      'no compute host is up: host compute1 is down; host compute2 is disabled; ' +
      'host compute3 is forced down in Nova (openstack compute service set --up compute3 nova-compute)',
    passes: true,
  });
});

test('only hosts of the zone that the profile names count, or of another one where that has an outage', async () => {
  setHost('compute3', { isUp: false });
  expect(await noPlace({ availability_zone: 'az2' })).toBe(
    'no compute host is up in the availability zone az2: host compute3 is down',
  );
  const elsewhere = { domain: { kind: 'ZONE' as const }, avoid: ['az2'] };
  expect(await noPlace({ availability_zone: 'az2' }, { elsewhere })).toBeNull();
});

test('where Nova shows no hosts to the credential, nothing is known', async () => {
  cloud.fault({ operation: 'services', kind: 'error', status: 403, message: 'Policy does not allow it.' });
  await expect(noPlace()).rejects.toThrow(/403/);
});
