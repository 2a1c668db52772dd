/** Health policies for tests, as a user writes them, with every key enabled. */
import { describeIssue } from '../../src/domain/errors.ts';
import type { HealthPolicy } from '../../src/domain/health-policy.ts';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { parseHealthPolicy } from '../../src/policies/health/health-policy-type.ts';

export interface PolicyParts {
  readonly mode?: 'ENFORCE' | 'OBSERVE';
  readonly detection?: JsonObject;
  readonly recovery?: JsonObject;
  readonly safety?: JsonObject;
}

/** Polls the status every 10 s without grace, and recreates; `parts` are laid over that. */
export function healthPolicy(parts: PolicyParts = {}): HealthPolicy {
  const { detection, recovery, ...rest } = parts;
  const properties: Json = {
    detection: {
      interval: 10,
      node_update_timeout: 0,
      detection_modes: [{ type: 'NODE_STATUS_POLLING' }],
      ...detection,
    },
    recovery: { actions: [{ name: 'RECREATE' }], ...recovery },
    ...rest,
  };
  const check = parseHealthPolicy(properties, '1.3');
  if (!check.ok) throw new Error(check.issues.map(describeIssue).join('\n'));
  return check.value;
}

export function workflow(name: string, more: JsonObject = {}): JsonObject {
  return { name: 'WORKFLOW', params: { workflow_name: name }, ...more };
}
