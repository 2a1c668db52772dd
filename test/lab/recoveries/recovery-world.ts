/**
 * Recoveries in which a workflow takes part, on real services or on stand-ins: a Coppice, a cloud, the
 * workflow service of the clusters, and what can be done to all of them in the middle.
 */
import { expect } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { eventually } from '../../support/eventually.ts';
import type { CloudParts } from '../coppice/cloud-parts.ts';
import type { CoppiceNode, CoppiceProcess, Recovery } from '../coppice/coppice-process.ts';
import type { WorkflowApi } from './workflow-api.ts';

/** Stops and starts the nova-compute of a host. */
export interface HostSwitch {
  stop(host: string): Promise<void>;
  /** Also takes back that it was forced down. */
  start(host: string): Promise<void>;
}

/** Is told of each step that has begun or ended, `check WORKFLOW RUNNING`; may break whatever there is. */
export type Disturb = (change: string) => Promise<void>;

export interface RecoveryWorldParts {
  readonly coppice: CoppiceProcess;
  readonly cloud: CloudParts;
  readonly service: 'embedded' | 'mistral';
  readonly workflows: WorkflowApi;
  readonly hosts: HostSwitch;
  readonly disturb?: Disturb;
}

export interface SceneCluster {
  readonly id: string;
  readonly name: string;
  readonly nodes: readonly CoppiceNode[];
}

const profile: JsonObject = {
  type: 'os.nova.server',
  version: '1.0',
  properties: { flavor: 'm1.tiny', image: 'cirros-fake', networks: [{ network: 'private' }] },
};

const patienceMs = 300_000;
const pollMs = 50;

export class RecoveryWorld {
  readonly coppice: CoppiceProcess;
  readonly cloud: CloudParts;
  readonly service: 'embedded' | 'mistral';
  readonly workflows: WorkflowApi;
  readonly hosts: HostSwitch;
  readonly #disturb: Disturb;

  constructor({ disturb, ...parts }: RecoveryWorldParts) {
    this.coppice = parts.coppice;
    this.cloud = parts.cloud;
    this.service = parts.service;
    this.workflows = parts.workflows;
    this.hosts = parts.hosts;
    this.#disturb = disturb ?? (() => Promise.resolve());
  }

  /** A cluster of servers whose nodes are healthy, with a health policy of these properties. */
  async cluster(
    kind: string,
    size: number,
    properties: JsonObject,
    metadata: JsonObject = {},
  ): Promise<SceneCluster> {
    const { coppice, service } = this;
    const name = `${kind}-${service}-${Date.now().toString(36)}`;
    await coppice.createProfile(name, profile);
    const spec = { type: 'senlin.policy.health', version: '1.3', properties };
    await coppice.send('POST', '/v1/policies', { policy: { name, spec } });
    const answer = await coppice.act('POST', '/v1/clusters', {
      cluster: {
        name,
        profile_id: name,
        desired_capacity: size,
        metadata,
        config: { workflow: service },
      },
    });
    const { id } = answer['cluster'] as { id: string };
    await coppice.act('POST', `/v1/clusters/${name}/actions`, { policy_attach: { policy_id: name } });
    return { id, name, nodes: await coppice.allHealthy(name) };
  }

  /** Follows the first recovery of a node to its end, and tells of each change in its steps. */
  async followRecovery({ id }: CoppiceNode): Promise<Recovery> {
    const seen = new Set<string>();
    return await eventually(
      `the recovery of node ${id} is closed`,
      async () => {
        const { recoveries } = await this.coppice.send('GET', '/v1/recoveries');
        const found = (recoveries as unknown as Recovery[]).find((one) => one.node_id === id);
        if (found === undefined) return false;
        const recovery = await this.recovery(found.id);
        for (const change of outlineOf(recovery)) {
          if (seen.has(change)) continue;
          seen.add(change);
          await this.#disturb(change);
        }
        return recovery.state !== 'OPEN' && recovery;
      },
      patienceMs,
      pollMs,
    );
  }

  async recovery(id: string): Promise<Recovery> {
    return (await this.coppice.send('GET', `/v1/recoveries/${id}`))['recovery'] as unknown as Recovery;
  }

  /** Deletes the cluster; each of its servers is gone then. */
  async remove({ name, id }: SceneCluster): Promise<void> {
    await this.coppice.act('DELETE', `/v1/clusters/${name}`);
    expect(await this.cloud.serversOfCluster(id), 'servers of the deleted cluster').toEqual([]);
  }

  /** Each node has its one server, and there is no other. */
  async expectOneServerEach({ name, id }: SceneCluster): Promise<void> {
    const nodes = await this.coppice.nodes(name);
    const servers = await this.cloud.serversOfCluster(id);
    const shown = servers.map((server) => `${server.id} of ${server.metadata['cluster_node_id']}`);
    const wanted = nodes.map((node) => `${node.physical_id} of ${node.id}`);
    expect(shown.toSorted()).toEqual(wanted.toSorted());
  }
}

/** What was done in a recovery, without verifications: `check WORKFLOW SUCCEEDED`. */
export function outlineOf({ steps }: Recovery): readonly string[] {
  return steps
    .filter(({ purpose }) => purpose !== 'verification')
    .map(({ item, name, state }) => `${item} ${name} ${state}`);
}
