/**
 * A profile type whose nodes exist only in memory: what a cluster action costs without the nodes' own cost.
 */
import type { ProfileType } from '../src/profiles/profile-type.ts';

export const simulatedNode: ProfileType = {
  name: 'bench.node',
  version: '1.0',
  noun: 'server',
  supportStatus: [{ status: 'SUPPORTED', since: '2026.11' }],
  fields: {},
  operations: {},
  detectionModes: ['NODE_STATUS_POLLING', 'NODE_STATUS_POLL_URL'],
  check: () => ({ ok: true, properties: {} }),
  create: async (node) => ({ physicalId: node.id, data: {} }),
  remove: async () => {},
  probe: async () => ({ health: 'healthy', reason: 'simulated' }),
  details: async () => ({}),
  endpoint: () => ({}),
  endpointParts: () => [],
};
