/**
 * senlin.policy.scaling: by how much a cluster grows or shrinks where a request does not say, and how soon it
 * may be scaled again. Keys, defaults and rules are those of openstack/senlin
 * senlin/policies/scaling_policy.py.
 *
 *     a request says how many  -> so many
 *     it does not              -> what the policy works out from the nodes that there are
 *     best_effort              -> as far as the cluster's limits allow; otherwise beyond them is refused
 */
import { adjustmentTypes, limitBroken, type AdjustmentType } from '../../domain/capacity.ts';
import { quoteValue } from '../../domain/errors.ts';
import { checkFields } from '../../domain/check-fields.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { toJsonSchema } from '../../domain/json-schema.ts';
import type { Fields } from '../../domain/spec-schema.ts';
import type { Amendment } from '../../plans/amend-plan.ts';
import type { ClusterFacts } from '../../plans/cluster-plan.ts';
import { withDesired } from '../../plans/make-plan.ts';
import { count } from '../../recovery/describe.ts';
import { documentSchema } from '../document-schema.ts';
import type { PlanView, PolicyCheck, PolicyType } from '../policy-type.ts';

const name = 'senlin.policy.scaling';
const version = '1.0';

const scalingEvents = ['CLUSTER_SCALE_IN', 'CLUSTER_SCALE_OUT'] as const;
type ScalingEvent = (typeof scalingEvents)[number];

export interface ScalingPolicy {
  readonly event: ScalingEvent;
  readonly type: AdjustmentType;
  /** Nodes, or percent of them; above 0. */
  readonly number: number;
  /** Nodes at least, for CHANGE_IN_PERCENTAGE. */
  readonly minStep: number;
  readonly bestEffort: boolean;
  readonly cooldownMs: number;
}

const fields: Fields = {
  event: {
    type: 'String',
    required: true,
    allowed: scalingEvents,
    description: 'The action that the policy is for.',
  },
  adjustment: {
    type: 'Map',
    default: {},
    description: 'By how much the cluster is changed where a request does not say.',
    fields: {
      type: {
        type: 'String',
        default: 'CHANGE_IN_CAPACITY',
        allowed: adjustmentTypes,
        description: 'What the number is: nodes in all, nodes more or fewer, or percent more or fewer.',
      },
      number: {
        type: 'Number',
        default: 1,
        description: 'Above 0; the event says in which direction.',
        check: (value, path) =>
          typeof value === 'number' && value > 0
            ? []
            : [{ field: path, expected: 'a number above 0', found: quoteValue(value) }],
      },
      min_step: {
        type: 'Integer',
        default: 1,
        min: 0,
        description: 'Nodes at least, for CHANGE_IN_PERCENTAGE.',
      },
      best_effort: {
        type: 'Boolean',
        default: false,
        description:
          'Whether a change beyond the limits of the cluster goes as far as they allow; otherwise it is refused.',
      },
      cooldown: {
        type: 'Integer',
        default: 0,
        min: 0,
        description: 'Seconds after a scaling of the cluster in which this event is refused.',
      },
    },
  },
};

export const scalingPolicyType: PolicyType<ScalingPolicy> = {
  name,
  version,
  supportStatus: [{ status: 'SUPPORTED', since: '2016.04' }],
  priority: 100,
  singleton: false,
  fields,
  jsonSchema: documentSchema(name, version, toJsonSchema(fields, version)),
  check: readScalingPolicy,
  checkAgainstProfile: () => [],
  bindingData: () => null,
  cooldown: ({ value, binding, action }) =>
    action === value.event && binding.lastOp !== null ? binding.lastOp + value.cooldownMs : null,
  before: amend,
  // Both directions: a cluster that has just grown is not to shrink at once.
  after: ({ plan, facts }) => (isScaling(plan.action) ? { lastOp: facts.now } : null),
};

function isScaling(action: string): boolean {
  return (scalingEvents as readonly string[]).includes(action);
}

function readScalingPolicy(properties: Json | undefined): PolicyCheck<ScalingPolicy> {
  const checked = checkFields(fields, properties, version);
  if (!checked.ok) return checked;
  const { event, adjustment } = checked.value as { event: ScalingEvent; adjustment: JsonObject };
  const { type, number, min_step, best_effort, cooldown } = adjustment;
  const value: ScalingPolicy = {
    event,
    type: type as AdjustmentType,
    number: number as number,
    minStep: min_step as number,
    bestEffort: best_effort === true,
    cooldownMs: (cooldown as number) * 1000,
  };
  return { ok: true, value, warnings: [] };
}

function amend({ plan, facts, value, inputs }: PlanView<ScalingPolicy>): Amendment {
  if (plan.action !== value.event) return null;
  const current = facts.members.length;
  const requested = typeof inputs['count'] === 'number' ? inputs['count'] : undefined;
  const change = Math.trunc(requested ?? adjustment(value, current));
  if (change <= 0) return { refused: `${inWords(value)} changes nothing at ${count(current, 'node')}` };
  const wanted = value.event === 'CLUSTER_SCALE_IN' ? current - change : current + change;
  const desired = value.bestEffort ? within(wanted, current, facts) : wanted;
  const broken = limitBroken(desired, { ...facts, current });
  if (broken !== null) return { refused: broken };
  const reason = reasonFor(value, requested, wanted, desired);
  // It would succeed without a word that nothing was done.
  if (desired === current) return { refused: `${reason}: that is none, at ${count(current, 'node')}` };
  return { plan: withDesired(plan, facts, desired), reason };
}

/** How many nodes more, or fewer. Not above 0: the cluster is where it should be, or beyond it. */
function adjustment({ event, type, number, minStep }: ScalingPolicy, current: number): number {
  switch (type) {
    case 'EXACT_CAPACITY':
      return event === 'CLUSTER_SCALE_IN' ? current - number : number - current;
    case 'CHANGE_IN_CAPACITY':
      return number;
    case 'CHANGE_IN_PERCENTAGE':
      return Math.max(Math.trunc((number * current) / 100), minStep);
  }
}

/** As far in the direction as the cluster's limits allow, and never in the other one. */
function within(wanted: number, current: number, { minSize, maxSize, mostNodes }: ClusterFacts): number {
  if (wanted < current) return Math.min(current, Math.max(wanted, minSize));
  const most = maxSize < 0 ? mostNodes : Math.min(maxSize, mostNodes);
  return Math.max(current, Math.min(wanted, most));
}

function reasonFor(
  value: ScalingPolicy,
  requested: number | undefined,
  wanted: number,
  desired: number,
): string {
  const by = requested === undefined ? inWords(value) : `${count(requested, 'node')} requested`;
  return wanted === desired ? by : `${by}, as far as the limits of the cluster allow`;
}

function inWords({ type, number, minStep }: ScalingPolicy): string {
  if (type === 'EXACT_CAPACITY') return `EXACT_CAPACITY ${number}`;
  if (type === 'CHANGE_IN_CAPACITY') return count(number, 'node');
  return `${number} %, at least ${count(minStep, 'node')}`;
}
