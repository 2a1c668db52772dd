import { afterEach, beforeEach, expect, test } from 'vitest';
import { neverAborted as signal, NovaNodes } from '../../../test/support/nova-nodes.ts';
import type { NodeFacts } from '../profile-type.ts';

let nodes: NovaNodes;
beforeEach(async () => {
  nodes = await NovaNodes.start();
});
afterEach(() => nodes.stop());

const networks = [{ network: 'private', security_groups: ['default'], floating_network: 'public' }];

/** Of each port, the server that has it. */
function owners(): string[] {
  return [...nodes.simulator.world.network.ports.values()].map(({ deviceId }) => deviceId).sort();
}

test.each(['first', 'second'])(
  'the %s keeps its port and floating IP, those of the other go',
  async (kept) => {
    const { network } = nodes.simulator.world;
    const node = await nodes.created({ networks });
    const first = { physicalId: node.physicalId ?? '', data: node.data };
    const second = await nodes.type.surge?.create(node, { key: 's', signal });
    if (second === undefined) throw new Error('servers have no surge');
    expect(owners()).toEqual([first.physicalId, second.physicalId].sort());
    expect(network.floating.size).toBe(2);
    const [stays, goes] = kept === 'first' ? [first, second] : [second, first];
    await nodes.type.surge?.removeExcept({ ...node, ...goes }, [stays], { key: 'r', signal });
    expect(owners()).toEqual([stays.physicalId]);
    expect([...network.floating.values()].map(({ portId }) => portId)).toEqual([...network.ports.keys()]);
    const left: NodeFacts = { ...node, ...stays };
    await nodes.type.remove(left, { key: 'r2', signal });
    expect([network.ports.size, network.floating.size]).toEqual([0, 0]);
  },
);
