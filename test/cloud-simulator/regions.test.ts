/** A cloud with two regions on the wire, and the cloud of Coppice in each. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { World } from '../../src/cloud-simulator/world.ts';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { NodeFacts } from '../../src/profiles/profile-type.ts';
import { NovaNodes, neverAborted } from '../support/nova-nodes.ts';

let nova: NovaNodes;

beforeEach(async () => {
  nova = await NovaNodes.start(0, { regions: ['RegionOne', 'RegionTwo'] });
});

afterEach(() => nova.stop());

function region(name: string): World {
  const found = nova.simulator.world.regions.find((one) => one.region === name);
  if (found === undefined) throw new Error(`there is no region ${name}`);
  return found;
}

/** A node that a policy has placed in a region; null: that none has placed. */
function nodeIn(name: string | null): NodeFacts {
  const id = randomUUID();
  return {
    id,
    name: `web-${id.slice(0, 8)}`,
    index: 1,
    role: '',
    clusterId: randomUUID(),
    clusterName: 'web',
    metadata: {},
    physicalId: null,
    data: name === null ? {} : { placement: { region_name: name } },
    properties: nova.properties({}),
    session: { project: 'p', user: 'u', domain: null },
  };
}

async function created(name: string | null): Promise<NodeFacts> {
  const node = nodeIn(name);
  const made = await nova.type.create(node, { key: `create ${node.id}`, signal: neverAborted });
  return { ...node, ...made, data: { ...node.data, ...made.data } };
}

async function admin(path: string, change?: JsonObject): Promise<Json> {
  const request = change === undefined ? {} : { method: 'POST', body: JSON.stringify(change) };
  const answer = await fetch(nova.simulator.adminUrl + path, request);
  return (await answer.json()) as Json;
}

test('a server is created, seen and removed in the region of its node, by one token for all regions', async () => {
  const [one, two] = [await created(null), await created('RegionTwo')];
  expect(region('RegionOne').servers.all.map(({ id }) => id)).toEqual([one.physicalId]);
  expect(region('RegionTwo').servers.all.map(({ id }) => id)).toEqual([two.physicalId]);
  for (const node of [one, two]) {
    expect(await nova.type.probe(node, neverAborted)).toMatchObject({ health: 'healthy' });
    expect(await nova.type.sharedProbes?.status(node, neverAborted)).toMatchObject({ health: 'healthy' });
    expect(await nova.type.details(node, neverAborted)).toMatchObject({ id: node.physicalId });
  }
  await nova.type.remove(two, { key: 'remove', signal: neverAborted });
  expect(region('RegionOne').servers.all).toHaveLength(1);
  expect(region('RegionTwo').servers.all).toHaveLength(0);
  expect(nova.simulator.world.requests.get('identity authenticate')).toBe(1);
});

test('the nodes of each region are probed by one listing', async () => {
  const nodes: NodeFacts[] = [];
  for (const name of ['RegionOne', 'RegionTwo'])
    for (let count = 0; count < 7; count += 1) nodes.push(await created(name));
  for (const { requests } of nova.simulator.world.regions) requests.clear();
  const verdicts = await Promise.all(
    nodes.map(async (node) => await nova.type.sharedProbes?.status(node, neverAborted)),
  );
  expect(verdicts.map((verdict) => verdict?.health)).toEqual(nodes.map(() => 'healthy'));
  for (const { requests } of nova.simulator.world.regions)
    expect([requests.get('compute list'), requests.get('compute show')]).toEqual([1, undefined]);
});

test('where the services of one region are away, only its nodes are unknown', async () => {
  const [one, two] = [await created('RegionOne'), await created('RegionTwo')];
  expect(await admin('/regions/RegionTwo', { up: false })).toEqual({
    name: 'RegionTwo',
    up: false,
    servers: 1,
  });
  expect(await nova.type.probe(two, neverAborted)).toMatchObject({ health: 'unknown' });
  expect(await nova.type.probe(one, neverAborted)).toMatchObject({ health: 'healthy' });
  expect(await admin('/regions')).toMatchObject([{ up: true }, { name: 'RegionTwo', up: false }]);
  await admin('/regions/RegionTwo', { up: true });
  expect(await nova.type.probe(two, neverAborted)).toMatchObject({ health: 'healthy' });
});

test('the host of a server is looked for in its region, where another one may have a host of this name', async () => {
  const [one, two] = [await created('RegionOne'), await created('RegionTwo')];
  const { hosts } = region('RegionTwo');
  const host = hosts.find(nova.serverOf(two).hostName);
  if (host === undefined) throw new Error('the server has no host');
  hosts.change(host, { isUp: false });
  expect(await nova.type.sharedProbes?.host?.(two, neverAborted)).toMatchObject({ failure: 'HOST_DOWN' });
  expect(await nova.type.sharedProbes?.host?.(one, neverAborted)).toMatchObject({ health: 'healthy' });
  const names = [one, two].map(({ data }) => nova.type.failureDomains?.HOST?.(data));
  expect(names).toEqual([`RegionOne/${host.name}`, `RegionTwo/${host.name}`]);
});

test('a region that the catalog does not have is said, with those that it has', async () => {
  await expect(created('RegionNine')).rejects.toThrow(
    /compute has no public endpoint in region RegionNine \(there is public in RegionOne, .*RegionTwo/,
  );
  expect(await nova.clouds.service.session.regionsWith('compute', { signal: neverAborted })).toEqual([
    'RegionOne',
    'RegionTwo',
  ]);
});

test('a server is found for an adoption in whichever region it is, and stays there', async () => {
  const { physicalId } = await created('RegionTwo');
  const { adoption } = nova.type;
  if (typeof adoption !== 'object') throw new Error('no adoption');
  const owner = nodeIn(null).session;
  const request = { owner, isForeign: () => Promise.resolve(false), signal: neverAborted };
  const found = await adoption.read(physicalId ?? '', request);
  expect(found).toMatchObject({ physicalId, region: 'RegionTwo' });
  expect(await adoption.read(randomUUID(), request)).toBeUndefined();
});

test('the API of the simulator is there for each region, and shows the region of each server', async () => {
  const { physicalId } = await created('RegionTwo');
  expect(await admin('/servers')).toEqual([]);
  expect(await admin('/regions/RegionTwo/servers')).toMatchObject([{ id: physicalId, region: 'RegionTwo' }]);
  expect(await admin('/regions/RegionSix', { up: false })).toEqual({
    error: { code: 404, message: 'there is no region RegionSix; there are RegionOne, RegionTwo' },
  });
});
