import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeWorkflows } from '../../test/support/fake-workflows.ts';
import { healthPolicy } from '../../test/support/health-policies.ts';
import { newAction } from '../../test/support/new-action.ts';
import { newCluster, newNode, newPolicy, newProfile } from '../../test/support/recovery-rows.ts';
import { TestServer } from '../../test/support/test-server.ts';
import type { JsonObject } from '../domain/json.ts';
import { chainFacts } from '../recovery/chain.ts';
import type { HealthRecord } from '../domain/health-record.ts';
import { toClusterHealthAnswer } from './shapes/health.ts';
import { nothingOfActions } from '../requests/actions-of-clusters.ts';
import { describeClusterHealth } from '../requests/cluster-health.ts';
import { insertActions } from '../store/actions.ts';
import { saveStep } from '../store/action-steps.ts';
import { insertBinding } from '../store/cluster-policies.ts';
import { insertCluster } from '../store/clusters.ts';
import { listEvents } from '../store/events.ts';
import { healingOfCluster, quarantineNode, setBreaker } from '../store/healing.ts';
import { saveNodeHealth } from '../store/node-health.ts';
import { insertNodes, updateNode } from '../store/nodes.ts';
import { insertPolicy } from '../store/policies.ts';
import { insertProfile } from '../store/profiles.ts';
import { insertRecovery, recoveryStarted } from '../store/recoveries.ts';
import { recordDecision } from '../store/recovery-decisions.ts';
import { saveRecoveryStep } from '../store/recovery-steps.ts';
import type { Tx } from '../store/store.ts';
import { testSession } from '../../test/support/session.ts';
import { WorkflowServices } from '../workflow/workflow-services.ts';

interface Health {
  readonly [key: string]: unknown;
  readonly nodes: readonly Record<string, unknown>[];
}

const profile = newProfile('test.node-1.0');
const cluster = { ...newCluster(profile.id), desiredCapacity: 4 };
const nodes = [1, 2, 3].map((index) =>
  newNode(randomUUID(), cluster.id, profile.id, { name: `web-${index}`, index, status: 'ACTIVE' }),
);
const made = newPolicy(
  { interval: 10, node_update_timeout: 0, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
  { actions: [{ name: 'REBOOT' }] },
);
const policy = {
  ...made,
  spec: {
    ...made.spec,
    properties: { ...made.spec.properties, safety: { max_unhealthy: { percent: 50 }, breaker: {} } },
  },
};

let server: TestServer;
let workflows: FakeWorkflows;

function seen(state: HealthRecord['state']): HealthRecord {
  const at = Date.now();
  const failed = state === 'FAILED';
  const verdict = failed
    ? ({ health: 'unhealthy', failure: 'SERVER_ERROR', reason: 'broken' } as const)
    : ({ health: 'healthy', reason: 'runs' } as const);
  return {
    state,
    since: at,
    reason: verdict.reason,
    last: verdict.health,
    failures: failed ? 1 : 0,
    successes: 0,
    failedAt: failed ? at : null,
    failure: failed ? { class: 'SERVER_ERROR', reason: 'broken' } : null,
    detectors: [{ detector: 'NODE_STATUS_POLLING', verdict, since: at }],
    healthyAt: failed ? null : at,
    probedAt: at,
    probeAgainAt: at + 10_000,
  };
}

beforeEach(async () => {
  workflows = new FakeWorkflows();
  server = await TestServer.start({ tools: { workflows: new WorkflowServices({ embedded: workflows }) } });
  await server.store.write(async (tx) => {
    await insertProfile(tx, profile);
    await insertCluster(tx, cluster);
    await insertNodes(tx, nodes);
    await insertPolicy(tx, policy);
    const binding = { clusterId: cluster.id, policyId: policy.id, priority: 600, data: null, lastOp: null };
    await insertBinding(tx, { ...binding, id: randomUUID(), enabled: true });
    await saveNodeHealth(tx, nodes[0]?.id ?? '', cluster.id, seen('HEALTHY'));
    await saveNodeHealth(tx, nodes[1]?.id ?? '', cluster.id, seen('FAILED'));
  });
});

afterEach(() => server.stop());

async function health(method = 'GET', path = '/v1/clusters/web/health', body?: unknown): Promise<Health> {
  const reply = await server.ask(method, path, body === undefined ? {} : { body });
  expect(reply.text).not.toContain('"error"');
  return (reply.body as { health: Health }).health;
}

async function refusal(method: string, path: string, body?: unknown): Promise<string> {
  const reply = await server.ask(method, path, body === undefined ? {} : { body });
  return `${reply.status} ${(reply.body as { error: { message: string } }).error.message}`;
}

interface Overview {
  readonly clusters: readonly Record<string, unknown>[];
  readonly counts: Record<string, number>;
}

async function overview(): Promise<Overview> {
  const { body } = await server.ask('GET', '/v1/health');
  return (body as { health: Overview }).health;
}

/** Without times, which go on between two answers. */
function said(health: Readonly<Record<string, unknown>> | undefined): unknown[] {
  const waiting = health?.['waiting'] as readonly { reason: string }[];
  return [
    health?.['problems'],
    health?.['doing'],
    health?.['operator'],
    waiting.map(({ reason }) => reason.replaceAll(/\d+/g, 'N')),
  ];
}

describe('The health of all clusters', () => {
  test('says of each what is wrong, what it waits for, and what an operator has to do: the worst first', async () => {
    const others = ['web-10', 'web-2'].map((name) => ({ ...newCluster(profile.id), id: randomUUID(), name }));
    await server.store.write(async (tx) => {
      for (const other of others) await insertCluster(tx, { ...other, desiredCapacity: 0 });
      await quarantineNode(tx, nodes[0] ?? { id: '', clusterId: null }, 'recovery 3 of 3 did not help', 1000);
    });
    const { clusters, counts } = await overview();
    expect(clusters.map(({ name, health: word }) => [name, word])).toEqual([
      ['web', 'QUARANTINED'],
      ['web-2', 'UNWATCHED'],
      ['web-10', 'UNWATCHED'],
    ]);
    expect(counts).toEqual({ clusters: 3, healthy: 0, needs_operator: 1 });
    const [worst] = clusters;
    expect(worst).toMatchObject({
      status: 'ACTIVE',
      needs_operator: true,
      counts: { quarantined: 1, failed: 1 },
    });
    expect(worst?.['problems']).toEqual([
      'web-2 failed (SERVER_ERROR: broken)',
      expect.stringMatching(
        /^web-1 was quarantined .* ago .*\(recovery 3 of 3 did not help\); it is healthy now: runs$/,
      ),
      'web-3 is not probed since it was last changed',
      '1 of 4 nodes is missing',
    ]);
    expect(worst?.['operator']).toMatchObject([
      { command: 'coppice node release web-1', required: true },
      { command: 'coppice cluster resize web --capacity 4', required: true },
    ]);
    expect(worst?.['waiting']).toMatchObject([
      { reason: expect.stringContaining('web-2: held: ') as string },
    ]);
  });

  test('says of a cluster whose update has failed which nodes have which profile, and both ways out', async () => {
    const wanted = { ...newProfile('test.node-1.0'), id: randomUUID(), name: 'web-v2' };
    await server.store.write(async (tx) => {
      await insertProfile(tx, wanted);
      await updateNode(tx, nodes[0]?.id ?? '', { profileId: wanted.id });
      await insertFailedUpdate(tx, wanted.id);
    });
    const [{ problems, operator } = {}] = (await overview()).clusters;
    expect(problems).toContainEqual(
      expect.stringContaining(
        `1 of 3 nodes has the profile web-v2 (web-1), 2 have ${profile.name}, the profile`,
      ),
    );
    const commands = (operator as readonly { command: string }[]).map(({ command }) => command);
    expect(commands).toContain('coppice cluster update web --profile web-v2');
    expect(commands).toContain(`coppice cluster update web --profile ${profile.name}`);
    const { body } = await server.ask('GET', '/v1/clusters/web');
    expect(body).toMatchObject({
      cluster: {
        node_profiles: [
          { nodes: 2, profile_id: profile.id, profile_name: profile.name },
          { nodes: 1, profile_id: wanted.id, profile_name: 'web-v2' },
        ],
      },
    });
  });

  test('recommends commands with ids where names are not unique', async () => {
    const wanted = { ...newProfile('test.node-1.0'), id: randomUUID(), name: 'web-v2' };
    await server.store.write(async (tx) => {
      await insertProfile(tx, wanted);
      // In use nowhere: the name is ambiguous for the command all the same.
      await insertProfile(tx, { ...wanted, id: randomUUID() });
      await insertCluster(tx, { ...cluster, id: randomUUID() });
      await updateNode(tx, nodes[0]?.id ?? '', { profileId: wanted.id });
      await insertFailedUpdate(tx, wanted.id);
    });
    const all = (await overview()).clusters.flatMap(
      ({ operator }) => operator as readonly { command: string }[],
    );
    const commands = all.map(({ command }) => command);
    expect(commands).toContain(`coppice cluster update ${cluster.id} --profile ${wanted.id}`);
    expect(commands).toContain(`coppice cluster update ${cluster.id} --profile ${profile.name}`);
  });

  test('says the same of a cluster and of a node as their own health does, and reads no healthy node for it', async () => {
    const [, failed] = nodes;
    await server.store.write((tx) =>
      insertRecovery(tx, {
        ...testSession,
        id: randomUUID(),
        nodeId: failed?.id ?? '',
        nodeName: 'web-2',
        clusterId: cluster.id,
        policyId: policy.id,
        failure: { class: 'SERVER_ERROR', reason: 'broken' },
        plan: {},
        failedAt: Date.now(),
        openedAt: Date.now(),
      }),
    );
    const whole = await health();
    const [ofAll] = (await overview()).clusters;
    expect(said(ofAll)).toEqual(said(whole));
    for (const node of whole.nodes) {
      const { next, ...alone } = (await health('GET', `/v1/nodes/${String(node['id'])}/health`)) as Health & {
        next: Record<string, unknown>;
      };
      const { at, ...rest } = next;
      expect({ ...node, next: { ...(node['next'] as object), at: null } }).toEqual({
        ...alone,
        next: { ...rest, at: null },
      });
      expect(at).toEqual(expect.any(String));
    }
    const read = await describeClusterHealth(
      server.tools,
      cluster,
      { viewer: cluster.project, report: null, actions: nothingOfActions },
      {
        nodeIds: nodes.slice(1).map(({ id }) => id),
        others: 1,
      },
    );
    expect(read.nodes.map(({ node }) => node.name)).toEqual(['web-2', 'web-3']);
    expect(toClusterHealthAnswer(read).counts).toEqual(whole['counts']);
  });

  test('describes all nodes that are not healthy, and of the healthy ones as many as are asked for', async () => {
    const whole = await health();
    const few = await health('GET', `/v1/clusters/${cluster.id}/health?healthy=0`);
    const healthy = whole.nodes.filter((node) => node['standing'] === 'HEALTHY');
    expect(healthy).not.toEqual([]);
    expect(few.nodes.map((node) => node['name'])).toEqual(
      whole.nodes.filter((node) => node['standing'] !== 'HEALTHY').map((node) => node['name']),
    );
    expect([whole['more_healthy'], few['more_healthy']]).toEqual([0, healthy.length]);
    expect([few['counts'], few['standing']]).toEqual([whole['counts'], whole['standing']]);
    const { status, body } = await server.ask('GET', `/v1/clusters/${cluster.id}/health?healthy=many`);
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('healthy')]);
  });

  test('has the same word as the lists, which show it beside the status', async () => {
    const [cluster] = (await overview()).clusters;
    const { body } = await server.ask('GET', '/v1/clusters');
    const [listed] = (body as { clusters: Record<string, unknown>[] }).clusters;
    expect([listed?.['health'], listed?.['health_reason']]).toEqual([
      cluster?.['health'],
      cluster?.['health_reason'],
    ]);
    const reply = await server.ask('GET', '/v1/nodes?sort=name');
    const words = (reply.body as { nodes: Record<string, unknown>[] }).nodes;
    expect(words.map((node) => [node['status'], node['health'], node['health_reason']])).toEqual([
      ['ACTIVE', 'HEALTHY', null],
      ['ACTIVE', 'FAILED', 'broken'],
      ['ACTIVE', 'NOT_PROBED', 'not probed since it was last changed'],
    ]);
  });
});

describe('The health of a cluster', () => {
  test('tells each node with its detectors, what comes next, and what counts', async () => {
    const shown = await health();
    expect(shown['counts']).toEqual({
      desired: 4,
      excluded: 0,
      failed: 1,
      healthy: 1,
      held: 0,
      incomplete: 0,
      missing: 1,
      nodes: 3,
      not_probed: 1,
      quarantined: 0,
      recovering: 0,
      suspected: 0,
      unhealthy: 3,
      unknown: 0,
      unwatched: 0,
      warning: 0,
    });
    expect(shown['limits']).toEqual({ max_in_flight: null, max_unhealthy: 2 });
    expect(shown['breaker']).toEqual({ failures: 0, since: null, state: 'CLOSED', until: null });
    expect(shown['policy']).toMatchObject({ enabled: true, mode: 'ENFORCE', name: 'health' });
    expect(shown['gates']).toMatchObject([{ gate: 'max_unhealthy', limit: 2, total: 3 }]);
    const [well, failed, unseen] = shown.nodes;
    expect(well).toMatchObject({
      health: 'HEALTHY',
      next: { what: 'PROBE', reason: 'probed every 10 s' },
    });
    expect(failed).toMatchObject({
      health: 'FAILED',
      detectors: [{ detector: 'NODE_STATUS_POLLING', failure: 'SERVER_ERROR', health: 'unhealthy' }],
      next: { what: 'HOLD' },
    });
    expect((failed?.['next'] as { reason: string } | undefined)?.reason).toContain(
      '3 of 4 nodes are not healthy (1 unhealthy, 1 unknown, 1 missing), the limit is 2 (50 % of 4)',
    );
    expect(unseen).toMatchObject({ health: 'UNKNOWN', reason: 'not probed since it was last changed' });
  });

  test('says of a running verification which step it verifies, until when, and what follows', async () => {
    const id = randomUUID();
    const actions = [{ name: 'REBOOT', attempts: 2 }, { name: 'RECREATE' }];
    const recovery = { strategy: 'ESCALATE', actions } as const;
    const failure = { class: 'SERVER_ERROR', reason: 'broken' };
    const begun = { startedAt: 3000, failure, manual: null, exhaustedAt: [], relapse: null };
    const facts = chainFacts(healthPolicy({ recovery }), begun);
    const [nodeId, deadline] = [nodes[1]?.id ?? '', Date.now() + 60_000];
    await server.store.write(async (tx) => {
      const known = { id, nodeId, nodeName: 'web-2', clusterId: cluster.id, policyId: policy.id, failure };
      const plan = { facts } as unknown as JsonObject;
      await insertRecovery(tx, { ...testSession, ...known, failedAt: 1000, openedAt: 2000, plan });
      await recoveryStarted(tx, id, 'action', 3000);
      const row = { id: 'v', recoveryId: id, name: 'VERIFY', item: 'actions[0]', attempt: 1 };
      const what = { purpose: 'verification', workflowName: null, verifies: 'step', deadline } as const;
      const running = { state: 'RUNNING', reason: '', startedAt: 3000 } as const;
      const rest = { endedAt: null, executionId: null, workflowService: null, output: null };
      await saveRecoveryStep(tx, { ...row, ...what, ...running, ...rest });
    });
    expect((await health()).nodes[1]).toMatchObject({
      next: {
        what: 'IN_PROGRESS',
        reason: expect.stringMatching(
          /^verification of REBOOT, attempt 1 of 2: has run for .*, and has .* more at most \(until .*\); then RECOVERED; if it fails: attempt 2 of 2$/,
        ) as string,
      },
      recovery: { step: { label: 'verification of REBOOT', purpose: 'verification', verifying: true } },
    });
  });

  /** A recovery whose hook runs, with what its action has recorded of the start of the workflow. */
  async function recoverWithHook(start: JsonObject): Promise<string> {
    const id = randomUUID();
    const nodeId = nodes[1]?.id ?? '';
    await server.store.write(async (tx) => {
      const failure = { class: 'SERVER_ERROR', reason: 'broken' };
      const known = { id, nodeId, nodeName: 'web-2', clusterId: cluster.id, policyId: policy.id, failure };
      await insertRecovery(tx, { ...testSession, ...known, failedAt: 1000, openedAt: 2000, plan: {} });
      await recoveryStarted(tx, id, 'action', 3000);
      await recordDecision(tx, id, 'run', 'REBOOT', 3000);
      const step = { id: 'step', recoveryId: id, name: 'WORKFLOW', item: 'actions[0].before[0]', attempt: 1 };
      const hook = { purpose: 'before', workflowName: 'drain' } as const;
      const running = { state: 'RUNNING', reason: '', startedAt: 3000 } as const;
      const rest = {
        endedAt: null,
        executionId: 'e1',
        workflowService: 'embedded' as const,
        verifies: null,
        deadline: null,
        output: null,
      };
      await saveRecoveryStep(tx, { ...step, ...hook, ...running, ...rest });
      const done = { name: '2 WORKFLOW start', kind: 'step', state: 'DONE', result: start } as const;
      await saveStep(tx, { actionId: 'action', epoch: 1 }, done, 3500);
    });
    return id;
  }

  test('tells the step at which a recovery is', async () => {
    const id = await recoverWithHook({ at: 3500, ended: null, mayHaveBegun: true });
    expect((await health()).nodes[1]).toMatchObject({
      next: {
        what: 'IN_PROGRESS',
        reason: expect.stringMatching(/^before: WORKFLOW drain: has run for /) as string,
      },
      recovery: {
        id,
        mode: 'ENFORCE',
        reason: 'REBOOT',
        step: {
          attempt: 1,
          item: 'actions[0].before[0]',
          name: 'WORKFLOW',
          purpose: 'before',
          state: 'RUNNING',
          workflow_name: 'drain',
        },
      },
    });
  });

  test('tells a workflow that has not begun, since its service cannot be reached', async () => {
    const reason = 'the workflow drain could not be looked for: connection refused';
    await recoverWithHook({ at: 3500, ended: { ok: false, reason, retryable: true }, mayHaveBegun: false });
    const shown = await health();
    expect(shown.nodes[1]).toMatchObject({
      next: {
        what: 'IN_PROGRESS',
        reason: expect.stringMatching(
          /^before: WORKFLOW drain: has not begun for .*: the workflow drain could not be looked for: connection refused; it is tried again/,
        ) as string,
      },
    });
    expect(JSON.stringify(shown)).toContain('WORKFLOW drain of web-2 has not begun');
  });

  test('is told of one node alone', async () => {
    expect(await health('GET', '/v1/nodes/web-2/health')).toMatchObject({ name: 'web-2', health: 'FAILED' });
  });

  test('is empty of plans where no policy is attached', async () => {
    const other = { ...newCluster(profile.id), name: 'bare', desiredCapacity: 0 };
    await server.store.write((tx) => insertCluster(tx, other));
    const shown = await health('GET', '/v1/clusters/bare/health');
    expect(shown).toMatchObject({ policy: null, breaker: null, gates: [], nodes: [] });
  });
});

test('A simulation is answered with each decision and its reason', async () => {
  const body = { simulate: { failures: [{ node: 'web-1', class: 'HOST_DOWN' }], nothing_helps: 'false' } };
  const reply = await server.ask('POST', '/v1/clusters/web/simulate', { body });
  expect(reply.status).toBe(200);
  const { simulation } = reply.body as { simulation: { nodes: readonly Record<string, unknown>[] } };
  expect(simulation).toMatchObject({ attached: true, mode: 'ENFORCE', policy_name: 'health', unhealthy: 4 });
  // It ends where it is held: how the node is then is not known.
  expect(simulation.nodes[0]).toMatchObject({
    already_failed: false,
    decision: 'HOLD',
    gate: 'max_unhealthy',
    name: 'web-1',
    result: null,
    steps: [],
    timeline: [],
  });
  expect(simulation.nodes[1]).toMatchObject({ already_failed: true, decision: 'HOLD', name: 'web-2' });
  const asIs = await server.ask('POST', '/v1/clusters/web/simulate', {
    body: { simulate: { failures: [] } },
  });
  expect((asIs.body as { simulation: { nodes: object[] } }).simulation.nodes).toMatchObject([
    { already_failed: true, name: 'web-2', failure: { class: 'SERVER_ERROR' } },
  ]);
});

describe('A policy that names a workflow which is not there', () => {
  const spec = {
    type: 'senlin.policy.health',
    version: '1.3',
    properties: {
      detection: { detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
      recovery: {
        actions: [{ name: 'REBOOT', before: [{ name: 'WORKFLOW', params: { workflow_name: 'drain' } }] }],
        on_success: [
          {
            name: 'WORKFLOW',
            params: {
              workflow_name: 'made',
              inputs: { definition: "version: '2.0'\nmade: {tasks: {a: {action: std.noop}}}\n" },
            },
          },
        ],
      },
    },
  };
  const warning = {
    expected: 'the name of an existing workflow',
    field: 'recovery.actions[0].before[0].params.workflow_name',
    found: 'drain',
    hint: 'coppice workflow create FILE; until then this step fails',
  };

  test('is created, validated and attached with a warning', async () => {
    const created = await server.ask('POST', '/v1/policies', { body: { policy: { name: 'careful', spec } } });
    expect(created.status).toBe(201);
    expect((created.body as { warnings: unknown }).warnings).toEqual([warning]);
    const validated = await server.ask('POST', '/v1/policies/validate', { body: { policy: { spec } } });
    expect((validated.body as { warnings: unknown }).warnings).toEqual([warning]);
    const body = { policy_attach: { policy_id: 'careful' } };
    const attached = await server.ask('POST', '/v1/clusters/web/actions', { body });
    expect(attached.status).toBe(202);
    expect((attached.body as { warnings: unknown }).warnings).toEqual([warning]);
  });

  test('has none any more once it is there', async () => {
    workflows.known.set('drain', {});
    const body = { policy: { spec } };
    expect((await server.ask('POST', '/v1/policies/validate', { body })).text).not.toContain('warnings');
  });

  test('says so where the workflow engine does not answer', async () => {
    workflows.unreachable.set('find', 1);
    const reply = await server.ask('POST', '/v1/policies/validate', { body: { policy: { spec } } });
    expect(reply.text).toContain('its workflows were not checked');
  });
});

describe('A policy whose detection mode no node here has', () => {
  const spec = {
    type: 'senlin.policy.health',
    version: '1.2',
    properties: {
      detection: { detection_modes: [{ type: 'HYPERVISOR_STATUS_POLLING' }] },
      recovery: { actions: [{ name: 'REBOOT' }] },
    },
  };
  const hint = 'nodes of test.node-1.0 cannot be probed by HYPERVISOR_STATUS_POLLING';

  test('is created with a warning, and refused where it would be attached', async () => {
    const created = await server.ask('POST', '/v1/policies', { body: { policy: { name: 'hosts', spec } } });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ warnings: [{ field: 'detection.detection_modes[0].type', hint }] });
    const body = { policy_attach: { policy_id: 'hosts' } };
    const attached = await server.ask('POST', '/v1/clusters/web/actions', { body });
    expect(attached.status).toBe(400);
    expect(attached.text).toContain(hint);
  });
});

describe('Healing', () => {
  test('rests from a pause until it is resumed, and says so', async () => {
    const asked = { pause: { seconds: 7200, reason: 'new switch' } };
    const paused = await health('POST', '/v1/clusters/web/health/pause', asked);
    const { maintenance } = paused as unknown as { maintenance: { until: string } };
    expect(maintenance).toMatchObject({ reason: 'new switch', action: null });
    expect(Math.abs(Date.parse(maintenance.until) - Date.now() - 7_200_000)).toBeLessThan(60_000);
    expect(paused.nodes[1]?.['next']).toMatchObject({ what: 'HOLD' });
    const resumed = await health('POST', '/v1/clusters/web/health/resume');
    expect(resumed['maintenance']).toBeNull();
    const events = await listEvents(server.store.db);
    expect(events.map(({ action }) => action)).toEqual(['HEALING_PAUSE', 'HEALING_RESUME']);
  });

  test('says in its event what a second pause or exclusion replaces', async () => {
    for (const reason of ['new switch', 'newer switch'])
      await health('POST', '/v1/clusters/web/health/pause', { pause: { reason } });
    for (const reason of ['under test', 'broken'])
      await health('POST', '/v1/nodes/web-2/health/exclude', { exclude: { reason } });
    const events = await listEvents(server.store.db);
    expect(events.map(({ statusReason }) => statusReason)).toEqual([
      'Until an operator ends it: new switch',
      'Until an operator ends it: newer switch; before: Until an operator ends it: new switch',
      'Until an operator ends it: under test',
      'Until an operator ends it: broken; before: Until an operator ends it: under test',
    ]);
  });

  test('starts again once the breaker is reset by command', async () => {
    const open = { kind: 'open', since: 1, until: Date.now() + 900_000, failures: 5 } as const;
    await server.store.write((tx) => setBreaker(tx, cluster.id, open));
    await health('POST', '/v1/clusters/web/health/breaker/reset');
    expect((await healingOfCluster(server.store.db, cluster.id)).breaker).toBeNull();
    const events = await listEvents(server.store.db);
    expect(events.map(({ action }) => action)).toEqual(['HEALING_RESET_BREAKER']);
  });

  test('leaves an excluded node alone until it is included', async () => {
    const path = '/v1/nodes/web-2/health';
    const asked = { exclude: { until: '2999-01-01T00:00:00Z', reason: 'under test' } };
    expect(await health('POST', `${path}/exclude`, asked)).toMatchObject({
      excluded: { until: '2999-01-01T00:00:00.000Z', reason: 'under test' },
      next: { what: 'SKIP', reason: 'excluded from healing (under test)' },
    });
    expect(await health('POST', `${path}/include`)).toMatchObject({ excluded: null });
  });

  test('tries a quarantined node again once it is released', async () => {
    const node = nodes[1] ?? newNode('', '', '');
    await server.store.write((tx) => quarantineNode(tx, node, 'recovery 3 of 3', Date.now()));
    expect(await health('GET', '/v1/nodes/web-2/health')).toMatchObject({
      quarantine: { reason: 'recovery 3 of 3' },
      next: { what: 'SKIP', at: null },
    });
    const shown = await server.ask('GET', '/v1/nodes/web-2?show_details=true');
    expect(shown.text).toContain('recovery 3 of 3');
    // The answer says that a gate holds it all the same, and what passes that.
    expect(await health('POST', '/v1/nodes/web-2/health/release')).toMatchObject({
      quarantine: null,
      next: {
        what: 'HOLD',
        reason: expect.stringMatching(/^held: 3 of 4 nodes are not healthy/) as string,
        ends_by: [{ command: 'coppice node recover web-2 --check --wait', required: true }],
      },
    });
    expect(await refusal('POST', '/v1/nodes/web-2/health/release')).toBe(
      '400 The node web-2 is not quarantined.',
    );
  });

  test.each([
    [
      { pause: { seconds: 1, until: '2999-01-01T00:00:00Z' } },
      'seconds: expected one of seconds and until, found both',
    ],
    [{ pause: { until: 'soon' } }, "until: expected a time such as 2026-11-22T18:00:00Z, found 'soon'"],
    [
      { pause: { until: '2001-01-01T00:00:00Z' } },
      "until: expected a time after the server's clock, which says NOW, found '2001-01-01T00:00:00Z'",
    ],
    [{ pause: { hours: 1 } }, "Additional properties are not allowed ('hours' was unexpected)"],
    [
      { pause: { until: '2027-11-22T18:00:00' } },
      "until: expected a time with its zone, such as 2026-11-22T18:00:00Z, found '2027-11-22T18:00:00'",
    ],
    [
      { pause: { until: '2027-02-30T18:00:00Z' } },
      "until: expected a day from 01 to 28 in 2027-02, found '2027-02-30T18:00:00Z'",
    ],
    [{ pause: { until: '2027' } }, "until: expected a time such as 2026-11-22T18:00:00Z, found '2027'"],
    [{ pause: { seconds: 0 } }, 'The value for the seconds field must be greater than or equal to 1.'],
  ])('is not paused by %o', async (body, message) => {
    const said = await refusal('POST', '/v1/clusters/web/health/pause', body);
    expect(said.replace(/(?<=which says )[\dT:.-]+Z/, 'NOW')).toBe(`400 ${message}`);
  });

  test('of a node in no cluster cannot be spoken of', async () => {
    const alone = { ...newNode(randomUUID(), '', profile.id, { name: 'alone' }), clusterId: null };
    await server.store.write((tx) => insertNodes(tx, [alone]));
    expect(await refusal('GET', '/v1/nodes/alone/health')).toContain('it is not watched');
    expect(await refusal('POST', '/v1/nodes/alone/health/exclude', { exclude: {} })).toContain(
      'it is not healed',
    );
  });
});

async function insertFailedUpdate(tx: Tx, profileId: string): Promise<void> {
  const update = newAction('CLUSTER_UPDATE', {
    target: cluster.id,
    clusterId: cluster.id,
    inputs: { new_profile_id: profileId },
  });
  await insertActions(tx, [update], Date.now());
  const ended = { status: 'FAILED', status_reason: 'it failed', ended_at: Date.now() };
  await tx.db.updateTable('action').set(ended).where('id', '=', update.id).execute();
}
