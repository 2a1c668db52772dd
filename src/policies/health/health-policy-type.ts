/**
 * senlin.policy.health: what a failure is, and what brings a node back. 1.0 to 1.2 are Senlin's, word for
 * word; 1.3 is a superset.
 *
 *     spec --published-forms--> --check-fields--> --read-health-policy--> HealthPolicy
 *         --check-as-written, check-health-policy--> HealthPolicy or issues
 */
import { checkFields } from '../../domain/check-fields.ts';
import type { Issue } from '../../domain/errors.ts';
import type { HealthPolicy } from '../../domain/health-policy.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { isInVersion } from '../../domain/spec-schema.ts';
import type { SupportStatus } from '../../domain/spec-schema.ts';
import { defaultCheckSettings } from '../policy-type.ts';
import type { BindingEffect, CheckSettings, PolicyCheck, PolicyType } from '../policy-type.ts';
import { checkAgainstProfile, warnOfProfile } from './check-against-profile.ts';
import { checkAsWritten } from './check-as-written.ts';
import { checkHealthPolicy } from './check-health-policy.ts';
import { workflowsNamed } from './check-workflow-params.ts';
import { examinePools } from './examine-pools.ts';
import type { Findings } from './findings.ts';
import { healthPolicyFields } from './health-policy-fields.ts';
import { anyVersionSchema, healthDocumentSchema } from './health-policy-json-schema.ts';
import { rewritePublishedForms } from './published-forms.ts';
import { readHealthPolicy } from './read-health-policy.ts';
import { stepsInOrder } from './steps-in-order.ts';

const name = 'senlin.policy.health';

const whenAttached: readonly BindingEffect[] = [
  { kind: 'FORGET_UNHELPFUL' },
  { kind: 'FORGET_ZONE_OUTAGES' },
];
const whenDetached: readonly BindingEffect[] = [
  { kind: 'CANCEL_HELD_RECOVERIES', reason: 'the health policy was detached' },
  ...whenAttached,
];

/** As senlin/policies/health_policy.py has them; 1.3 with the first release of Coppice. */
const supportStatus: Readonly<Record<string, readonly SupportStatus[]>> = {
  '1.0': [
    { status: 'EXPERIMENTAL', since: '2017.02' },
    { status: 'SUPPORTED', since: '2018.06' },
  ],
  '1.1': [{ status: 'SUPPORTED', since: '2018.09' }],
  '1.2': [{ status: 'SUPPORTED', since: '2020.09' }],
  '1.3': [{ status: 'SUPPORTED', since: '2026.11' }],
};

export const healthPolicyTypes: readonly PolicyType<HealthPolicy>[] = Object.entries(supportStatus).map(
  ([version, status]) => healthPolicyType(version, status),
);

/** @param typeName as policies carry it: `senlin.policy.health-1.3`. */
export function isHealthPolicy(typeName: string): boolean {
  return healthPolicyTypes.some((type) => `${type.name}-${type.version}` === typeName);
}

/** Of a document in any version: what editors are given. */
export const healthPolicyJsonSchema = anyVersionSchema(name, Object.keys(supportStatus));

function healthPolicyType(version: string, status: readonly SupportStatus[]): PolicyType<HealthPolicy> {
  return {
    name,
    version,
    supportStatus: status,
    priority: 600,
    singleton: true,
    fields: healthPolicyFields,
    jsonSchema: healthDocumentSchema(name, version),
    check: (properties, settings) => parseHealthPolicy(properties, version, settings),
    checkAgainstProfile,
    warnOfProfile,
    workflows: (policy) => workflowsNamed(stepsInOrder(policy)),
    failureDomain: ({ safety }) => safety.zoneOutage?.domain ?? null,
    bindingData,
    examine: (attachment, _nodes, signal) => examinePools(attachment, signal),
    effects: (change) => (change === 'ATTACHED' ? whenAttached : whenDetached),
  };
}

/** The meaning of a health policy's `properties`, or all that is wrong with them. */
export function parseHealthPolicy(
  properties: Json | undefined,
  version: string,
  settings: CheckSettings = defaultCheckSettings,
): PolicyCheck<HealthPolicy> {
  const read = readProperties(properties, version);
  if (!read.ok) return read;
  const { policy, written, checked } = read;
  const findings: Findings = { issues: [], warnings: [] };
  checkAsWritten(written, checked, version, findings);
  checkHealthPolicy(policy, settings, findings);
  const { issues, warnings } = findings;
  return issues.length === 0 ? { ok: true, value: policy, warnings } : { ok: false, issues };
}

interface Read {
  readonly ok: true;
  readonly policy: HealthPolicy;
  readonly written: JsonObject;
  readonly checked: JsonObject;
}

/** The meaning of properties that have the right shape, whether or not it makes sense. */
export function readProperties(
  properties: Json | undefined,
  version: string,
): Read | { readonly ok: false; readonly issues: Issue[] } {
  const written = rewritePublishedForms(properties, version);
  const check = checkFields(healthPolicyFields, written, version);
  if (!check.ok) return check;
  const checked = check.value;
  return { ok: true, policy: readHealthPolicy(checked, version), written: written as JsonObject, checked };
}

/**
 * Recorded from Senlin: options of modes that have none are empty texts, and the version is that of the
 * class.
 */
function bindingData({ version, detection, recovery }: HealthPolicy): JsonObject {
  const noOptions = {
    poll_url: '',
    poll_url_ssl_verify: true,
    poll_url_conn_error_as_unhealthy: true,
    poll_url_healthy_response: '',
    poll_url_retry_limit: '',
    poll_url_retry_interval: '',
  };
  const data: JsonObject = {
    interval: detection.intervalMs / 1000,
    node_update_timeout: detection.nodeUpdateTimeoutMs / 1000,
    recovery_conditional: detection.recoveryConditional,
    node_delete_timeout: recovery.nodeDeleteTimeoutMs / 1000,
    node_force_recreate: recovery.nodeForceRecreate,
    detection_modes: detection.modes.map((mode) =>
      mode.type === 'NODE_STATUS_POLL_URL'
        ? { type: mode.type, ...mode.options }
        : { type: mode.type, ...noOptions },
    ),
  };
  return { HealthPolicy: { data, version: isInVersion(version, '1.3') ? version : '1.2' } };
}
