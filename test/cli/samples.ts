/** Objects of the API, whole, for tests that care for a few of their fields. */
import type { Schemas } from '../../src/client/api-types.ts';

export function sampleCluster(fields: Partial<Schemas['Cluster']> = {}): Schemas['Cluster'] {
  return {
    config: {},
    created_at: '2026-11-22T18:17:02Z',
    data: {},
    dependents: {},
    desired_capacity: 3,
    domain: null,
    health: 'HEALTHY',
    health_reason: null,
    id: 'c1',
    init_at: '2026-11-22T18:17:00Z',
    max_size: -1,
    metadata: {},
    min_size: 0,
    name: 'web',
    node_profiles: [],
    nodes: [],
    policies: [],
    profile_id: 'p1',
    profile_name: 'web-server',
    project: 'p',
    status: 'ACTIVE',
    status_reason: '',
    timeout: 3600,
    updated_at: null,
    user: 'u',
    ...fields,
  };
}

export function sampleNode(fields: Partial<Schemas['Node']> = {}): Schemas['Node'] {
  return {
    cluster_id: 'c1',
    created_at: '2026-11-22T18:17:02Z',
    data: {},
    dependents: {},
    domain: null,
    health: 'HEALTHY',
    health_reason: null,
    id: 'n1',
    index: 1,
    init_at: '2026-11-22T18:17:00Z',
    metadata: {},
    name: 'web-1',
    physical_id: '4711',
    profile_id: 'p1',
    profile_name: 'web-server',
    project: 'p',
    region: null,
    role: '',
    status: 'ACTIVE',
    status_reason: '',
    tainted: false,
    updated_at: null,
    user: 'u',
    zone: null,
    ...fields,
  };
}

export function sampleStep(fields: Partial<Schemas['RecoveryStep']> = {}): Schemas['RecoveryStep'] {
  return {
    attempt: 1,
    deadline: null,
    ended_at: null,
    execution_id: null,
    execution_state: null,
    id: 's1',
    item: 'actions[0]',
    name: 'REBOOT',
    output: null,
    purpose: 'action',
    reason: '',
    started_at: null,
    state: 'SUCCEEDED',
    verifies: null,
    workflow_name: null,
    workflow_service: null,
    ...fields,
  };
}

export function sampleRecovery(fields: Partial<Schemas['Recovery']> = {}): Schemas['Recovery'] {
  return {
    acknowledged_at: null,
    action_id: null,
    closed_at: null,
    cluster_id: 'c1',
    decisions: [],
    failed_again: null,
    origin: 'AUTOMATIC',
    relapse: null,
    failure: { class: 'PROCESS_EXITED', reason: 'the process has ended' },
    id: 'r1',
    mode: 'ENFORCE',
    node_exists: true,
    node_id: 'n1',
    node_name: 'web-1',
    opened_at: '2026-11-22T18:19:55.000Z',
    operator: [],
    policy_id: 'y1',
    reason: '',
    retained: [],
    running: null,
    state: 'RECOVERED',
    warning: null,
    steps: [],
    ...fields,
  };
}
