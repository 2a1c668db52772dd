import { CoppiceError, describeIssue } from '../domain/errors.ts';
import type { Policy } from '../domain/model.ts';
import { storedCheckSettings, type PolicyType } from './policy-type.ts';

/**
 * The value of a policy of the store.
 * @throws CoppiceError `operation-impossible` for a policy that this program cannot read.
 */
export function readPolicy<T>(type: PolicyType<T>, policy: Policy): T {
  const check = type.check(policy.spec.properties, storedCheckSettings);
  if (check.ok) return check.value;
  const wrong = check.issues.map(describeIssue).join('; ');
  throw new CoppiceError('operation-impossible', `The policy ${policy.name} cannot be read: ${wrong}`);
}
