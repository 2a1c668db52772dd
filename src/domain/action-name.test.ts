import { expect, test } from 'vitest';
import { actionName } from './action-name.ts';

test.each([
  ['NODE_CREATE', 'node_create_6e1b0c2d'],
  ['CLUSTER_DEL_NODES', 'cluster_del_nodes_6e1b0c2d'],
  ['NODE_OPERATION', 'node_reboot_6e1b0c2d'],
  ['CLUSTER_OPERATION', 'cluster_reboot_6e1b0c2d'],
  ['CLUSTER_ATTACH_POLICY', 'attach_policy_6e1b0c2d'],
  ['CLUSTER_DETACH_POLICY', 'detach_policy_6e1b0c2d'],
  ['CLUSTER_UPDATE_POLICY', 'update_policy_6e1b0c2d'],
])('%s is named as in Senlin: %s', (action, name) => {
  const target = '6e1b0c2d-0a6f-4a3e-9c1e-1f2d3c4b5a69';
  expect(actionName({ action, target, inputs: { operation: 'reboot' } })).toBe(name);
});
