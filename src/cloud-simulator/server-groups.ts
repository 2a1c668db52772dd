/** The server groups of the simulated cloud, and what they want of the hosts of their servers. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../domain/json.ts';
import type { GroupWish } from './hosts.ts';
import type { SimulatedServer } from './simulated-server.ts';

export interface SimulatedServerGroup {
  readonly id: string;
  readonly name: string;
  readonly policy: string;
  readonly projectId: string;
  readonly userId: string;
}

export class ServerGroups {
  readonly #all = new Map<string, SimulatedServerGroup>();
  readonly #servers: () => readonly SimulatedServer[];

  /** @param servers that are there. */
  constructor(servers: () => readonly SimulatedServer[]) {
    this.#servers = servers;
  }

  get all(): readonly SimulatedServerGroup[] {
    return [...this.#all.values()];
  }

  get(id: string): SimulatedServerGroup | undefined {
    return this.#all.get(id);
  }

  add(
    { name, policy, policies }: JsonObject,
    owner: { projectId: string; userId: string },
  ): SimulatedServerGroup {
    const first = Array.isArray(policies) ? policies[0] : undefined;
    const asked = policy ?? first;
    const group = {
      id: randomUUID(),
      name: typeof name === 'string' ? name : '',
      policy: typeof asked === 'string' ? asked : 'anti-affinity',
      ...owner,
    };
    this.#all.set(group.id, group);
    return group;
  }

  /** Its servers stay. */
  delete(id: string): void {
    this.#all.delete(id);
  }

  membersOf({ id }: SimulatedServerGroup): readonly SimulatedServer[] {
    return this.#servers().filter(({ groupId }) => groupId === id);
  }

  /** @param except a server that is moved. undefined: the group is not there, or there is none. */
  wishOf(groupId: string | null, except?: SimulatedServer): GroupWish | undefined {
    const group = this.#all.get(groupId ?? '');
    if (group === undefined) return undefined;
    const members = this.membersOf(group).filter((server) => server !== except && server.hostName !== null);
    const on = (hostName: string): number => members.filter((one) => one.hostName === hostName).length;
    const isTogether = !group.policy.includes('anti');
    const isHard = !group.policy.startsWith('soft-');
    return {
      takes: (hostName) =>
        !isHard || (isTogether ? members.length === 0 || on(hostName) > 0 : on(hostName) === 0),
      cost: (hostName) => (isTogether ? -on(hostName) : on(hostName)),
    };
  }
}
