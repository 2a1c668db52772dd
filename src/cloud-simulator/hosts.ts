/**
 * The hypervisors of the simulated cloud: which are up, how many servers each has, and the operations that
 * wait until one is back.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { SimulatorSettings } from './settings.ts';
import type { SimulatedServer } from './simulated-server.ts';

export interface SimulatedHost {
  readonly name: string;
  readonly zone: string;
  /** Its id as a compute service, and as a hypervisor. */
  readonly serviceId: string;
  readonly hypervisorId: string;
  /** false: it has died. What runs there does not answer, and operations hang until it is back. */
  isUp: boolean;
  /** null: it is up. */
  diedAt: number | null;
  /** It has died so long ago that Nova misses its reports. */
  readonly isMissed: boolean;
  /** An administrator has said that it is down. */
  isForcedDown: boolean;
  isDisabled: boolean;
  disabledReason: string | null;
  /** Servers were evacuated from it, and it has not come back since. */
  hasEvacuated: boolean;
}

/** Whether Nova counts it as down: it misses its reports, or an administrator has said so. */
export function isDown({ isMissed, isForcedDown }: SimulatedHost): boolean {
  return isMissed || isForcedDown;
}

/** What a server group wants of the host of one of its servers. */
export interface GroupWish {
  takes(hostName: string): boolean;
  /** The smaller, the better. */
  cost(hostName: string): number;
}

export class SimulatedHosts {
  readonly all: readonly SimulatedHost[];
  readonly #load = new Map<string, number>();
  readonly #waiting = new Map<string, { readonly serverId: string; readonly run: () => void }[]>();

  readonly #clock: Clock;
  readonly #serviceChanged: (host: SimulatedHost) => void;

  /** @param serviceChanged is told of one that was forced down or up, disabled or enabled. */
  constructor(
    clock: Clock,
    settings: () => SimulatorSettings,
    serviceChanged: (host: SimulatedHost) => void = () => undefined,
  ) {
    this.#clock = clock;
    this.#serviceChanged = serviceChanged;
    this.all = settings().hosts.map(({ name, zone }) => ({
      name,
      zone,
      serviceId: randomUUID(),
      hypervisorId: randomUUID(),
      isUp: true,
      diedAt: null as number | null,
      get isMissed(): boolean {
        return this.diedAt !== null && clock.now() - this.diedAt >= settings().service_down_time * 1000;
      },
      isForcedDown: false,
      isDisabled: false,
      disabledReason: null,
      hasEvacuated: false,
    }));
  }

  find(name: string | null): SimulatedHost | undefined {
    return this.all.find((host) => host.name === name);
  }

  /** @returns the one with the fewest servers of those that fit; undefined: none fits. */
  choose(wanted: {
    readonly zone: string | null;
    readonly hostName: string | null;
    readonly not: string | null;
    /** Of a server group: which hosts it takes, and those that it prefers; absent: any. */
    readonly group?: GroupWish | undefined;
  }): SimulatedHost | undefined {
    const { group } = wanted;
    const fitting = this.all.filter(
      (host) =>
        !isDown(host) &&
        !host.isDisabled &&
        host.name !== wanted.not &&
        (wanted.zone === null || host.zone === wanted.zone) &&
        (wanted.hostName === null || host.name === wanted.hostName) &&
        group?.takes(host.name) !== false,
    );
    return fitting.toSorted(
      (left, right) =>
        (group?.cost(left.name) ?? 0) - (group?.cost(right.name) ?? 0) ||
        this.#loadOf(left) - this.#loadOf(right),
    )[0];
  }

  place(server: SimulatedServer, host: SimulatedHost): void {
    server.hostName = host.name;
    server.zone = host.zone;
    this.#load.set(host.name, this.#loadOf(host) + 1);
  }

  unplace(server: SimulatedServer): void {
    const host = this.find(server.hostName);
    if (host !== undefined) this.#load.set(host.name, this.#loadOf(host) - 1);
    server.hostName = null;
  }

  move(server: SimulatedServer, host: SimulatedHost): void {
    this.unplace(server);
    this.place(server, host);
  }

  /** One that comes back ends what has waited for it. */
  change(
    host: SimulatedHost,
    change: Partial<Pick<SimulatedHost, 'isUp' | 'isForcedDown' | 'isDisabled' | 'disabledReason'>>,
  ): void {
    if (change.isUp === false && host.isUp) host.diedAt = this.#clock.now();
    const { isForcedDown, isDisabled } = host;
    Object.assign(host, change);
    if (host.isForcedDown !== isForcedDown || host.isDisabled !== isDisabled) this.#serviceChanged(host);
    if (!host.isUp) return;
    host.diedAt = null;
    if (change.isUp === true) host.hasEvacuated = false;
    const waiting = this.#waiting.get(host.name) ?? [];
    this.#waiting.delete(host.name);
    for (const { run } of waiting) run();
  }

  /** Runs when the host, which is down, is back, or when the server is deleted. */
  whenBack({ name }: SimulatedHost, serverId: string, run: () => void): void {
    this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), { serverId, run }]);
  }

  /** What waits for a host ends with its server. */
  endWaitsOf(serverId: string): void {
    for (const [host, waiting] of this.#waiting) {
      const own = waiting.filter((one) => one.serverId === serverId);
      if (own.length === 0) continue;
      this.#waiting.set(
        host,
        waiting.filter((one) => one.serverId !== serverId),
      );
      for (const { run } of own) run();
    }
  }

  #loadOf({ name }: SimulatedHost): number {
    return this.#load.get(name) ?? 0;
  }
}
