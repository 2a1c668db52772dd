/**
 * What a server of a large installation answers: long names, ids, many nodes, reasons of several sentences
 * in a cloud's own words, addresses, and texts in other scripts. For tests of what becomes of it on a
 * terminal.
 */
import type { Schemas } from '../../src/client/api-types.ts';
import type { Answers } from './fake-api.ts';
import { sampleCluster, sampleNode, sampleRecovery, sampleStep } from './samples.ts';

export const clusterName = 'production-web-frontend-europe-west-3';
export const ids = {
  cluster: '102aafe7-f906-4bc0-aca3-d01a9ac49743',
  action: '7fcf1201-9d00-45a3-a295-a0575c8c4862',
  recovery: '5a1f09c2-1c6e-4d0b-9f0e-2f1d4c7b8a90',
  profile: '0d7a9c54-5f0e-4bd2-8f63-1f64ce5cd7b1',
  policy: 'c0ffee00-3f1c-4d63-9a3e-5a0c9d6b2e11',
  execution: '9b2f61d4-70a8-4d7c-a8a9-0b8b3a7d5e22',
} as const;
const profileName = 'production-web-frontend-2026-11-22-rc4';

const nodeId = (at: number): string => `n${String(at).padStart(7, '0')}-f906-4bc0-aca3-d01a9ac49743`;
const nodeName = (at: number): string => (at === 3 ? '集群-前端-三' : `${clusterName}-${at}`);

const cloudReason =
  'RECREATE failed: No valid host was found. There are not enough hosts available (filter results: AggregateInstanceExtraSpecsFilter: start 12, end 0), ' +
  `request req-4d1f5f35-9a2c-44bc-8d5b-0f2a77c7b3c1 to http://nova.internal.example.org:8774/v2.1/servers, 3 of 3 tries; the server ${nodeId(1)} is kept`;
const probeReason =
  'GET http://10.20.30.41:8080/healthz/readiness?verbose=1 gave no answer in 5 s (connect ETIMEDOUT 10.20.30.41:8080), 3 times in a row';
const chinese = '节点没有响应，最近三次探测都超时了，因此它被认为已经失败，等待恢复操作完成之后再次检查';

const taskSteps: Schemas['OperatorTask']['steps'] = [
  { command: `coppice node release ${nodeName(1)} ${nodeName(2)}`, text: 'end their quarantine' },
  { command: `coppice cluster breaker reset ${clusterName}`, text: `once the cause is gone: ${cloudReason}` },
];
const task: Schemas['OperatorTask'] = {
  command: `coppice node release ${nodeName(1)} ${nodeName(2)}`,
  steps: taskSteps,
  reason: `they are quarantined: three recoveries in 24 h did not help (${cloudReason}); only when the quota of the project is raised: else it fails again`,
  required: true,
};
const mayTask: Schemas['OperatorTask'] = {
  command: `coppice cluster update ${clusterName} --profile ${profileName} --metadata "team=web platform"`,
  reason: 'or create a profile with another flavor, and give it to all nodes, two at a time',
  required: false,
  steps: [],
};

const health: Schemas['NodeHealth'] = {
  current: true,
  detectors: [
    {
      detector: 'NODE_STATUS_POLLING',
      health: 'unhealthy',
      failure: 'SERVER_ERROR',
      reason: 'Nova says ERROR: No valid host was found. There are not enough hosts available.',
      since: '2026-11-22T18:19:30.000Z',
    },
    {
      detector: 'NODE_STATUS_POLL_URL',
      health: 'unhealthy',
      failure: 'NO_ANSWER',
      reason: probeReason,
      since: '2026-11-22T18:19:30.000Z',
    },
  ],
  excluded: { reason: chinese, until: '2026-11-22T20:20:00.000Z' },
  failure: { class: 'SERVER_ERROR', reason: probeReason },
  health: 'FAILED',
  id: nodeId(1),
  name: nodeName(1),
  next: { at: '2026-11-22T18:30:00.000Z', ends_by: [task, mayTask], reason: cloudReason, what: 'HOLD' },
  probed_at: '2026-11-22T18:19:58.000Z',
  probed_by: 'ROUND',
  quarantine: { reason: cloudReason, since: '2026-11-22T18:10:00.000Z' },
  reason: probeReason,
  recovery: {
    action_id: ids.action,
    id: ids.recovery,
    mode: 'ENFORCE',
    opened_at: '2026-11-22T18:19:31.000Z',
    reason: 'RECREATE',
    started_at: '2026-11-22T18:19:31.000Z',
    step: {
      attempt: 2,
      attempts: 3,
      deadline: '2026-11-22T18:21:00.000Z',
      doing: `verification of RECREATE: has run for 5 s: ${probeReason}`,
      if_it_fails:
        'the node is quarantined, and an operator is notified through https://hooks.example.org/services/coppice/production',
      if_it_helps: 'the recovery ends',
      item: 'actions[0]',
      label: 'verification of RECREATE',
      name: 'VERIFY',
      purpose: 'verification',
      state: 'RUNNING',
      verifying: true,
      workflow: null,
      workflow_name: null,
    },
  },
  relapse: null,
  since: '2026-11-22T18:19:30.000Z',
  standing: 'QUARANTINED',
  status: 'ERROR',
  warning: {
    execution_id: null,
    reason: `the volume of ${nodeName(1)} could not be attached again`,
    recovery_id: ids.recovery,
    workflow_service: null,
  },
};

const nodesHealth = Array.from({ length: 20 }, (_, at): Schemas['NodeHealth'] =>
  at < 4
    ? { ...health, id: nodeId(at + 1), name: nodeName(at + 1) }
    : {
        ...health,
        id: nodeId(at + 1),
        name: nodeName(at + 1),
        standing: 'HEALTHY',
        recovery: null,
        warning: null,
        quarantine: null,
        next: { what: 'PROBE', at: null, ends_by: [], reason: 'probed every 10 s' },
      },
);

const problems = [
  `${nodeName(1)}, ${nodeName(2)} failed (SERVER_ERROR): ${cloudReason}`,
  `${chinese} (${probeReason})`,
];
const explained = {
  problems,
  doing: [`${nodeName(3)}: RECREATE, until it is healthy or 18:21; then ${nodeName(4)}`],
  waiting: [{ reason: `the breaker is open: ${cloudReason}`, until: '2026-11-22T18:30:00.000Z' }],
  operator: [task, mayTask],
};

const clusterHealth: Schemas['ClusterHealth'] = {
  ...explained,
  breaker: {
    failures: 5,
    since: '2026-11-22T18:15:00.000Z',
    state: 'OPEN',
    until: '2026-11-22T18:30:00.000Z',
  },
  cluster_id: ids.cluster,
  cluster_name: clusterName,
  counts: {
    desired: 20,
    excluded: 1,
    failed: 1,
    healthy: 16,
    held: 1,
    incomplete: 0,
    nodes: 20,
    not_probed: 1,
    quarantined: 2,
    recovering: 1,
    suspected: 1,
    unknown: 1,
    unwatched: 0,
    warning: 1,
    missing: 0,
    unhealthy: 4,
  },
  gates: [
    {
      ends_by: [mayTask],
      gate: 'max_unhealthy',
      limit: 2,
      reason: `held: 4 nodes count as unhealthy, and max_unhealthy is 2 (${nodeName(1)}, ${nodeName(2)}, ${nodeName(3)})`,
      since: '2026-11-22T18:00:00.000Z',
      total: 4,
      until: '2026-11-22T20:20:00.000Z',
    },
  ],
  limits: { max_in_flight: 2, max_unhealthy: 2 },
  maintenance: { action: null, reason: 'the switches of row 7 are replaced (CHG0012345)', until: null },
  more_healthy: 40,
  nodes: nodesHealth,
  policy: { enabled: true, id: ids.policy, mode: 'OBSERVE', name: `${clusterName}-health` },
  standing: 'QUARANTINED',
  zone_outages: [],
};

const cluster = sampleCluster({
  health: 'QUARANTINED',
  health_reason: problems[0] ?? '',
  id: ids.cluster,
  metadata: {
    owner: 'the platform team of the retail division, on call day and night',
    run: 'https://wiki.example.org/runbooks/web',
  },
  name: clusterName,
  nodes: Array.from({ length: 20 }, (_, at) => nodeId(at + 1)),
  policies: [ids.action],
  profile_id: ids.profile,
  profile_name: profileName,
  status: 'CRITICAL',
  status_reason: `CLUSTER_RESIZE: ${cloudReason}`,
  desired_capacity: 20,
});
const clusters = [
  cluster,
  ...Array.from({ length: 19 }, (_, at) =>
    sampleCluster({
      id: `c${at}${ids.cluster.slice(2)}`,
      name: at === 0 ? '生产集群-前端' : `web-${at}`,
      profile_name: profileName,
    }),
  ),
];

const node = sampleNode({
  cluster_id: ids.cluster,
  health: 'QUARANTINED',
  health_reason: `quarantined: ${cloudReason}`,
  id: nodeId(1),
  name: nodeName(1),
  physical_id: '65e27958-d6dc-4b0e-87bf-78e8f5536cbc',
  profile_name: profileName,
  region: 'RegionEuropeWest',
  status: 'ERROR',
  status_reason: cloudReason,
  zone: 'europe-west-3-az2',
  data: { placement: { zone: 'europe-west-3-az2', reason: cloudReason }, url: probeReason },
});
const nodes = Array.from({ length: 20 }, (_, at) => ({
  ...node,
  id: nodeId(at + 1),
  name: nodeName(at + 1),
}));

const plan = {
  decisions: [
    { by: 'CLUSTER_RESIZE', reason: 'from 20 to 12 nodes' },
    {
      by: `${clusterName}-deletion`,
      reason: 'the oldest first, each after its lifecycle hook, which may take 30 min',
    },
  ],
  groups: [
    {
      nodes: nodes.slice(0, 8).map(({ id, name }) => ({
        id,
        name,
        operation: 'NODE_DELETE',
        reason: 'quarantined: three recoveries did not help',
      })),
      pause: 0,
    },
    {
      nodes: nodes
        .slice(8)
        .map(({ id, name }) => ({ id, name, operation: 'NODE_DELETE', reason: 'the oldest of its zone' })),
      pause: 60,
    },
  ],
  nodes: 20,
  size: { current: 20, desired: 12, min_size: 0, max_size: -1 },
};

const action: Schemas['Action'] = {
  action: 'CLUSTER_RESIZE',
  cause: 'RPC Request',
  cluster_id: ids.cluster,
  created_at: '2026-11-22T18:17:00Z',
  data: { plan },
  depended_by: [],
  depends_on: [],
  domain: null,
  end_time: 1795371419.7,
  id: ids.action,
  inputs: { adjustment_type: 'EXACT_CAPACITY', number: 12, strict: true },
  interval: -1,
  name: 'cluster_resize_102aafe7',
  outputs: { nodes: nodes.map(({ name }) => ({ name, reason: cloudReason })) },
  owner: null,
  project: 'p',
  start_time: 1795371416.5,
  status: 'SUCCEEDED',
  status_reason: 'Action completed successfully.',
  target: ids.cluster,
  timeout: 3600,
  updated_at: null,
  user: 'platform-automation',
} as unknown as Schemas['Action'];
export const failedAction = { ...action, status: 'FAILED', status_reason: cloudReason };

const steps = [
  sampleStep({
    id: 's1',
    purpose: 'before',
    name: 'WORKFLOW',
    item: 'drain-the-server-and-wait-for-its-connections',
    workflow_name: 'drain-the-server-and-wait-for-its-connections',
    started_at: '2026-11-22T18:19:56.000Z',
    ended_at: '2026-11-22T18:20:26.000Z',
    execution_id: ids.execution,
    state: 'FAILED',
    reason: `the workflow ended in ERROR: ${probeReason}`,
  }),
  sampleStep({
    id: 's2',
    attempt: 2,
    started_at: '2026-11-22T18:20:26.000Z',
    ended_at: '2026-11-22T18:22:26.000Z',
    state: 'FAILED',
    reason: cloudReason,
  }),
  sampleStep({
    id: 's3',
    name: 'VERIFY',
    purpose: 'verification',
    verifies: 's2',
    item: '',
    started_at: '2026-11-22T18:22:26.000Z',
    state: 'RUNNING',
    reason: probeReason,
  }),
  sampleStep({ id: 's4', name: 'RECREATE', item: 'actions[1]', state: 'PENDING' }),
];
const recovery = sampleRecovery({
  action_id: ids.action,
  closed_at: '2026-11-22T18:25:00.000Z',
  decisions: [
    { at: '2026-11-22T18:19:55.000Z', decision: 'open', reason: `confirmed SERVER_ERROR: ${probeReason}` },
    { at: '2026-11-22T18:19:55.500Z', decision: 'hold', reason: `held: ${cloudReason}` },
    { at: '2026-11-22T18:25:00.000Z', decision: 'close', reason: `EXHAUSTED: ${cloudReason}` },
  ] as unknown as Schemas['Recovery']['decisions'],
  failure: { class: 'SERVER_ERROR', reason: probeReason },
  failed_again: { after_seconds: 64, recovery_id: ids.recovery },
  id: ids.recovery,
  node_id: nodeId(1),
  node_name: nodeName(1),
  operator: [task, mayTask],
  running: health.recovery?.step ?? null,
  retained: [
    { id: nodeId(9), location: '65e27958-d6dc-4b0e-87bf-78e8f5536cbc', until: '2026-11-22T20:25:00.000Z' },
  ] as unknown as Schemas['Recovery']['retained'],
  state: 'EXHAUSTED',
  steps,
  warning: `the volume of ${nodeName(1)} could not be attached again: ${probeReason}`,
});

const event: Schemas['Event'] = {
  action: 'NODE_RECOVER',
  cluster_id: ids.cluster,
  id: ids.action,
  level: 'WARNING',
  meta_data: {},
  obj_id: nodeId(1),
  oname: nodeName(1),
  otype: 'NODE',
  project: 'p',
  status: 'error',
  status_reason: cloudReason,
  timestamp: '2026-11-22T18:19:00+00:00',
  user: 'u',
} as unknown as Schemas['Event'];

const spec = {
  type: 'os.nova.server',
  version: '1.0',
  properties: {
    flavor: 'm1.large',
    image: 'ubuntu-24.04-server-hardened-2026-11',
    metadata: { description: 'one of the web servers of the retail division, behind the balancer of row 7' },
    networks: [{ network: 'production-frontend-network-europe-west-3' }],
  },
};
const profile = {
  created_at: '2026-11-22T18:00:00Z',
  id: ids.profile,
  metadata: {},
  name: profileName,
  spec,
  type: 'os.nova.server-1.0',
};
const policy = {
  created_at: '2026-11-22T18:00:00Z',
  data: {},
  id: ids.policy,
  name: `${clusterName}-health`,
  spec,
  type: 'senlin.policy.health-1.3',
};

const description =
  'Milliseconds that a probe waits for the answer of the server before it counts as failed; more than the interval is refused.';
const schema = {
  detection: {
    type: 'Map',
    required: true,
    description: 'How nodes are probed.',
    schema: {
      detection_modes: {
        type: 'List',
        description,
        schema: {
          '*': {
            type: 'Map',
            schema: {
              options: {
                type: 'Map',
                schema: {
                  poll_url_healthy_response: { type: 'String', description, default: '' },
                  poll_url_retry_interval: {
                    type: 'Integer',
                    description,
                    default: 3,
                    constraints: [
                      {
                        constraint: [
                          'NODE_STATUS_POLLING',
                          'NODE_STATUS_POLL_URL',
                          'HYPERVISOR_STATUS_POLLING',
                          'LIFECYCLE_EVENTS',
                        ],
                      },
                    ],
                  },
                },
              },
            },
          },
        },
      },
      interval: { type: 'Integer', default: 60, description },
    },
  },
};

/** What a recovery gives to its workflows. */
const startedBy = {
  episode: { id: ids.recovery },
};
const execution = {
  created_at: '2026-11-22 18:17:00',
  description:
    'coppice workflow run, of the evacuation of rack 7: every server goes to another host, one after the other',
  id: ids.execution,
  input: '{}',
  output: JSON.stringify({ moved: nodes.map(({ name }) => name), reason: cloudReason }),
  params: JSON.stringify({ env: { healing: startedBy } }),
  project_id: 'p',
  state: 'ERROR',
  state_info: `Failure caused by error in tasks: evacuate\n  evacuate [task_ex_id=${ids.action}] -> ${probeReason}`,
  updated_at: '2026-11-22 18:19:00',
  workflow_name: 'evacuate-a-host-and-attach-its-servers-to-the-balancer-again',
};
const report = {
  root_workflow_execution: {
    ...execution,
    task_executions: [
      {
        name: 'wait-until-the-connections-of-the-server-are-drained',
        state: 'SUCCESS',
        created_at: '2026-11-22 18:17:00',
        updated_at: '2026-11-22 18:19:00',
        action_executions: [],
        workflow_executions: [
          {
            ...execution,
            workflow_name: 'detach',
            task_executions: [
              { name: 'call', state: 'ERROR', state_info: probeReason, created_at: '2026-11-22 18:17:00' },
            ],
          },
        ],
      },
      { name: '撤离', state: 'ERROR', state_info: cloudReason, created_at: '2026-11-22 18:17:00' },
    ],
  },
};

const receiver = {
  action: 'CLUSTER_SCALE_OUT',
  channel: {
    alarm_url: `http://coppice.internal.example.org:8777/v1/webhooks/${ids.policy}/trigger?V=2&count=2`,
  },
  cluster_id: ids.cluster,
  created_at: '2026-11-22T18:00:00Z',
  id: ids.policy,
  name: `${clusterName}-grow-at-high-load`,
  params: { count: '2' },
  type: 'webhook',
};

const retained = {
  cluster_id: ids.cluster,
  id: nodeId(9),
  location: '65e27958-d6dc-4b0e-87bf-78e8f5536cbc',
  node_id: nodeId(1),
  node_name: nodeName(1),
  recovery_id: ids.recovery,
  stopped_at: '2026-11-22T18:00:00.000Z',
  until: '2026-11-22T20:25:00.000Z',
};

const simulation = {
  mode: 'OBSERVE',
  nodes: nodesHealth.slice(0, 4).map(({ name }) => ({
    decision: 'START',
    failure: { class: 'HOST_DOWN', reason: 'supposed' },
    name,
    reason: `it would be recovered at once: ${cloudReason}`,
    result: 'RECOVERED',
    timeline: [
      { at: '2026-11-22T18:00:00.000Z', decision: 'run', reason: `RECREATE: ${cloudReason}` },
      { at: '2026-11-22T18:00:20.000Z', decision: 'close', reason: chinese },
    ],
  })),
  policy_name: `${clusterName}-health`,
  supposed: [`every action works, and a verification of ${nodeName(1)} needs as long as its interval says`],
  unhealthy: 4,
  zone_outages: [{ action: 'HOLD', domain: 'zone', failed: 4, name: 'europe-west-3-az2', of: 5 }],
};

const overview: Schemas['ClusterOverview'] = {
  ...explained,
  counts: clusterHealth.counts,
  health: 'QUARANTINED',
  health_reason: problems[0] ?? '',
  id: ids.cluster,
  name: clusterName,
  needs_operator: true,
  status: 'ACTIVE',
};
const quiet = { doing: [], operator: [], problems: [], waiting: [] };
const healthOverview: Schemas['HealthOverview'] = {
  at: '2026-11-22T18:20:00.000Z',
  cloud: { ...explained, needs_operator: true },
  clusters: [
    overview,
    ...clusters.slice(1).map(({ id, name }) => ({
      ...overview,
      ...quiet,
      health: 'HEALTHY' as const,
      health_reason: null,
      id,
      name,
      needs_operator: false,
    })),
  ],
  counts: { clusters: 20, healthy: 19, needs_operator: 1 },
  retained: [
    {
      cluster_id: ids.cluster,
      cluster_name: clusterName,
      count: 2,
      first_until: '2026-11-22T19:00:00Z',
      last_until: '2026-11-22T20:00:00Z',
    },
  ],
  server_problem: `SQLITE_FULL: database or disk is full (/srv/coppice/production/data/coppice.db)`,
  server_warning: `3 processes of earlier nodes run on this machine: ${cloudReason}`,
  simulated_cloud: { admin_url: 'http://127.0.0.1:5000/simulator', auth_url: 'http://127.0.0.1:5000/v3' },
};

const binding = (name: string) => ({
  cluster_id: ids.cluster,
  cluster_name: clusterName,
  enabled: true,
  id: ids.action,
  policy_id: ids.policy,
  policy_name: name,
  policy_type: 'senlin.policy.region_placement-1.0',
  priority: 500,
});

const accepted = (body: object) => ({
  status: 202,
  headers: { Location: `http://x/v1/actions/${ids.action}` },
  body,
});
const warnings = [
  {
    field: 'recovery.actions[0].params.workflow_name',
    expected: 'the name of an existing workflow',
    found: '"drain-the-server-and-wait-for-its-connections"',
    hint: `create it: coppice workflow create drain.yaml, or it fails: ${probeReason}`,
  },
];

/** By method and path; each path is of the objects above. */
export const longAnswers: Answers = {
  'GET /v1/health': { body: { health: healthOverview } },
  'GET /v1/clusters': { body: { clusters } },
  [`GET /v1/clusters/web`]: { body: { cluster } },
  [`GET /v1/clusters/${ids.cluster}`]: { body: { cluster } },
  'POST /v1/clusters': accepted({ cluster, warnings }),
  'PATCH /v1/clusters/web': accepted({ cluster, warnings }),
  'DELETE /v1/clusters/web': accepted({}),
  [`DELETE /v1/clusters/${ids.cluster}`]: accepted({}),
  'POST /v1/clusters/web/actions': accepted({ action: ids.action, warnings, plan }),
  'POST /v1/clusters/web/ops': accepted({ action: ids.action }),
  'GET /v1/clusters/web/health': { body: { health: clusterHealth } },
  'POST /v1/clusters/web/health/pause': { body: { health: clusterHealth } },
  'POST /v1/clusters/web/health/resume': { body: { health: clusterHealth } },
  'POST /v1/clusters/web/health/breaker/reset': { body: { health: clusterHealth } },
  'POST /v1/clusters/web/health/zone-outage/release': { body: { health: clusterHealth } },
  'GET /v1/clusters/web/policies': {
    body: { cluster_policies: [binding(`${clusterName}-health`), binding('生产集群-健康检查')] },
  },
  [`GET /v1/clusters/${ids.cluster}/policies`]: {
    body: { cluster_policies: [binding(`${clusterName}-health`)] },
  },
  'POST /v1/clusters/web/simulate': { body: { simulation } },
  'GET /v1/nodes': { body: { nodes } },
  'GET /v1/nodes/n': { body: { node } },
  [`GET /v1/nodes/${node.id}`]: { body: { node } },
  'POST /v1/nodes': accepted({ node, warnings }),
  'POST /v1/nodes/adopt': { body: { node } },
  'POST /v1/nodes/adopt-preview': { body: { node_preview: spec } },
  'PATCH /v1/nodes/n': accepted({ node }),
  'DELETE /v1/nodes/n': accepted({}),
  'POST /v1/nodes/n/actions': accepted({ action: ids.action }),
  'POST /v1/nodes/n/ops': accepted({ action: ids.action }),
  'GET /v1/nodes/n/health': { body: { health } },
  'POST /v1/nodes/n/health/exclude': { body: { health } },
  'POST /v1/nodes/n/health/include': { body: { health } },
  'POST /v1/nodes/n/health/release': { body: { health } },
  'GET /v1/profiles': { body: { profiles: [profile, { ...profile, name: '网页服务器' }] } },
  'GET /v1/profiles/p': { body: { profile } },
  'POST /v1/profiles': { body: { profile, warnings } },
  'PATCH /v1/profiles/p': { body: { profile } },
  'DELETE /v1/profiles/p': { status: 204 },
  'GET /v1/profile-types': {
    body: {
      profile_types: [
        { name: 'os.nova.server', version: '1.0' },
        { name: 'local.process', version: '1.0' },
      ],
    },
  },
  'GET /v1/profile-types/os.nova.server-1.0': {
    body: { profile_type: { name: 'os.nova.server-1.0', schema } },
  },
  'GET /v1/profile-types/os.nova.server-1.0/ops': {
    body: { operations: { reboot: { description, parameters: schema } } },
  },
  'GET /v1/policies': { body: { policies: [policy, policy] } },
  'GET /v1/policies/p': { body: { policy } },
  'POST /v1/policies': { body: { policy, warnings } },
  'PATCH /v1/policies/p': { body: { policy } },
  'DELETE /v1/policies/p': { status: 204 },
  'DELETE /v2/workflows/drain': { status: 204 },
  'GET /v1/policy-types': { body: { policy_types: [{ name: 'senlin.policy.health', version: '1.3' }] } },
  'GET /v1/policy-types/senlin.policy.health-1.3': {
    body: { policy_type: { name: 'senlin.policy.health-1.3', schema } },
  },
  'GET /v1/actions': {
    body: { actions: [action, { ...action, action: 'NODE_RECOVER', status: 'RUNNING', target: nodeId(2) }] },
  },
  [`GET /v1/actions/${ids.action}`]: { body: { action } },
  [`PATCH /v1/actions/${ids.action}`]: accepted({}),
  'GET /v1/events': { body: { events: Array.from({ length: 20 }, () => event) } },
  'GET /v1/events/e': { body: { event } },
  'POST /v1/events/purge': { body: { purge: { deleted: 12 } } },
  'GET /v1/recoveries': {
    body: {
      recoveries: [
        recovery,
        { ...recovery, node_id: nodeId(3), node_name: nodeName(3), state: 'RECOVERED', warning: null },
      ],
    },
  },
  'GET /v1/recoveries/r': { body: { recovery } },
  'POST /v1/recoveries/r/cancel': { body: { recovery, follows: [cloudReason, task.reason] } },
  'POST /v1/recoveries/r/acknowledge': { body: { recovery: { ...recovery, mode: 'OBSERVE' } } },
  'GET /v1/receivers': { body: { receivers: [receiver] } },
  'GET /v1/receivers/g': { body: { receiver } },
  'POST /v1/receivers': { body: { receiver } },
  'PATCH /v1/receivers/g': { body: { receiver } },
  'DELETE /v1/receivers/g': { status: 204 },
  'GET /v1/retained': { body: { retained: [retained] } },
  'GET /v1/retained/x': { body: { retained } },
  'DELETE /v1/retained/x': accepted({}),
  'GET /v2/executions': {
    body: { executions: [execution, { ...execution, workflow_name: 'drain', description: 'by hand' }] },
  },
  [`GET /v2/executions/${ids.execution}`]: { body: execution },
  [`PUT /v2/executions/${ids.execution}`]: { body: execution },
  [`GET /v2/executions/${ids.execution}/report`]: { body: report },
  [`GET /v2/executions/${ids.execution}/tasks`]: {
    body: { tasks: [{ id: ids.action, name: 'evacuate', state: 'ERROR' }] },
  },
  [`PUT /v2/tasks/${ids.action}`]: { body: { id: ids.action, name: 'evacuate', state: 'SKIPPED' } },
  'POST /v2/executions': { body: execution },
  'GET /v2/workflows': {
    body: {
      workflows: [
        {
          created_at: '2026-11-22 18:00:00',
          input:
            'host, reason="no reason was given by its operator", grace=5, balancer="http://balancer.internal.example.org:9876/v2.0/lbaas/pools"',
          name: 'evacuate-a-host-and-attach-its-servers-again',
          namespace: '',
        },
      ],
    },
  },
  'GET /v2/actions': {
    body: {
      actions: [
        {
          name: 'nova.server_migrations_live_migrate_force_complete',
          input: 'server, migration, action_region=""',
          description: 'Lets a live migration pause the server to come to an end.',
        },
        {
          name: 'nova.servers_evacuate',
          namespace: 'retail-division',
          input: 'server, host=null, on_shared_storage=null, password=null, action_region=""',
          description: 'Rebuilds a server of a host that is down on another one.',
        },
      ],
    },
  },
  'GET /v2/actions/nova.agents': {
    status: 404,
    body: { faultstring: 'Action not found [action_name=nova.agents]: Coppice has no action nova.agents' },
  },
  'POST /v2/workflows': { body: { workflows: [{ name: 'drain-the-server-and-wait-for-its-connections' }] } },
  'POST /v2/workflows/validate': { body: { valid: true, warnings: [] } },
};

/** What a refusal says. */
export const longRefusal = {
  status: 400,
  body: {
    error: {
      code: 400,
      message: `properties.networks[0].network: expected one that the cloud has, found "production-frontend-netwrok" (the network could not be found; there are: production-frontend-network-europe-west-3, production-backend-network-europe-west-3 and 12 more)\nproperties.flavor: ${cloudReason}`,
      type: 'BadRequest',
    },
  },
};
