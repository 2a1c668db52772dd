/** What an action makes of a server: on which host, with which flavor and image, in which state. */
import { textIn } from './endpoint.ts';
import type { Flavor, Flavors } from './flavors.ts';
import type { GroupWish, SimulatedHost, SimulatedHosts } from './hosts.ts';
import type { ServerActionRequest } from './server-checks.ts';
import type { VmState } from './server-states.ts';
import type { SimulatedServer } from './simulated-server.ts';

/** MiB that a host has for a server; a larger one finds none. */
const HOST_RAM = 800_000;

/** A server of this flavor finds no host. */
export function fitsNoHost({ ram }: Flavor): boolean {
  return ram > HOST_RAM;
}

/** What an action makes of the server; host null: there is none that could take it. */
export function goalOf(
  server: SimulatedServer,
  { action, input }: ServerActionRequest,
  {
    hosts,
    flavors,
    group,
  }: { readonly hosts: SimulatedHosts; readonly flavors: Flavors; readonly group?: GroupWish | undefined },
): { host?: SimulatedHost | null; flavor?: string; imageId?: string; vmState?: VmState } {
  const elsewhere = (): SimulatedHost | null =>
    hosts.choose({ zone: null, hostName: textIn(input, 'host') ?? null, not: server.hostName, group }) ??
    null;
  switch (action) {
    case 'migrate':
    case 'os-migrateLive':
      return { host: elsewhere() };
    case 'resize': {
      const flavor = textIn(input, 'flavorRef');
      const isTooLarge = flavor !== undefined && fitsNoHost(flavors.get(flavor));
      return {
        host: isTooLarge ? null : (elsewhere() ?? hosts.find(server.hostName) ?? null),
        ...(flavor === undefined ? {} : { flavor }),
      };
    }
    case 'confirmResize':
      return { vmState: server.previous?.vmState ?? 'active' };
    case 'revertResize': {
      const host = hosts.find(server.previous?.hostName ?? null);
      return {
        ...(host === undefined ? {} : { host }),
        ...(server.previous === null ? {} : { flavor: server.previous.flavor }),
      };
    }
    case 'rebuild': {
      const imageId = textIn(input, 'imageRef');
      return imageId === undefined ? {} : { imageId };
    }
    case 'unshelve': {
      const host = hosts.choose({ zone: server.zone, hostName: null, not: null, group });
      return { host: host ?? null };
    }
    default:
      return {};
  }
}
