import { expect, test } from 'vitest';
import { aPolicy } from '../../../test/support/rows.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { healthPolicyTypes } from './health-policy-type.ts';
import { storedHealthPolicy } from './stored-health-policy.ts';

function stored(properties: JsonObject, version = '1.3') {
  const type = 'senlin.policy.health';
  return { ...aPolicy(), type: `${type}-${version}`, spec: { type, version, properties } };
}

test('a policy that was accepted once is read, also where the check has become stricter since', () => {
  const inputs: Json = { host: '{{ _.node.name | a_filter_that_was_there }}' };
  const properties = {
    detection: { detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
    recovery: { actions: [{ name: 'WORKFLOW', params: { workflow_name: 'drain', inputs } }] },
  };
  expect(healthPolicyTypes.at(-1)?.check(properties).ok).toBe(false);
  expect(storedHealthPolicy(stored(properties)).recovery.items).toMatchObject([{ params: { inputs } }]);
});

test('one that has no meaning says why', () => {
  expect(() => storedHealthPolicy(stored({ detection: 5 }))).toThrow(
    /cannot be read: detection: expected a map/,
  );
});
