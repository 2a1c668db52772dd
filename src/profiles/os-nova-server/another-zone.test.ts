/** A server whose zone has an outage, on a simulated cloud of two hosts in two availability zones. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../cloud-simulator/cloud-simulator.ts';
import type { Elsewhere } from '../../domain/failure-domain.ts';
import { ServiceClouds } from '../../openstack/cloud.ts';
import { findSettings } from '../../openstack/find-settings.ts';
import type { NodeFacts, PhysicalNode, ProfileType } from '../profile-type.ts';
import { novaServer } from './os-nova-server.ts';

let simulator: CloudSimulator;
let clouds: ServiceClouds;
let type: ProfileType;

beforeEach(async () => {
  const hosts = [
    { name: 'compute1', zone: 'az1' },
    { name: 'compute2', zone: 'az2' },
  ];
  simulator = await startCloudSimulator({
    settings: { hosts, latency: { answer_ms: 0, operation_ms: 0 } },
  });
  clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
  type = novaServer({ clouds });
});
afterEach(async () => {
  await clouds.close();
  await simulator.close();
});

function inZone(availability_zone: string): NodeFacts {
  const check = type.check({ flavor: 'm1.tiny', image: 'debian', availability_zone });
  if (!check.ok) throw new Error(JSON.stringify(check.issues));
  return {
    id: '00000000-0000-4000-8000-000000000001',
    name: 'web-1',
    index: 1,
    role: '',
    clusterId: null,
    clusterName: null,
    metadata: {},
    physicalId: null,
    data: {},
    properties: check.properties,
    session: { project: 'p', user: 'u', domain: null },
  };
}

function create(node: NodeFacts, key: string, ...avoid: string[]): Promise<PhysicalNode> {
  const elsewhere: Elsewhere = { domain: { kind: 'ZONE' }, avoid };
  const request = { key, signal: new AbortController().signal };
  return type.create(node, avoid.length === 0 ? request : { ...request, elsewhere });
}

const domainsOf = ({ data }: PhysicalNode) => [
  type.failureDomains?.ZONE?.(data),
  type.failureDomains?.HOST?.(data),
];

test('is created in another one, whatever its profile says; a repeated request finds the same server', async () => {
  const node = inZone('az1');
  expect(domainsOf(await create(node, 'usual'))).toEqual(['az1', 'compute1']);
  const other = await create(node, 'elsewhere', 'az1');
  expect(domainsOf(other)).toEqual(['az2', 'compute2']);
  expect(await create(node, 'elsewhere', 'az1')).toEqual(other);
});

test('is created only in those that policies allow', async () => {
  const request = { key: 'allowed', signal: new AbortController().signal };
  const elsewhere = { domain: { kind: 'ZONE' as const }, avoid: ['az1'] };
  const allowing = (...allowed: string[]) =>
    type.create(inZone('az1'), { ...request, elsewhere: { ...elsewhere, allowed } });
  await expect(allowing('az8', 'az9')).rejects.toThrow(
    'Nova has none of the availability zones az8, az9 available, and the policies of the cluster allow no others',
  );
  expect(domainsOf(await allowing('az2', 'az9'))).toEqual(['az2', 'compute2']);
});

test('is not created where Nova has no other one', async () => {
  await expect(create(inZone('az1'), 'elsewhere', 'az1', 'az2')).rejects.toThrow(
    'the server could not be created: Nova has no other availability zone than az1, az2',
  );
  expect(simulator.world.mutations.all.map(({ operation }) => operation)).not.toContain('create');
});
