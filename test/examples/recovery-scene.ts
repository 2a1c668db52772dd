/**
 * A cluster of one failed node, recovered for real by a sample's policy and workflows: NODE_RECOVER on the
 * engine, the embedded workflow runner, a node of a fake cloud, and external services on real sockets.
 */
import { randomUUID } from 'node:crypto';
import { nodeLock } from '../../src/domain/action-requests.ts';
import { nodeRecover } from '../../src/actions/node-recover/node-recover.ts';
import { probe } from '../support/probe.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Action, Recovery, RecoveryStep } from '../../src/domain/model.ts';
import type { FailureClass, Verdict } from '../../src/domain/verdict.ts';
import type { Clouds } from '../../src/openstack/cloud.ts';
import { typeName, type NodeFacts, type ProfileType } from '../../src/profiles/profile-type.ts';
import { registryOf } from '../../src/profiles/registry.ts';
import { insertBinding } from '../../src/store/cluster-policies.ts';
import { insertNodes } from '../../src/store/nodes.ts';
import { getRecovery, insertRecovery, recoveryStarted } from '../../src/store/recoveries.ts';
import { recoverySteps } from '../../src/store/recovery-steps.ts';
import type { Store } from '../../src/store/store.ts';
import { type EmbeddedWorkflows, embeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';
import type { WorkflowExecution } from '../../src/workflow/workflow-service.ts';
import { FakeCloud } from '../support/fake-cloud.ts';
import { newAction } from '../support/new-action.ts';
import { newNode } from '../support/recovery-rows.ts';
import { TestEngine } from '../support/test-engine.ts';
import type { Sample } from './sample.ts';
import { testSession } from '../support/session.ts';
import { WorkflowServices } from '../../src/workflow/workflow-services.ts';

export interface Recovered {
  readonly action: Action;
  readonly recovery: Recovery;
  readonly steps: readonly RecoveryStep[];
  /** `check WORKFLOW SUCCEEDED`, ... */
  readonly outline: readonly string[];
}

export interface NodeProfile {
  readonly type: ProfileType;
  /** Of the profile's spec. */
  readonly properties: JsonObject;
}

export const serverId = 'server-old';

export class RecoveryScene {
  readonly cloud: FakeCloud;
  readonly #profile: NodeProfile;
  readonly #engine: TestEngine;
  readonly #workflows: EmbeddedWorkflows;
  readonly #errors: unknown[];

  private constructor(
    cloud: FakeCloud,
    parts: {
      profile: NodeProfile;
      engine: TestEngine;
      workflows: EmbeddedWorkflows;
      errors: unknown[];
    },
  ) {
    this.cloud = cloud;
    this.#profile = parts.profile;
    this.#engine = parts.engine;
    this.#workflows = parts.workflows;
    this.#errors = parts.errors;
  }

  /**
   * @param given what the node is made from; absent: nodes of the fake cloud.
   * @param clouds that actions of the workflows call.
   */
  static async start(given?: NodeProfile, clouds?: Clouds): Promise<RecoveryScene> {
    const cloud = new FakeCloud();
    const profile = given ?? { type: withHosts(cloud.type), properties: {} };
    const errors: unknown[] = [];
    const log = { error: (details: object) => void errors.push(details) };
    let workflows: EmbeddedWorkflows | undefined;
    const engine = await TestEngine.start((store, membership) => {
      workflows = embeddedWorkflows({ store, membership, log, ...(clouds === undefined ? {} : { clouds }) });
      const services = new WorkflowServices({ embedded: workflows });
      return [nodeRecover({ store, workflows: services, probe, profileTypes: registryOf([profile.type]) })];
    });
    if (workflows === undefined) throw new Error('the engine made no actions');
    await workflows.runner.start();
    return new RecoveryScene(cloud, { profile, engine, workflows, errors });
  }

  get store(): Store {
    return this.#engine.store;
  }

  /**
   * Records a failed node of a cluster with this policy, and starts a recovery as the healer does.
   * @param physicalId of the node.
   */
  async recover(
    sample: Sample,
    failure: FailureClass,
    metadata: JsonObject = {},
    physicalId = serverId,
  ): Promise<Recovered> {
    if (sample.workflows !== null) await this.#workflows.createDefinition(sample.workflows, testSession);
    const type = typeName(this.#profile.type);
    const profileId = await this.#engine.newProfile(type, this.#profile.properties);
    const clusterId = await this.#engine.newCluster(type, { metadata, profileId });
    const policyId = await this.#attach(sample, clusterId);
    const node = newNode(randomUUID(), clusterId, profileId, { physicalId });
    const verdict = { health: 'unhealthy', failure, reason: 'it does not answer' } as const;
    this.cloud.servers.set(serverId, { nodeId: node.id, key: 'old', verdict });
    const recoveryId = randomUUID();
    const action = newAction('NODE_RECOVER', {
      target: node.id,
      clusterId,
      inputs: { recovery_id: recoveryId },
    });
    const facts = {
      id: recoveryId,
      nodeId: node.id,
      nodeName: node.name,
      clusterId,
      policyId,
      plan: {},
      ...testSession,
    };
    await this.store.write(async (tx) => {
      await insertNodes(tx, [node]);
      const seen = { class: failure, reason: verdict.reason };
      await insertRecovery(tx, { ...facts, failure: seen, failedAt: 1, openedAt: 2 });
      await recoveryStarted(tx, recoveryId, action.id, Date.now());
    });
    const locks = [{ resource: nodeLock(node.id), mode: 'exclusive' as const }];
    return await this.#result(await this.#engine.run({ ...action, locks }), recoveryId);
  }

  async #attach({ policy }: Sample, clusterId: string): Promise<string> {
    const policyId = await this.#engine.newPolicy(`${policy.type}-${policy.version}`, policy.properties);
    const binding = { clusterId, policyId, enabled: true, priority: 600, data: null, lastOp: null };
    await this.store.write((tx) => insertBinding(tx, { id: randomUUID(), ...binding }));
    return policyId;
  }

  async #result(action: Action, recoveryId: string): Promise<Recovered> {
    const recovery = await getRecovery(this.store.db, recoveryId);
    if (recovery === undefined) throw new Error('there is no recovery');
    const all = await recoverySteps(this.store.db, recoveryId);
    await this.#holdsNoToken(all);
    // What the policy wrote; the verifications between are the planner's own tests.
    const steps = all.filter(({ purpose }) => purpose !== 'verification');
    const outline = steps.map((step) => `${step.item} ${step.name} ${step.state}`);
    return { action, recovery, steps, outline };
  }

  /** The records of an execution can be read by more users than may use the token that the workflow used. */
  async #holdsNoToken(steps: readonly RecoveryStep[]): Promise<void> {
    for (const step of steps) {
      const execution = await this.#workflows.get(step.executionId ?? '', testSession);
      const kept = JSON.stringify([step, execution?.output, execution?.stateInfo]);
      if (kept.includes('a-token')) throw new Error(`${step.item} tells the token: ${kept}`);
    }
  }

  /** The execution that a step waited for. */
  async execution(step: RecoveryStep | undefined): Promise<WorkflowExecution> {
    const execution = await this.#workflows.get(step?.executionId ?? '', testSession);
    if (execution === undefined) throw new Error(`no execution of ${step?.item}`);
    return execution;
  }

  /** The server is healthy again, by whatever means. */
  recoverServer(): void {
    for (const server of this.cloud.servers.values()) server.verdict = { health: 'healthy', reason: 'runs' };
  }

  async stop(): Promise<void> {
    await this.#workflows.runner.stop();
    await this.#engine.stop();
    if (this.#errors.length > 0) throw new AggregateError(this.#errors, 'the runner logged errors');
  }
}

/** A fake cloud that also says how the host of a server is: as it says of the server itself. */
function withHosts(type: ProfileType): ProfileType {
  const status = (node: NodeFacts, signal: AbortSignal): Promise<Verdict> => type.probe(node, signal);
  return {
    ...type,
    detectionModes: [...type.detectionModes, 'HYPERVISOR_STATUS_POLLING'],
    sharedProbes: { groupOf: () => 'fake', expectMore: () => () => {}, status, host: status },
  };
}
