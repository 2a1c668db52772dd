import { CoppiceError, describeIssue } from '../../domain/errors.ts';
import type { HealthPolicy } from '../../domain/health-policy.ts';
import type { Policy } from '../../domain/model.ts';
import { healthPolicyTypes, readProperties } from './health-policy-type.ts';

/**
 * What a policy of the store means, read again for each use.
 * @throws CoppiceError `operation-impossible` for a policy that this program cannot read.
 */
export function storedHealthPolicy(policy: Policy): HealthPolicy {
  const type = healthPolicyTypes.find(
    (candidate) => `${candidate.name}-${candidate.version}` === policy.type,
  );
  if (type === undefined) {
    throw new CoppiceError(
      'operation-impossible',
      `The policy ${policy.name} is of type ${policy.type}, which is no health policy.`,
    );
  }
  // What was accepted once is not refused later because the configured minimum has changed, or our check has
  // become stricter.
  const read = readProperties(policy.spec.properties, type.version);
  if (read.ok) return read.policy;
  const wrong = read.issues.map(describeIssue).join('; ');
  throw new CoppiceError('operation-impossible', `The health policy ${policy.name} cannot be read: ${wrong}`);
}
