import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestStore } from '../../../test/support/backends.ts';
import type { TestStore } from '../../../test/support/backends.ts';
import { CrashingRun } from '../../../test/support/crashing-run.ts';
import type { Crash } from '../../../test/support/crashing-run.ts';
import { FakeCloud } from '../../../test/support/fake-cloud.ts';
import { FakeWorkflows } from '../../../test/support/fake-workflows.ts';
import { joined } from '../../../test/support/membership.ts';
import { workflow } from '../../../test/support/health-policies.ts';
import { newAction } from '../../../test/support/new-action.ts';
import { newCluster, newNode, newPolicy, newProfile } from '../../../test/support/recovery-rows.ts';
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Node, Recovery, RecoveryStep } from '../../domain/model.ts';
import { registryOf } from '../../profiles/registry.ts';
import { insertActions } from '../../store/actions.ts';
import type { Ending } from '../../store/action-claims.ts';
import { insertBinding } from '../../store/cluster-policies.ts';
import { insertCluster } from '../../store/clusters.ts';
import { getNode, insertNodes } from '../../store/nodes.ts';
import { insertPolicy } from '../../store/policies.ts';
import { insertProfile } from '../../store/profiles.ts';
import { insertRecovery, listRecoveries, recoveryStarted } from '../../store/recoveries.ts';
import { recoveryDecisions } from '../../store/recovery-decisions.ts';
import { recoverySteps } from '../../store/recovery-steps.ts';
import { nodeLock } from '../../domain/action-requests.ts';
import { nodeRecover } from './node-recover.ts';
import { probe } from '../../../test/support/probe.ts';
import { closeAbandonedRecovery } from '../../recovery-record/recovery-record.ts';
import { testSession } from '../../../test/support/session.ts';
import { workflowStartOf } from '../../recovery-record/workflow-start.ts';
import { embeddedWorkflows } from '../../workflow/runner/embedded-workflows.ts';
import type { WorkflowService } from '../../workflow/workflow-service.ts';
import { WorkflowServices } from '../../workflow/workflow-services.ts';

const start = 1_800_000_000_000;

/** A cluster with one node that has failed, a policy, and a recovery that was started. */
class Scene {
  readonly cloud = new FakeCloud();
  readonly workflows = new FakeWorkflows();
  /** Which engine carries them out. */
  engine: WorkflowService = this.workflows;
  readonly nodeId = randomUUID();
  readonly recoveryId = randomUUID();
  readonly actionId = randomUUID();
  readonly store: TestStore['store'];
  /** Called before each probe of a recovery. */
  beforeProbe: () => Promise<void> = async () => undefined;
  /** null: the server is gone. */
  serverId: string | null = 'server-old';

  constructor(store: TestStore['store']) {
    this.store = store;
  }

  /** @param inputs of an operator's request; absent: the healer asks. */
  async prepare(recovery: JsonObject | null, inputs?: JsonObject): Promise<void> {
    const profile = newProfile('test.node-1.0');
    const cluster = newCluster(profile.id);
    const policy = newPolicy(
      { interval: 10, node_update_timeout: 0, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
      recovery ?? {},
    );
    const node = newNode(this.nodeId, cluster.id, profile.id, { physicalId: this.serverId });
    const verdict = { health: 'unhealthy', failure: 'SERVER_ERROR', reason: 'broken' } as const;
    if (this.serverId !== null)
      this.cloud.servers.set(this.serverId, { nodeId: node.id, key: 'old', verdict });
    const action = newAction('NODE_RECOVER', {
      id: this.actionId,
      target: node.id,
      clusterId: cluster.id,
      inputs: inputs ?? { recovery_id: this.recoveryId },
      locks: [{ resource: nodeLock(node.id), mode: 'exclusive' }],
    });
    await this.store.write(async (tx) => {
      await insertProfile(tx, profile);
      await insertCluster(tx, cluster);
      await insertNodes(tx, [node]);
      if (recovery !== null) {
        await insertPolicy(tx, policy);
        const binding = {
          id: randomUUID(),
          clusterId: cluster.id,
          policyId: policy.id,
          enabled: true,
          priority: 600,
          data: null,
          lastOp: null,
        };
        await insertBinding(tx, binding);
      }
      if (inputs === undefined) await this.#openRecovery(tx, cluster.id, policy.id);
      await insertActions(tx, [action], start);
    });
  }

  async #openRecovery(
    tx: Parameters<typeof insertRecovery>[0],
    clusterId: string,
    policyId: string,
  ): Promise<void> {
    const failure = { class: 'SERVER_ERROR', reason: 'broken' };
    const recovery = {
      id: this.recoveryId,
      nodeId: this.nodeId,
      nodeName: 'web-1',
      clusterId,
      policyId,
      failure,
    };
    await insertRecovery(tx, {
      ...testSession,
      ...recovery,
      failedAt: start - 9,
      openedAt: start - 5,
      plan: {},
    });
    await recoveryStarted(tx, this.recoveryId, this.actionId, start - 1);
  }

  definition() {
    const profileTypes = registryOf([this.cloud.type]);
    return nodeRecover({
      store: this.store,
      profileTypes,
      workflows: new WorkflowServices({ embedded: this.engine }),
      probe: async (...given) => {
        await this.beforeProbe();
        return await probe(...given);
      },
    });
  }

  run(crash: Crash | null = null): CrashingRun {
    return new CrashingRun(this.store, this.definition(), start, crash);
  }

  async node(): Promise<Node> {
    const node = await getNode(this.store.db, this.nodeId);
    if (node === undefined) throw new Error('the node is gone');
    return node;
  }

  async recovery(): Promise<Recovery> {
    const [recovery] = await listRecoveries(this.store.db);
    if (recovery === undefined) throw new Error('there is no recovery');
    return recovery;
  }

  async steps(): Promise<RecoveryStep[]> {
    return await recoverySteps(this.store.db, (await this.recovery()).id);
  }

  async outline(): Promise<string[]> {
    return (await this.steps()).map((step) => `${step.item} ${step.name} #${step.attempt} ${step.state}`);
  }

  async timeline(): Promise<string[]> {
    const decisions = await recoveryDecisions(this.store.db, (await this.recovery()).id);
    return decisions.map((each) => `${each.decision}: ${each.reason}`);
  }
}

let opened: TestStore;
let scene: Scene;

beforeEach(async () => {
  opened = await openTestStore();
  scene = new Scene(opened.store);
});

afterEach(() => opened.close());

/** A ladder with a workflow before and after its first rung. */
const ladder: JsonObject = {
  strategy: 'ESCALATE',
  actions: [
    {
      name: 'REBOOT',
      id: 'restart',
      timeout: 60,
      before: [workflow('drain')],
      after: [workflow('reattach')],
    },
    { name: 'RECREATE', timeout: 60 },
  ],
};

async function recover(recovery: JsonObject): Promise<Ending> {
  await scene.prepare(recovery);
  return await scene.run().toTheEnd();
}

describe('a recovery', () => {
  test('runs its steps, verifies the node, and leaves a record that can be read', async () => {
    scene.workflows.known.set('drain', { output: { moved: 3 } }).set('reattach', {});
    const ending = await recover(ladder);
    expect(ending).toMatchObject({ status: 'SUCCEEDED', outputs: { state: 'RECOVERED' } });
    expect(await scene.outline()).toEqual([
      'actions[0].before[0] WORKFLOW #1 SUCCEEDED',
      'restart REBOOT #1 SUCCEEDED',
      'restart VERIFY #1 SUCCEEDED',
      'actions[0].after[0] WORKFLOW #1 SUCCEEDED',
    ]);
    expect(await scene.recovery()).toMatchObject({ state: 'RECOVERED', actionId: scene.actionId });
    expect(await scene.node()).toMatchObject({
      status: 'ACTIVE',
      statusReason: 'Recovered: REBOOT (restart): verified by DETECTION: runs',
    });
    const [drain, reboot, verification] = await scene.steps();
    expect(drain).toMatchObject({ output: { moved: 3 }, reason: 'the workflow ended in SUCCESS' });
    expect(reboot).toMatchObject({ reason: 'done', verifies: null, deadline: null });
    expect(verification).toMatchObject({
      purpose: 'verification',
      verifies: reboot?.id,
      reason: 'verified by DETECTION: runs',
      deadline: (reboot?.startedAt ?? 0) + 60_000,
    });
    expect(scene.workflows.executions.has(drain?.executionId ?? '')).toBe(true);
    expect(await scene.timeline()).toEqual([
      'probe: look again before anything is touched',
      'confirm: still failed: broken',
      'run: WORKFLOW drain',
      'finish: WORKFLOW drain: SUCCEEDED, the workflow ended in SUCCESS',
      'run: REBOOT (restart)',
      'finish: REBOOT (restart): SUCCEEDED, done',
      'verify: is the node healthy? (by DETECTION)',
      'end-verification: verification of REBOOT (restart): SUCCEEDED, verified by DETECTION: runs',
      'run: WORKFLOW reattach',
      'finish: WORKFLOW reattach: SUCCEEDED, the workflow ended in SUCCESS',
      'settle: RECOVERED: REBOOT (restart): verified by DETECTION: runs',
      'close: RECOVERED: REBOOT (restart): verified by DETECTION: runs',
    ]);
  });

  test('touches nothing when the node is well by then', async () => {
    await scene.prepare(ladder);
    scene.cloud.break(scene.nodeId, { health: 'healthy', reason: 'runs' });
    expect(await scene.run().toTheEnd()).toMatchObject({
      status: 'SUCCEEDED',
      outputs: { state: 'SELF_HEALED' },
    });
    expect(scene.cloud.calls).toEqual([]);
    expect(await scene.node()).toMatchObject({ status: 'ACTIVE' });
  });

  test('touches nothing when the node cannot be seen, and is held', async () => {
    await scene.prepare(ladder);
    scene.cloud.break(scene.nodeId, { health: 'unknown', reason: 'no permission' });
    await scene.run().toTheEnd();
    expect(scene.cloud.calls).toEqual([]);
    expect(await scene.recovery()).toMatchObject({ state: 'OPEN', actionId: null });
    expect((await scene.timeline()).at(-1)).toBe(
      'release: held: cannot probe the node (no permission); probing again in 10 s',
    );
  });

  test('climbs to RECREATE when a REBOOT fails, and the new node is another one', async () => {
    scene.workflows.known.set('drain', {});
    scene.cloud.fail('reboot web-1', new CoppiceError('operation-impossible', 'there is nothing to reboot'));
    expect((await recover(ladder)).status).toBe('SUCCEEDED');
    expect(scene.cloud.calls).toEqual(['reboot web-1', 'remove web-1', 'create web-1']);
    expect(scene.cloud.servers.size).toBe(1);
    expect((await scene.node()).physicalId).toBe([...scene.cloud.servers.keys()][0]);
  });

  test('that helps nothing leaves the node in ERROR, says why, and fails', async () => {
    const stubborn = { actions: [{ name: 'REBUILD', timeout: 5 }] };
    scene.cloud.fail('rebuild web-1');
    const ending = await recover(stubborn);
    expect(ending).toEqual({
      status: 'FAILED',
      reason: 'Nothing helped: REBUILD: rebuild web-1 went wrong',
      outputs: {},
    });
    expect(await scene.recovery()).toMatchObject({ state: 'EXHAUSTED' });
    expect(await scene.node()).toMatchObject({
      status: 'ERROR',
      statusReason: 'Recovery failed: REBUILD: rebuild web-1 went wrong',
    });
  });

  test('tries again what a retry can help, and not what it cannot', async () => {
    const twice = { actions: [{ name: 'REBUILD', timeout: 5, attempts: 3 }] };
    scene.cloud.fail('rebuild web-1');
    expect((await recover(twice)).status).toBe('SUCCEEDED');
    expect(await scene.outline()).toEqual([
      'actions[0] REBUILD #1 FAILED',
      'actions[0] REBUILD #2 SUCCEEDED',
      'actions[0] VERIFY #2 SUCCEEDED',
    ]);
  });

  test('does not recreate a node whose old server cannot be removed, unless the policy forces it', async () => {
    scene.cloud.fail('remove web-1');
    expect((await recover({ actions: [{ name: 'RECREATE', timeout: 5 }] })).reason).toBe(
      'Nothing helped: RECREATE: the old node could not be removed: remove web-1 went wrong',
    );
    expect(scene.cloud.calls).toEqual(['remove web-1']);
  });

  test('keeps the old server where no new one could be created', async () => {
    const issue = { field: 'image', expected: 'one that the cloud has', found: '"debian"' };
    Object.assign(scene.cloud.type, { examine: () => Promise.resolve([issue]) });
    expect((await recover({ actions: [{ name: 'RECREATE', timeout: 5, attempts: 2 }] })).reason).toBe(
      'Nothing helped: RECREATE: the old node is kept, since no new one can be created: image: expected one that the cloud has, found "debian" (no other attempt is made: it would fail alike)',
    );
    expect(scene.cloud.calls).toEqual([]);
    expect(scene.cloud.servers.size).toBe(1);
  });

  test('that removed the old server and could not make a new one says that there is none', async () => {
    scene.cloud.fail('create web-1');
    await recover({ actions: [{ name: 'RECREATE', timeout: 5 }] });
    expect(await scene.node()).toMatchObject({ status: 'ERROR', physicalId: null, data: {} });
  });

  test('fences: what has to be gone has to be gone, whatever is forced', async () => {
    scene.cloud.fail('remove web-1');
    const fenced = {
      actions: [{ name: 'RECREATE', timeout: 5 }],
      node_force_recreate: true,
      fencing: ['COMPUTE'],
    };
    expect((await recover(fenced)).status).toBe('FAILED');
    expect(scene.cloud.calls).toEqual(['remove web-1']);
  });

  test('with node_force_recreate makes the new node all the same', async () => {
    scene.cloud.fail('remove web-1');
    expect(
      (await recover({ actions: [{ name: 'RECREATE', timeout: 5 }], node_force_recreate: true })).status,
    ).toBe('SUCCEEDED');
    expect(scene.cloud.calls).toEqual(['remove web-1', 'create web-1']);
  });
});

describe('a workflow', () => {
  const alone = (more: JsonObject = {}, params: JsonObject = {}): JsonObject => ({
    actions: [
      { name: 'WORKFLOW', id: 'heal', timeout: 1, params: { workflow_name: 'heal', ...params }, ...more },
    ],
    verify: 'NONE',
  });

  test('that does not exist is terminal, and says what is missing', async () => {
    expect((await recover(alone({ attempts: 5 }))).reason).toBe(
      'Nothing helped: WORKFLOW heal: there is no workflow heal (no other attempt is made: it would fail alike)',
    );
    expect(await scene.outline()).toEqual(['heal WORKFLOW #1 FAILED']);
  });

  test('is created from the definition that the policy carries', async () => {
    const definition = "version: '2.0'\nheal: {tasks: {a: {action: std.noop}}}";
    await recover(alone({}, { inputs: { definition } }));
    expect(scene.workflows.calls).toEqual(['define heal', 'start heal']);
  });

  test('that another recovery defines at the same time is there, and is used', async () => {
    const definition = "version: '2.0'\nheal: {tasks: {a: {action: std.noop}}}";
    scene.workflows.definedMeanwhile = 'heal';
    await recover(alone({}, { inputs: { definition } }));
    expect(scene.workflows.calls).toEqual(['start heal']);
  });

  test('is created from that definition although another project shares one of that name', async () => {
    const definition = "version: '2.0'\nheal: {tasks: {a: {action: std.noop}}}";
    scene.workflows.known.set('heal', { isOwn: false });
    await recover(alone({}, { inputs: { definition } }));
    expect(scene.workflows.calls).toEqual(['define heal', 'start heal']);
  });

  test.each(['private', 'public'])(
    'is created from it although another project has a %s one of that name',
    async (scope) => {
      const engine = embeddedWorkflows({ store: scene.store, membership: await joined(scene.store) });
      await engine.runner.start();
      scene.engine = engine;
      const definition = (action: string): string =>
        `version: '2.0'\nheal: {tasks: {a: {action: ${action}}}}`;
      const theirs = { namespace: '', scope, project: 'theirs' };
      await engine.runner.library.create('workflow', definition('std.fail'), theirs);
      try {
        await recover(alone({}, { inputs: { definition: definition('std.noop') } }));
        expect(await scene.outline()).toEqual(['heal WORKFLOW #1 SUCCEEDED']);
      } finally {
        await engine.runner.stop();
      }
      const executions = scene.store.db
        .selectFrom('workflow_execution')
        .select(['project', 'definition_project']);
      const { project } = testSession;
      expect(await executions.execute()).toEqual([{ project, definition_project: project }]);
    },
  );

  test.each([
    ['new', [], ['define other']],
    ['known', ['other'], []],
  ])('that a definition, which is %s, does not define is missing', async (_how, known, calls) => {
    for (const name of known) scene.workflows.known.set(name, {});
    const definition = "version: '2.0'\nother: {tasks: {a: {action: std.noop}}}";
    expect((await recover(alone({ attempts: 3 }, { inputs: { definition } }))).reason).toBe(
      'Nothing helped: WORKFLOW heal: there is no workflow heal, also not in its inputs.definition (no other attempt is made: it would fail alike)',
    );
    expect(scene.workflows.calls).toEqual(calls);
  });

  test('gets its inputs and the whole context', async () => {
    scene.workflows.known.set('heal', {
      inputs: [
        { name: 'host', required: true },
        { name: 'node_id', required: true },
      ],
    });
    await recover(alone({}, { inputs: { host: '<% $.failure.class %>' } }));
    const [execution] = scene.workflows.executions.values();
    expect(execution?.input).toEqual({ host: 'SERVER_ERROR', node_id: 'server-old' });
    expect(execution?.env).toMatchObject({
      healing: { node: { name: 'web-1' }, failure: { reason: 'broken' } },
    });
  });

  test('that hangs is cancelled when its time is up, and its end awaited', async () => {
    scene.workflows.known.set('heal', { ends: 'hangs' });
    scene.workflows.unreachable.set('cancel', 2);
    expect((await recover(alone())).reason).toBe(
      'Nothing helped: WORKFLOW heal: not done within 1 s, so it was cancelled',
    );
    expect(scene.workflows.calls).toEqual(['start heal', 'cancel heal']);
  });

  test('that ends in ERROR is a failure that an attempt may help; each attempt is an execution of its own', async () => {
    scene.workflows.known.set('heal', { ends: 'ERROR' });
    expect((await recover(alone({ attempts: 2 }))).reason).toContain(
      'the workflow ended in ERROR: task boom failed',
    );
    expect(scene.workflows.executions.size).toBe(2);
  });

  test('that an operator cancels is not started again', async () => {
    scene.workflows.known.set('heal', { ends: 'CANCELLED' });
    await recover(alone({ attempts: 2 }));
    expect(scene.workflows.executions.size).toBe(1);
  });

  test('whose start was heard but not answered is awaited, not started twice', async () => {
    scene.workflows.known.set('heal', { afterReads: 3 });
    scene.workflows.unreachable.set('start', 1).set('get', 2);
    await recover(alone({ attempts: 3 }));
    expect(scene.workflows.calls).toEqual(['start heal']);
    expect((await scene.steps())[0]).toMatchObject({ attempt: 1 });
  });

  test('whose engine does not answer is started when it does', async () => {
    scene.workflows.known.set('heal', {});
    scene.workflows.unreachable.set('find', 3);
    await recover(alone({}));
    expect((await scene.steps())[0]).toMatchObject({ state: 'SUCCEEDED', attempt: 1 });
    expect(scene.workflows.calls).toEqual(['start heal']);
    const { db } = scene.store;
    expect(await workflowStartOf(db, scene.actionId, 0)).toEqual({ state: 'BEGUN' });
    expect(await workflowStartOf(db, scene.actionId, 2 * start)).toEqual({ state: 'STARTING' });
  });

  test('whose engine does not answer in its time has failed, and was never cancelled', async () => {
    scene.workflows.known.set('heal', {});
    scene.workflows.unreachable.set('find', Infinity).set('cancel', Infinity);
    await recover(alone({ timeout: 1 }));
    expect((await scene.steps())[0]).toMatchObject({
      state: 'FAILED',
      reason: 'the workflow engine does not answer',
    });
    expect(scene.workflows.calls).toEqual([]);
    expect(await workflowStartOf(scene.store.db, scene.actionId, 0)).toEqual({
      state: 'NOT_BEGUN',
      reason: 'the workflow engine does not answer',
    });
  });

  test.each([
    ['', 0],
    [', also where the engine is away at first', 2],
  ])('is cancelled with the recovery, and its end awaited%s', async (_when, unanswered) => {
    scene.workflows.known.set('heal', { ends: 'hangs' });
    scene.workflows.unreachable.set('cancel', unanswered);
    await scene.prepare(alone());
    const ending = await scene.run().toTheEnd(2);
    expect(ending).toMatchObject({ status: 'CANCELLED' });
    expect(scene.workflows.calls).toEqual(['start heal', 'cancel heal']);
    expect(await scene.outline()).toEqual(['heal WORKFLOW #1 CANCELLED']);
    expect(await scene.recovery()).toMatchObject({ state: 'CANCELLED' });
    expect((await scene.node()).status).toBe('ERROR');
  });
});

describe('a verification', () => {
  /** It may still come up, so that it is probed until the time is over. */
  const starting = { health: 'unhealthy', failure: 'SERVER_STOPPED', reason: 'it starts' } as const;
  const idle = { actions: [{ ...workflow('heal'), timeout: 5 }] };

  test('that fails has a row of its own, and the workflow that succeeded keeps its end and output', async () => {
    scene.workflows.known.set('heal', { output: { moved: 3 } });
    await scene.prepare(idle);
    scene.cloud.break(scene.nodeId, starting);
    expect((await scene.run().toTheEnd()).status).toBe('FAILED');
    const [heal, verification] = await scene.steps();
    expect(heal).toMatchObject({
      name: 'WORKFLOW',
      state: 'SUCCEEDED',
      reason: 'the workflow ended in SUCCESS',
      output: { moved: 3 },
    });
    expect(verification).toMatchObject({
      name: 'VERIFY',
      state: 'FAILED',
      reason: 'the node is still not healthy after 5 s: it starts',
      verifies: heal?.id,
      startedAt: heal?.endedAt,
      endedAt: verification?.deadline,
    });
  });

  test('that is cancelled leaves its step SUCCEEDED', async () => {
    scene.workflows.known.set('heal', {});
    await scene.prepare(idle);
    scene.cloud.break(scene.nodeId, starting);
    expect(await scene.run().toTheEnd(3)).toMatchObject({ status: 'CANCELLED' });
    expect(await scene.outline()).toEqual([
      'actions[0] WORKFLOW #1 SUCCEEDED',
      'actions[0] VERIFY #1 CANCELLED',
    ]);
  });

  test('of a whole chain verifies no one step', async () => {
    scene.workflows.known.set('announce', { ends: 'ERROR' });
    await recover({
      actions: [
        { name: 'REBUILD', timeout: 5 },
        { ...workflow('announce'), on_failure: 'NEXT' },
      ],
    });
    expect(await scene.outline()).toEqual([
      'actions[0] REBUILD #1 SUCCEEDED',
      'actions[1] WORKFLOW #1 FAILED',
      '(chain) VERIFY #1 SUCCEEDED',
    ]);
    expect((await scene.steps()).at(-1)).toMatchObject({ purpose: 'verification', verifies: null });
  });

  test('that an earlier version began, which kept no row of it, ends the step and itself', async () => {
    let probes = 0;
    scene.beforeProbe = async () => {
      probes += 1;
      if (probes === 2) await leaveAsEarlierVersion();
    };
    expect((await recover({ actions: [{ name: 'REBUILD', timeout: 5 }] })).status).toBe('SUCCEEDED');
    expect(probes).toBe(2);
    expect(await scene.outline()).toEqual([
      'actions[0] REBUILD #1 SUCCEEDED',
      'actions[0] VERIFY #1 SUCCEEDED',
    ]);
    const [rebuild, verification] = await scene.steps();
    expect(rebuild).toMatchObject({ reason: 'done', endedAt: verification?.startedAt });
  });

  /** It wrote the end of a step with the end of its verification. */
  async function leaveAsEarlierVersion(): Promise<void> {
    await scene.store.write(async ({ db }) => {
      await db.deleteFrom('recovery_step').where('name', '=', 'VERIFY').execute();
      await db.deleteFrom('recovery_decision').where('decision', '=', 'finish').execute();
      const running = { state: 'RUNNING', reason: '', ended_at: null, output: null };
      await db.updateTable('recovery_step').set(running).execute();
    });
  }
});

describe('asked for by an operator', () => {
  const ran = async (recovery: JsonObject | null, inputs: JsonObject): Promise<Ending> => {
    await scene.prepare(recovery, inputs);
    return await scene.run().toTheEnd();
  };

  test('without an operation the chain of the policy runs, and the record says so', async () => {
    expect((await ran({ actions: [{ name: 'REBUILD', timeout: 5 }] }, {})).status).toBe('SUCCEEDED');
    expect(await scene.outline()).toEqual([
      'actions[0] REBUILD #1 SUCCEEDED',
      'actions[0] VERIFY #1 SUCCEEDED',
    ]);
    expect((await scene.timeline()).slice(0, 3)).toEqual([
      'open: asked for by an operator',
      'pass: asked for by an operator: the gates that are for automation are passed over',
      'pass: requested without a check: the node is not probed first',
    ]);
  });

  test('with an operation that one runs, with its parameters', async () => {
    expect((await ran(ladder, { operation: 'REBUILD' })).status).toBe('SUCCEEDED');
    expect(scene.cloud.calls).toEqual(['rebuild web-1']);
  });

  test('without a policy and an operation the node is recreated, as in Senlin', async () => {
    expect((await ran(null, {})).status).toBe('SUCCEEDED');
    expect(scene.cloud.calls).toEqual(['remove web-1', 'create web-1']);
    expect(await scene.recovery()).toMatchObject({ policyId: null, failure: { class: 'REQUESTED' } });
  });

  test('the request joins the recovery that is open', async () => {
    await scene.prepare({ actions: [{ name: 'REBUILD', timeout: 5 }] }, {});
    const { clusterId } = await scene.node();
    const failure = { class: 'SERVER_ERROR', reason: 'broken' };
    const recovery = {
      id: scene.recoveryId,
      nodeId: scene.nodeId,
      nodeName: 'web-1',
      clusterId,
      policyId: null,
      failure,
    };
    await opened.store.write((tx) =>
      insertRecovery(tx, { ...testSession, ...recovery, failedAt: 1, openedAt: 1, plan: {} }),
    );
    expect((await scene.run().toTheEnd()).outputs).toMatchObject({ recovery_id: scene.recoveryId });
    expect((await scene.timeline())[0]).toBe('join: asked for by an operator');
  });

  test('with a check a well node is left alone', async () => {
    await scene.prepare(ladder, { check: true });
    scene.cloud.break(scene.nodeId, { health: 'healthy', reason: 'runs' });
    expect((await scene.run().toTheEnd()).outputs).toMatchObject({ state: 'SELF_HEALED' });
    expect(scene.cloud.calls).toEqual([]);
  });
});

test('an action that is cancelled before it ran leaves no recovery open', async () => {
  await scene.prepare(ladder);
  expect((await scene.run().toTheEnd(1)).status).toBe('CANCELLED');
  expect(scene.cloud.calls).toEqual([]);
  const action = { action: 'NODE_RECOVER', target: scene.nodeId, id: scene.actionId };
  await opened.store.write((tx) => closeAbandonedRecovery(tx, action, 'The action was cancelled.', start));
  expect(await scene.recovery()).toMatchObject({ state: 'CANCELLED' });
});

describe('a crash', () => {
  const scenarios: [string, (scene: Scene) => JsonObject][] = [
    [
      'in a ladder with hooks',
      (each) => {
        each.workflows.known.set('drain', { afterReads: 2 }).set('reattach', {});
        // There is nothing to reboot.
        each.serverId = null;
        return ladder;
      },
    ],
    [
      'in a chain that is verified late',
      ({ workflows }) => {
        workflows.known.set('precheck', { output: { target: 'h7' } });
        return {
          stabilize: 3,
          actions: [workflow('precheck'), { name: 'REBUILD', attempts: 2, timeout: 30 }],
        };
      },
    ],
    [
      'in a recovery that helps nothing',
      ({ workflows }) => {
        workflows.known.set('page', {});
        return { actions: [workflow('nothing', { timeout: 1 })], on_exhausted: [workflow('page')] };
      },
    ],
    [
      'in a workflow that hangs',
      ({ workflows }) => {
        workflows.known.set('stuck', { ends: 'hangs' });
        return { actions: [workflow('stuck', { timeout: 0.05, attempts: 2 })] };
      },
    ],
  ];

  interface After {
    readonly outline: string[];
    readonly timeline: string[];
    readonly state: string;
    readonly status: string;
    readonly workflowCalls: string[];
    readonly servers: number;
    readonly ending: string;
  }

  /** The scenario with one crash, in a store of its own; and how many commits it took. */
  async function play(
    make: (scene: Scene) => JsonObject,
    crash: Crash | null,
  ): Promise<{ after: After; commits: number; crashes: number }> {
    const store = await openTestStore();
    try {
      const each = new Scene(store.store);
      await each.prepare(make(each));
      const run = each.run(crash);
      const ending = await run.toTheEnd();
      const after = {
        outline: await each.outline(),
        timeline: await each.timeline(),
        state: (await each.recovery()).state,
        status: (await each.node()).status,
        workflowCalls: each.workflows.calls,
        servers: each.cloud.servers.size,
        ending: ending.status,
      };
      return { after, commits: run.commits, crashes: run.crashes };
    } finally {
      await store.close();
    }
  }

  test.each(scenarios)(
    '%s, before or after any commit, changes nothing that can be seen afterwards',
    async (_name, make) => {
      const calm = await play(make, null);
      expect(calm.after.state).not.toBe('OPEN');
      for (let commit = 1; commit <= calm.commits; commit += 1) {
        for (const when of ['before', 'after'] as const) {
          const crashed = await play(make, { commit, when });
          expect(crashed.crashes).toBe(1);
          expect(crashed.after, `crash ${when} commit ${commit}`).toEqual(calm.after);
        }
      }
    },
  );
});
