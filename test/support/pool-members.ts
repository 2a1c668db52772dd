/** Who is in the pools of a simulated cloud, and who has to be. */
import type { World } from '../../src/cloud-simulator/world.ts';
import type { Node } from '../../src/domain/model.ts';

/** `web-1 10.10.0.10` of each member, sorted: one that is there twice is there twice. */
export function poolMembers(world: World): string[] {
  const lines = world.balancers.all('member').map(({ properties }) => {
    const { name, address } = properties as { name: string; address: string };
    return `${name.split(' ')[0]} ${address}`;
  });
  return lines.sort();
}

/** The same of nodes, with the addresses of the servers that their rows name. */
export function asMembers(world: World, nodes: readonly Node[]): string[] {
  return nodes
    .map(({ name, physicalId }) => `${name} ${world.network.portsOf(physicalId ?? '')[0]?.address}`)
    .sort();
}
