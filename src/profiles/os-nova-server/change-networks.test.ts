import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { neverAborted, NovaNodes } from '../../../test/support/nova-nodes.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { NodeFacts, PhysicalNode } from '../profile-type.ts';
import { compareNetworks } from './change-networks.ts';
import { specOf } from './spec.ts';

const list = (...networks: JsonObject[]) => specOf({ networks }).networks;
const named = ({ spec, number }: { spec: { network: string | undefined }; number: number }): string =>
  `${spec.network}#${number}`;

describe('two lists of networks', () => {
  test.each([
    [[{ network: 'a' }], [{ network: 'a' }], { kept: ['a#0'], removed: [], added: [], regrouped: [] }],
    [
      [{ network: 'a' }, { network: 'b' }],
      [{ network: 'b' }, { network: 'c' }],
      { kept: ['b#0'], removed: ['a#0'], added: ['c#0'], regrouped: [] },
    ],
    [
      [{ network: 'a' }, { network: 'a' }],
      [{ network: 'a' }],
      { kept: ['a#0'], removed: ['a#1'], added: [], regrouped: [] },
    ],
    [
      [{ network: 'a', security_groups: ['web'] }],
      [{ network: 'a', security_groups: ['db'] }],
      { kept: [], removed: [], added: [], regrouped: ['a#0'] },
    ],
    [
      [{ network: 'a', fixed_ip: '10.0.0.1' }],
      [{ network: 'a', fixed_ip: '10.0.0.2' }],
      { kept: [], removed: ['a#0'], added: ['a#0'], regrouped: [] },
    ],
  ] as [JsonObject[], JsonObject[], JsonObject][])('%j and %j are compared', (from, to, expected) => {
    const { kept, removed, added, regrouped } = compareNetworks(list(...from), list(...to));
    expect({
      kept: kept.map(named),
      removed: removed.map(named),
      added: added.map(named),
      regrouped: regrouped.map((pair) => named(pair.to)),
    }).toEqual(expected);
  });
});

describe('a change of the networks', () => {
  let nodes: NovaNodes;

  beforeEach(async () => {
    nodes = await NovaNodes.start();
  });
  afterEach(() => nodes.stop());

  async function change(
    node: NodeFacts,
    networks: readonly JsonObject[],
    key = 'u',
    signal = neverAborted,
  ): Promise<NodeFacts> {
    if (nodes.type.update === undefined) throw new Error('the type updates nothing');
    const to = nodes.properties({ networks });
    const made: PhysicalNode = await nodes.type.update.change(node, to, 'networks', { key, signal });
    return { ...node, ...made, properties: to };
  }

  function networksOf({ physicalId }: NodeFacts): string[] {
    const { network } = nodes.simulator.world;
    return network
      .portsOf(physicalId ?? '')
      .map(({ networkId }) => network.networks.get(networkId)?.name ?? networkId)
      .toSorted();
  }

  const created = (...networks: JsonObject[]): Promise<NodeFacts> => nodes.created({ networks });

  test('detaches what is gone, attaches what is new, and the address follows', async () => {
    const node = await created({ network: 'private' }, { network: 'storage' });
    const changed = await change(node, [
      { network: 'storage' },
      { network: 'front', security_groups: ['web'] },
    ]);
    expect(networksOf(node)).toEqual(['front', 'storage']);
    expect(nodes.mutations).toEqual(['create', 'detach_interface', 'attach_interface']);
    expect(changed.data['address']).not.toBe(node.data['address']);
    await change(changed, [{ network: 'private' }], 'back');
    expect(networksOf(node)).toEqual(['private']);
    await nodes.type.remove(changed, { key: 'r', signal: neverAborted });
    expect(nodes.simulator.world.network.ports.size).toBe(0);
  });

  test('takes away one of two alike, once, however often it is repeated', async () => {
    const node = await created({ network: 'private' }, { network: 'private' });
    await change(node, [{ network: 'private' }]);
    await change(node, [{ network: 'private' }]);
    expect(networksOf(node)).toEqual(['private']);
    expect(nodes.mutations).toEqual(['create', 'detach_interface']);
  });

  test('changes the security groups of a port without detaching it, also of one that Nova made', async () => {
    const node = await created({ network: 'private' });
    const { network } = nodes.simulator.world;
    const port = network.portsOf(node.physicalId ?? '')[0];
    const first = await change(node, [{ network: 'private', security_groups: ['web'] }]);
    await change(first, [{ network: 'private', security_groups: ['db'] }], 'again');
    const [after] = network.portsOf(node.physicalId ?? '');
    expect(after?.id).toBe(port?.id);
    expect(after?.securityGroups).toEqual([network.findSecurityGroup('db', port?.projectId ?? '')?.id]);
    expect(nodes.mutations).toEqual(['create']);
  });

  test('takes the floating IP of a port with it, and leaves a port that the spec named', async () => {
    const { network } = nodes.simulator.world;
    const private_ = network.findNetwork('private');
    if (private_ === undefined) throw new Error('no network');
    const projectId = nodes.simulator.world.project.id;
    const given = network.addPort({ network: private_, projectId, name: 'given', isOfServer: false });
    const node = await created({ port: given.id }, { network: 'front', floating_network: 'public' });
    expect(network.floating.size).toBe(1);
    await change(node, [{ network: 'storage' }]);
    expect([networksOf(node), network.floating.size]).toEqual([['storage'], 0]);
    expect(network.ports.get(given.id)?.deviceId).toBe('');
  });

  test.each(['attach', 'detach'] as const)(
    'does it once where the answer to %s is lost',
    async (operation) => {
      const node = await created({ network: 'private' });
      nodes.fault({ operation, kind: 'lost-answer' });
      await change(node, [{ network: 'front' }]);
      expect(networksOf(node)).toEqual(['front']);
      expect(nodes.mutations).toEqual(['create', 'detach_interface', 'attach_interface']);
    },
  );

  test('does it once where a killed process has begun it', async () => {
    const node = await created({ network: 'private' });
    nodes.setOperationMs(200);
    const first = change(node, [{ network: 'front' }]);
    await vi.waitFor(() => expect(nodes.mutations).toEqual(['create', 'detach_interface']));
    await change(node, [{ network: 'front' }]).catch(() => undefined);
    await first.catch(() => undefined);
    expect(networksOf(node)).toEqual(['front']);
    expect(nodes.mutations).toEqual(['create', 'detach_interface', 'attach_interface']);
  });

  test.each(['attach', 'detach'] as const)('that fails to %s says the reason of Nova', async (operation) => {
    const node = await created({ network: 'private' });
    nodes.fault({ operation, kind: 'fail', message: 'Failed to plug it.' });
    await expect(change(node, [{ network: 'front' }])).rejects.toThrow(
      new RegExp(`^port \\S+ could not be ${operation}ed: .*Failed to plug it\\.`),
    );
    await change(node, [{ network: 'front' }], 'again');
    expect(networksOf(node)).toEqual(['front']);
  });

  test('that is aborted from the start begins nothing', async () => {
    const node = await created({ network: 'private' });
    const aborted = AbortSignal.abort(new Error('cancelled'));
    await expect(change(node, [{ network: 'front' }], 'u', aborted)).rejects.toThrow('cancelled');
    expect(nodes.mutations).toEqual(['create']);
    expect(networksOf(node)).toEqual(['private']);
  });
});
