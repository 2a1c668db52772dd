/**
 * The state of a region of the simulated cloud, all of it, in memory. The APIs read and change it; nothing
 * else does. What Keystone knows is the same in all regions.
 */
import type { JsonObject } from '../domain/json.ts';
import { Aggregates } from './aggregates.ts';
import { randomUUID } from 'node:crypto';
import { idText } from './balancer-shapes.ts';
import { Balancers } from './balancers.ts';
import { systemClock, type Clock } from './clock.ts';
import { Faults } from './faults.ts';
import { Flavors } from './flavors.ts';
import { SimulatedHosts } from './hosts.ts';
import { IdentityStore, type Project, type User } from './identity.ts';
import { MutationLog } from './mutation-log.ts';
import { Network } from './network.ts';
import { NotificationFeed } from './notification-feed.ts';
import { Quotas } from './quotas.ts';
import { Servers } from './servers.ts';
import { ServerGroups } from './server-groups.ts';
import { isServing, type SimulatedServer } from './simulated-server.ts';
import type { SimulatorSettings, SimulatorUser } from './settings.ts';
import { StackServers } from './stack-servers.ts';
import { Stacks } from './stacks.ts';

export class World {
  /** Its name. */
  readonly region: string;
  /** Before the paths of its services: '' of the first one. */
  readonly path: string;
  /** All of the cloud, with itself, in the order of the settings. */
  readonly regions: World[];
  readonly clock: Clock;
  readonly startedAt: number;
  settings: SimulatorSettings;
  readonly mutations: MutationLog;
  readonly faults = new Faults();
  readonly identity: IdentityStore;
  readonly network: Network;
  readonly hosts: SimulatedHosts;
  /** What Nova and Heat say of what happens. */
  readonly notifications = new NotificationFeed();
  readonly servers: Servers;
  readonly balancers: Balancers;
  readonly stacks: Stacks;
  readonly flavors = new Flavors();
  readonly quotas: Quotas;
  /** Of the users that have made some: by the id of the user, then by name. */
  readonly keypairs = new Map<string, Map<string, Keypair>>();
  readonly images = new Map<string, SimulatedImage>();
  readonly groups: ServerGroups;
  readonly aggregates: Aggregates;
  /** How often each operation of each service was asked for: `compute list`. */
  readonly requests = new Map<string, number>();
  readonly project: Project;
  readonly admin: User;

  /**
   * The first region, and with it those that the settings name beside it.
   * @param password of the users `admin` and `demo`.
   * @param beside the first region, where this is another one.
   */
  constructor(
    settings: SimulatorSettings,
    password: string,
    clock: Clock = systemClock,
    beside?: { readonly first: World; readonly region: string },
  ) {
    const [own = '', ...others] = settings.regions;
    this.region = beside?.region ?? own;
    this.path = beside === undefined ? '' : `/regions/${beside.region}`;
    this.regions = beside?.first.regions ?? [];
    this.regions.push(this);
    this.clock = clock;
    this.startedAt = clock.now();
    this.settings = settings;
    this.mutations = new MutationLog(clock.now);
    this.identity =
      beside?.first.identity ?? new IdentityStore(clock.now, () => this.settings.token_seconds * 1000);
    this.network = new Network(() => this.settings.strict, clock.now);
    this.quotas = new Quotas(() => this.settings);
    this.hosts = new SimulatedHosts(
      clock,
      () => this.settings,
      (host) => this.notifications.serviceChanged(host),
    );
    this.aggregates = new Aggregates(clock.now);
    this.groups = new ServerGroups(() => this.servers.all);
    this.servers = new Servers({
      groups: this.groups,
      clock,
      mutations: this.mutations,
      hosts: this.hosts,
      flavors: this.flavors,
      quotas: this.quotas,
      settings: () => this.settings,
      observer: {
        changed: (server) => {
          this.notifications.serverChanged(server);
          this.stacks.serverChanged(server);
        },
        actionEnded: (server, action) => this.notifications.serverActionEnded(server, action),
        deleted: (server) => {
          this.notifications.serverDeleted(server);
          this.network.releaseServer(server.id);
          this.stacks.serverChanged(server);
        },
      },
    });
    this.balancers = new Balancers({
      clock,
      mutations: this.mutations,
      settings: () => this.settings,
      answersAt: (address) => this.#runsAt(address),
      removed: ({ properties }) => {
        const port = this.network.ports.get(idText(properties['vip_port_id']));
        if (port !== undefined) this.network.removePort(port);
      },
    });
    this.stacks = new Stacks({
      clock,
      mutations: this.mutations,
      settings: () => this.settings,
      servers: new StackServers(this.servers, this.network),
      changed: (stack) => this.notifications.stackChanged(stack),
    });
    this.addImage('cirros-fake');
    this.project = beside?.first.project ?? this.identity.addProject('admin');
    this.admin = beside?.first.admin ?? this.#addUsers(settings, password);
    if (beside === undefined)
      for (const region of others) void new World(settings, password, clock, { first: this, region });
  }

  /** @returns the administrator. */
  #addUsers({ users }: SimulatorSettings, password: string): User {
    const demo = this.identity.addProject('demo');
    const admin = this.identity.addUser({
      name: 'admin',
      password,
      roles: ['admin', 'member', 'reader'],
      projects: [this.project.id, demo.id],
    });
    this.identity.addUser({ name: 'demo', password, roles: ['member', 'reader'], projects: [demo.id] });
    for (const user of users) this.putUser(user, password);
    return admin;
  }

  /** With no more rights than these, also where the user was there. */
  putUser({ name, password, project, roles }: SimulatorUser, usual = this.admin.password): User {
    const found = this.identity.findByName(this.identity.projects, project);
    const { id } = found ?? this.identity.addProject(project);
    const known = this.identity.findByName(this.identity.users, name);
    return this.identity.putUser({
      name,
      password: password ?? known?.password ?? usual,
      roles,
      projects: [id],
    });
  }

  /** Without an owner it is public, of the administrator. */
  addImage(name: string, given: Partial<Omit<SimulatedImage, 'name' | 'createdAt'>> = {}): SimulatedImage {
    const image = {
      id: randomUUID(),
      owner: null,
      snapshotOf: null,
      isQueued: false,
      properties: {},
      ...given,
      name,
      createdAt: this.clock.now(),
    };
    this.images.set(image.id, image);
    return image;
  }

  /** In the place of the one before. */
  putImage(image: SimulatedImage): void {
    this.images.set(image.id, image);
  }

  /** Whether a server with this address runs, on a host that is up. */
  #runsAt(address: string): boolean {
    const server = this.servers.find(this.network.portAt(address)?.deviceId ?? '');
    if (server === undefined || !isServing(server)) return false;
    return this.hosts.find(server.hostName)?.isUp === true;
  }
}

export interface Keypair {
  readonly name: string;
  readonly publicKey: string;
  readonly createdAt: number;
}

export interface SimulatedImage {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  /** The project; null: it is public. */
  readonly owner: string | null;
  /** Nothing was uploaded yet. */
  readonly isQueued: boolean;
  /** The server that it was made of. */
  readonly snapshotOf: Pick<SimulatedServer, 'id' | 'imageId' | 'userId'> | null;
  /** What users have added. */
  readonly properties: JsonObject;
}
