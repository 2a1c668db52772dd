/** Networks, subnets, ports and security groups of the simulated cloud. */
import { createHash, randomUUID } from 'node:crypto';
import { SimulatorError } from './api-error.ts';

export interface SimulatedNetwork {
  readonly id: string;
  readonly name: string;
  readonly subnetId: string;
  /** Its two first bytes: `10.10`. */
  readonly prefix: string;
  readonly createdAt: number;
  next: number;
}

export interface SimulatedPort {
  readonly id: string;
  name: string;
  readonly networkId: string;
  readonly subnetId: string;
  readonly address: string;
  readonly macAddress: string;
  readonly projectId: string;
  /** Empty: of no server. */
  deviceId: string;
  securityGroups: readonly string[];
  description: string;
  readonly createdAt: number;
  /** Whether Nova made it with its server, and removes it with it. */
  readonly isOfServer: boolean;
}

export interface FloatingAddress {
  readonly id: string;
  readonly address: string;
  readonly networkId: string;
  readonly projectId: string;
  readonly description: string;
  portId: string | null;
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly projectId: string;
}

export class Network {
  readonly networks = new Map<string, SimulatedNetwork>();
  readonly ports = new Map<string, SimulatedPort>();
  readonly floating = new Map<string, FloatingAddress>();
  /** By id; those that were made. */
  readonly securityGroups = new Map<string, SecurityGroup>();
  /** By the id of the server. */
  readonly #byDevice = new Map<string, SimulatedPort[]>();
  readonly #byAddress = new Map<string, SimulatedPort>();
  readonly #isStrict: () => boolean;
  readonly #now: () => number;

  constructor(isStrict: () => boolean, now: () => number) {
    this.#isStrict = isStrict;
    this.#now = now;

    this.#add('private', randomUUID());
  }

  /** By id or name; where the cloud takes any, the one that was asked for is there from now on. */
  findNetwork(idOrName: string): SimulatedNetwork | undefined {
    const known =
      this.networks.get(idOrName) ?? [...this.networks.values()].find(({ name }) => name === idOrName);
    if (known !== undefined || this.#isStrict()) return known;
    return this.#add(idOrName, isUuid(idOrName) ? idOrName : uuidOf(`network ${idOrName}`));
  }

  get defaultNetwork(): SimulatedNetwork | undefined {
    return this.networks.values().next().value;
  }

  /** @throws SimulatorError 409 for an address that is taken. */
  addPort(wanted: {
    readonly network: SimulatedNetwork;
    readonly projectId: string;
    readonly name: string;
    readonly address?: string | undefined;
    readonly deviceId?: string;
    readonly securityGroups?: readonly string[];
    readonly description?: string;
    readonly isOfServer: boolean;
  }): SimulatedPort {
    const { network, projectId, name, address, deviceId = '', description = '', isOfServer } = wanted;
    const { securityGroups = [defaultSecurityGroup(projectId).id] } = wanted;
    if (address !== undefined && this.#byAddress.has(address))
      throw new SimulatorError(409, `IP address ${address} already allocated in subnet ${network.subnetId}`);
    const id = randomUUID();
    const port: SimulatedPort = {
      id,
      name,
      networkId: network.id,
      subnetId: network.subnetId,
      address: address ?? nextAddress(network),
      macAddress: `fa:16:3e:${id.slice(0, 2)}:${id.slice(2, 4)}:${id.slice(4, 6)}`,
      projectId,
      deviceId,
      securityGroups,
      description,
      createdAt: this.#now(),
      isOfServer,
    };
    this.ports.set(port.id, port);
    this.#byAddress.set(port.address, port);
    this.#attach(port, deviceId);
    return port;
  }

  /** @param deviceId the server; empty: none. */
  setDevice(port: SimulatedPort, deviceId: string): void {
    const others = (this.#byDevice.get(port.deviceId) ?? []).filter((one) => one !== port);
    if (others.length === 0) this.#byDevice.delete(port.deviceId);
    else this.#byDevice.set(port.deviceId, others);
    port.deviceId = deviceId;
    this.#attach(port, deviceId);
  }

  removePort(port: SimulatedPort): void {
    this.setDevice(port, '');
    this.ports.delete(port.id);
    if (this.#byAddress.get(port.address) === port) this.#byAddress.delete(port.address);
    for (const floating of this.floating.values()) if (floating.portId === port.id) floating.portId = null;
  }

  portAt(address: string): SimulatedPort | undefined {
    return this.#byAddress.get(address);
  }

  addSecurityGroup(group: Omit<SecurityGroup, 'id'>): SecurityGroup {
    const added = { id: randomUUID(), ...group };
    this.securityGroups.set(added.id, added);
    return added;
  }

  /**
   * By id or name; each project has `default`. Where the cloud takes any, the one that was asked for is
   * there.
   */
  findSecurityGroup(idOrName: string, projectId: string): SecurityGroup | undefined {
    const own = [...this.securityGroups.values()].filter((group) => group.projectId === projectId);
    const made = own.find(({ id, name }) => id === idOrName || name === idOrName);
    if (made !== undefined) return made;
    const standard = defaultSecurityGroup(projectId);
    if (idOrName === standard.id || idOrName === standard.name) return standard;
    if (this.#isStrict()) return undefined;
    const id = isUuid(idOrName) ? idOrName : uuidOf(`security group ${idOrName}`);
    return { id, name: idOrName, description: '', projectId };
  }

  portsOf(serverId: string): readonly SimulatedPort[] {
    return this.#byDevice.get(serverId) ?? [];
  }

  /** Those that Nova made go with the server; others are free again. */
  releaseServer(serverId: string): void {
    for (const port of this.portsOf(serverId))
      if (port.isOfServer) this.removePort(port);
      else this.setDevice(port, '');
  }

  #attach(port: SimulatedPort, deviceId: string): void {
    if (deviceId !== '') this.#byDevice.set(deviceId, [...this.portsOf(deviceId), port]);
  }

  #add(name: string, id: string): SimulatedNetwork {
    const prefix = `10.${10 + (this.networks.size % 200)}`;
    const network = { id, name, subnetId: randomUUID(), prefix, createdAt: this.#now(), next: 10 };
    this.networks.set(id, network);
    return network;
  }
}

export function defaultSecurityGroup(projectId: string): SecurityGroup {
  const id = uuidOf('security group default');
  return { id, name: 'default', description: 'Default security group', projectId };
}

function nextAddress(network: SimulatedNetwork): string {
  const number = network.next;
  network.next = number >= 65_000 ? 10 : number + 1;
  return `${network.prefix}.${number >> 8}.${number & 255}`;
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text);
}

/** The same UUID for the same text: names that were made up keep their id. */
export function uuidOf(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
