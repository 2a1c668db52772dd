/**
 * The keys of senlin.policy.health, all versions in one declaration (`since`: the first that knows the key).
 * Names, types and defaults of 1.0 to 1.2 are those of openstack/senlin senlin/policies/health_policy.py; 1.3
 * is Coppice's own, see docs/health-policy.md.
 */
import type { Fields } from '../../domain/spec-schema.ts';
import { recovery } from './recovery-fields.ts';
import { detection } from './detection-fields.ts';
import { safety } from './safety-fields.ts';
import { since } from './field-types.ts';

export const healthPolicyFields: Fields = {
  mode: {
    type: 'String',
    since,
    default: 'ENFORCE',
    allowed: ['ENFORCE', 'OBSERVE'],
    description: 'OBSERVE decides and records everything, and touches nothing.',
  },
  detection: {
    type: 'Map',
    required: true,
    description: 'How node failures are detected.',
    fields: detection,
  },
  recovery: {
    type: 'Map',
    required: true,
    description: 'How failed nodes are brought back.',
    fields: recovery,
  },
  safety: {
    type: 'Map',
    since,
    description: 'Limits that hold recoveries back. Absent: none.',
    fields: safety,
  },
};
