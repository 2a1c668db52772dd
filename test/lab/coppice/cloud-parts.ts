/** What the scenes do in the cloud beside Coppice, as its administrator. */
import { eventually } from '../../support/eventually.ts';
import { first } from '../compute.ts';
import type { Lab, LabAnswer, LabRequest, ServiceType } from '../lab.ts';

const patienceMs = 120_000;
const pollMs = 100;

export interface CloudServer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly image: '' | { readonly id: string };
  readonly flavor: { readonly original_name: string };
  readonly addresses: Readonly<Record<string, readonly { readonly addr: string }[]>>;
  readonly 'OS-EXT-STS:task_state': string | null;
  readonly 'OS-EXT-SRV-ATTR:host': string | null;
}

export interface CloudStack {
  readonly id: string;
  readonly stack_name: string;
  readonly stack_status: string;
  readonly tags: readonly string[] | null;
  readonly parameters: Readonly<Record<string, string>>;
}

export class CloudParts {
  readonly lab: Lab;

  constructor(lab: Lab) {
    this.lab = lab;
  }

  /** @throws Error with what was answered where it was refused. */
  async send(service: ServiceType, method: string, path: string, body?: unknown): Promise<LabAnswer> {
    const answer = await this.#ask(service, method, path, { body });
    if (answer.status >= 400)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  #ask(
    service: ServiceType,
    method: string,
    path: string,
    given: Pick<LabRequest, 'body' | 'bytes'> = {},
  ): Promise<LabAnswer> {
    const headers: Record<string, string> =
      service === 'compute' ? { 'OpenStack-API-Version': 'compute 2.79' } : {};
    return this.lab.send({ as: 'admin', service, method, path, headers, ...given });
  }

  /** The id of the image; it is made where the cloud has none. */
  async image(name: string): Promise<string> {
    const list = await this.send('image', 'GET', `/v2/images?name=${name}`);
    const [found] = (list.body as { images: { id: string }[] }).images;
    if (found !== undefined) return found.id;
    const created = await this.send('image', 'POST', '/v2/images', {
      name,
      disk_format: 'raw',
      container_format: 'bare',
      visibility: 'public',
    });
    const { id } = created.body as { id: string };
    await this.#ask('image', 'PUT', `/v2/images/${id}/file`, { bytes: Buffer.alloc(1024) });
    return id;
  }

  /** Makes the network where the cloud has none of this name. */
  async network(name: string): Promise<void> {
    const list = await this.send('network', 'GET', `/v2.0/networks?name=${name}`);
    if ((list.body as { networks: unknown[] }).networks.length > 0) return;
    const { body } = await this.send('network', 'POST', '/v2.0/networks', { network: { name } });
    const { network } = body as { network: { id: string } };
    // With DHCP a port waits for an agent, which the lab does not have.
    const subnet = { network_id: network.id, ip_version: 4, cidr: '10.20.0.0/24', enable_dhcp: false };
    await this.send('network', 'POST', '/v2.0/subnets', { subnet });
  }

  async createServer(name: string, metadata: Readonly<Record<string, string>>): Promise<CloudServer> {
    const imageRef = await this.image('cirros-fake');
    const flavors = await this.send('compute', 'GET', '/v2.1/flavors');
    const tiny = (flavors.body as { flavors: { id: string; name: string }[] }).flavors.filter(
      (flavor) => flavor.name === 'm1.tiny',
    );
    const networks = await this.send('network', 'GET', '/v2.0/networks?name=private');
    const uuid = first((networks.body as { networks: { id: string }[] }).networks, 'network private').id;
    const flavorRef = first(tiny, 'flavor m1.tiny').id;
    const server = { name, imageRef, flavorRef, metadata, networks: [{ uuid }] };
    const { body } = await this.send('compute', 'POST', '/v2.1/servers', { server });
    return await this.serverIs((body as { server: { id: string } }).server.id, 'ACTIVE');
  }

  /** Waits until the server has the status and no task. */
  async serverIs(id: string, status: string): Promise<CloudServer> {
    return await eventually(
      `server ${id} is ${status}`,
      async () => {
        const server = await this.server(id);
        return server?.status === status && server['OS-EXT-STS:task_state'] === null && server;
      },
      patienceMs,
      pollMs,
    );
  }

  /** undefined: there is none. */
  async server(id: string): Promise<CloudServer | undefined> {
    const { status, body } = await this.#ask('compute', 'GET', `/v2.1/servers/${id}`);
    if (status === 404) return undefined;
    const { server } = body as { server: CloudServer };
    return server.status === 'DELETED' ? undefined : server;
  }

  async hostOf(id: string): Promise<string | null> {
    return (await this.server(id))?.['OS-EXT-SRV-ATTR:host'] ?? null;
  }

  /** `openstack compute service set --down HOST nova-compute` */
  async forceDown(host: string): Promise<void> {
    const path = `/v2.1/os-services?binary=nova-compute&host=${host}`;
    const { services } = (await this.send('compute', 'GET', path)).body as {
      services: readonly { id: string }[];
    };
    const [service] = services;
    if (service === undefined) throw new Error(`there is no nova-compute on ${host}`);
    await this.send('compute', 'PUT', `/v2.1/os-services/${service.id}`, { forced_down: true });
  }

  /** The names of the server's instance actions, the newest first. */
  async actionsOf(id: string): Promise<readonly string[]> {
    const { body } = await this.send('compute', 'GET', `/v2.1/servers/${id}/os-instance-actions`);
    return (body as { instanceActions: { action: string }[] }).instanceActions.map(({ action }) => action);
  }

  async actOnServer(id: string, action: Readonly<Record<string, unknown>>): Promise<void> {
    await this.send('compute', 'POST', `/v2.1/servers/${id}/action`, action);
  }

  /** Waits until the server is gone; asks for it where `isAsked`. */
  async serverGone(id: string, isAsked = false): Promise<void> {
    if (isAsked) await this.send('compute', 'DELETE', `/v2.1/servers/${id}`);
    const isGone = async (): Promise<boolean> => (await this.server(id)) === undefined;
    await eventually(`server ${id} is gone`, isGone, patienceMs, pollMs);
  }

  /** The servers of a cluster by the metadata that Coppice writes. */
  async serversOfCluster(id: string): Promise<readonly CloudServer[]> {
    const { body } = await this.send('compute', 'GET', '/v2.1/servers/detail');
    const { servers } = body as { servers: CloudServer[] };
    return servers.filter(({ metadata, status }) => metadata['cluster_id'] === id && status !== 'DELETED');
  }

  async createStack(name: string, stack: Readonly<Record<string, unknown>>): Promise<CloudStack> {
    const path = this.#stacks();
    const { body } = await this.send('orchestration', 'POST', path, { stack_name: name, ...stack });
    const { id } = (body as { stack: { id: string } }).stack;
    return await this.stackIs(`${name}/${id}`, 'CREATE_COMPLETE');
  }

  /** @param stack NAME/ID */
  async stackIs(stack: string, status: string): Promise<CloudStack> {
    return await eventually(
      `stack ${stack} is ${status}`,
      async () => {
        const { body } = await this.send('orchestration', 'GET', `${this.#stacks()}/${stack}`);
        const shown = (body as { stack: CloudStack }).stack;
        return shown.stack_status === status && shown;
      },
      patienceMs,
      pollMs,
    );
  }

  /** By resource of the stack: what it is in its own service. */
  async resourcesOf(stack: string): Promise<Readonly<Record<string, string>>> {
    const { body } = await this.send('orchestration', 'GET', `${this.#stacks()}/${stack}/resources`);
    const { resources } = body as { resources: { resource_name: string; physical_resource_id: string }[] };
    return Object.fromEntries(resources.map((one) => [one.resource_name, one.physical_resource_id]));
  }

  async deleteStack(stack: string): Promise<void> {
    await this.send('orchestration', 'DELETE', `${this.#stacks()}/${stack}`);
    await this.stackGone(stack);
  }

  /** Heat shows a stack by its full path for some time after it was deleted. */
  async stackGone(stack: string): Promise<void> {
    const isGone = async (): Promise<boolean> => {
      const { status, body } = await this.#ask('orchestration', 'GET', `${this.#stacks()}/${stack}`);
      return status === 404 || (body as { stack: CloudStack }).stack.stack_status === 'DELETE_COMPLETE';
    };
    await eventually(`stack ${stack} is gone`, isGone, patienceMs, pollMs);
  }

  #stacks(): string {
    return `/v1/${this.lab.login('admin').projectId}/stacks`;
  }
}
