/**
 * The state of the simulated cloud, all of it, in memory. The APIs read and change it; nothing else does.
 */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../domain/json.ts';
import { idText } from './balancer-shapes.ts';
import { Balancers } from './balancers.ts';
import { systemClock, type Clock } from './clock.ts';
import { Faults } from './faults.ts';
import { Identity, type Project, type User } from './identity.ts';
import { MutationLog } from './mutation-log.ts';
import { Network } from './network.ts';
import { Servers } from './servers.ts';
import type { SimulatorSettings } from './settings.ts';
import { StackServers } from './stack-servers.ts';
import { Stacks } from './stacks.ts';

export class World {
  readonly clock: Clock;
  settings: SimulatorSettings;
  readonly mutations: MutationLog;
  readonly faults = new Faults();
  readonly identity: Identity;
  readonly network: Network;
  readonly servers: Servers;
  readonly balancers: Balancers;
  readonly stacks: Stacks;
  /** Flavors, by id and name alike. */
  readonly flavors: readonly string[] = ['m1.tiny', 'm1.small'];
  readonly images = new Map<string, SimulatedImage>();
  /** Server groups, as Nova sends them. */
  readonly groups = new Map<string, JsonObject>();
  /** How often each operation of each service was asked for: `compute list`. */
  readonly requests = new Map<string, number>();
  readonly project: Project;
  readonly admin: User;

  /** @param password of the users `admin` and `demo`. */
  constructor(settings: SimulatorSettings, password: string, clock: Clock = systemClock) {
    this.clock = clock;
    this.settings = settings;
    this.mutations = new MutationLog(clock.now);
    this.identity = new Identity(clock.now, () => this.settings.token_seconds * 1000);
    this.network = new Network(() => this.settings.strict);
    this.servers = new Servers({
      clock,
      mutations: this.mutations,
      settings: () => this.settings,
      observer: {
        changed: (server) => this.stacks.serverChanged(server),
        deleted: (server) => {
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
    });
    this.project = this.identity.addProject('admin');
    const demo = this.identity.addProject('demo');
    this.admin = this.identity.addUser({
      name: 'admin',
      password,
      roles: ['admin', 'member', 'reader'],
      projects: [this.project.id, demo.id],
    });
    this.addImage('cirros-fake');
    this.identity.addUser({ name: 'demo', password, roles: ['member', 'reader'], projects: [demo.id] });
  }

  addImage(name: string, id: string = randomUUID()): SimulatedImage {
    const image = { id, name, createdAt: this.clock.now() };
    this.images.set(id, image);
    return image;
  }

  /** Whether a server with this address runs, on a host that is up. */
  #runsAt(address: string): boolean {
    const server = this.servers.find(this.network.portAt(address)?.deviceId ?? '');
    return server?.vmState === 'active' && this.servers.host(server.hostName)?.isUp === true;
  }

  addGroup({ name, policy, policies }: JsonObject, projectId: string): JsonObject {
    const id = randomUUID();
    const first = Array.isArray(policies) ? policies[0] : undefined;
    const group = {
      id,
      name: name ?? '',
      policy: policy ?? first ?? 'anti-affinity',
      rules: {},
      members: [],
      project_id: projectId,
      user_id: this.admin.id,
    };
    this.groups.set(id, group);
    return group;
  }
}

export interface SimulatedImage {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}
