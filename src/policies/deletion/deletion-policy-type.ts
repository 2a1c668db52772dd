/**
 * senlin.policy.deletion: which nodes go when a cluster becomes smaller, and how. Keys and defaults are those
 * of openstack/senlin senlin/policies/deletion_policy.py.
 *
 * Nodes that serve no one go first (`plans/removal-order.ts`), whatever the criteria are, as Senlin's nodes
 * in ERROR did; the criteria order the others.
 */
import { createHash } from 'node:crypto';
import { checkFields } from '../../domain/check-fields.ts';
import type { Issue } from '../../domain/errors.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { toJsonSchema } from '../../domain/json-schema.ts';
import type { Fields, SupportStatus } from '../../domain/spec-schema.ts';
import { isSealed } from '../../domain/sealed.ts';
import type { Amendment } from '../../plans/amend-plan.ts';
import { group, nodesOf, type MemberFacts, type PlannedNode } from '../../plans/cluster-plan.ts';
import { planned } from '../../plans/make-plan.ts';
import { chooseLeaving, type RemovalPreference } from '../../plans/removal-order.ts';
import { namesOf } from '../../recovery/describe.ts';
import { documentSchema } from '../document-schema.ts';
import {
  defaultCheckSettings,
  type CheckSettings,
  type PlanView,
  type PolicyCheck,
  type PolicyType,
} from '../policy-type.ts';

const name = 'senlin.policy.deletion';

const criteria = ['OLDEST_FIRST', 'OLDEST_PROFILE_FIRST', 'YOUNGEST_FIRST', 'RANDOM'] as const;
type Criteria = (typeof criteria)[number];

/** A server of the user is told before a node goes, and says when it may. */
export interface LifecycleHook {
  /** A text; encrypted where the policy is one of the store, and decrypted only where it is notified. */
  readonly url: Json;
  /** The node goes after this time, whatever the server says. */
  readonly timeoutMs: number;
}

export interface DeletionPolicy {
  readonly criteria: Criteria;
  /** false: the node leaves the cluster, and goes on to be. */
  readonly destroyAfterDeletion: boolean;
  readonly gracePeriodMs: number;
  /** false: a node that is taken out by name leaves its place free. */
  readonly reduceDesiredCapacity: boolean;
  readonly hook: LifecycleHook | null;
}

const fields: Fields = {
  criteria: {
    type: 'String',
    default: 'RANDOM',
    allowed: criteria,
    description: 'Which of the healthy nodes go first; nodes that are not healthy go before them.',
  },
  destroy_after_deletion: {
    type: 'Boolean',
    default: true,
    description: 'Whether a node that leaves the cluster is deleted.',
  },
  grace_period: {
    type: 'Integer',
    default: 0,
    min: 0,
    description: 'Seconds before the first node goes.',
  },
  reduce_desired_capacity: {
    type: 'Boolean',
    default: true,
    description: 'Whether the cluster is to have fewer nodes afterwards, where nodes are removed by name.',
  },
  hooks: {
    type: 'Map',
    default: {},
    description: 'Who is told before a node goes, and says when it may.',
    fields: {
      type: {
        type: 'String',
        default: 'zaqar',
        allowed: ['zaqar', 'webhook'],
        description: 'webhook: a POST to params.url. Zaqar is not supported.',
      },
      params: {
        type: 'Map',
        default: {},
        fields: {
          queue: { type: 'String', default: '', description: 'Of Zaqar; not supported.' },
          url: { type: 'String', default: '', secret: true, description: 'Where the message is sent.' },
        },
      },
      timeout: {
        type: 'Integer',
        default: 0,
        min: 0,
        description: 'Seconds after which the node goes without an answer.',
      },
    },
  },
};

const supportStatus: Readonly<Record<string, readonly SupportStatus[]>> = {
  '1.0': [{ status: 'SUPPORTED', since: '2016.04' }],
  '1.1': [{ status: 'SUPPORTED', since: '2018.01' }],
};

export const deletionPolicyTypes: readonly PolicyType<DeletionPolicy>[] = Object.entries(supportStatus).map(
  ([version, status]) => ({
    name,
    version,
    supportStatus: status,
    priority: 400,
    singleton: true,
    fields,
    jsonSchema: documentSchema(name, version, toJsonSchema(fields, version)),
    check: (properties, settings) => readDeletionPolicy(properties, version, settings),
    checkAgainstProfile: () => [],
    bindingData: () => null,
    before: amend,
  }),
);

function readDeletionPolicy(
  properties: Json | undefined,
  version: string,
  { isStored }: CheckSettings = defaultCheckSettings,
): PolicyCheck<DeletionPolicy> {
  const checked = checkFields(fields, properties ?? {}, version, { isStored });
  if (!checked.ok) return checked;
  const hook = readHook(
    checked.value['hooks'] as JsonObject,
    isJsonObject(properties) && hasHook(properties['hooks']),
  );
  if ('issue' in hook) return { ok: false, issues: [hook.issue] };
  const { criteria: order, destroy_after_deletion, grace_period, reduce_desired_capacity } = checked.value;
  const value: DeletionPolicy = {
    criteria: order as Criteria,
    destroyAfterDeletion: destroy_after_deletion === true,
    gracePeriodMs: (grace_period as number) * 1000,
    reduceDesiredCapacity: reduce_desired_capacity === true,
    hook: hook.value,
  };
  return { ok: true, value, warnings: [] };
}

const LONGEST_URL = 2000;

function hasHook(hooks: Json | undefined): boolean {
  return isJsonObject(hooks) && Object.keys(hooks).length > 0;
}

function readHook(
  hooks: JsonObject,
  isWritten: boolean,
): { readonly value: LifecycleHook | null } | { readonly issue: Issue } {
  if (!isWritten) return { value: null };
  const { type, params, timeout } = hooks as { type: string; params: JsonObject; timeout: number };
  if (type !== 'webhook') {
    const hint = 'Coppice has no Zaqar: write type: webhook and params.url';
    return { issue: { field: 'hooks.type', expected: 'webhook', found: type, hint } };
  }
  const { url = '' } = params;
  if (!isSealed(url) && !isUrl(url)) {
    const found = url === '' ? 'nothing' : 'a text that is none';
    return { issue: { field: 'hooks.params.url', expected: 'a URL of http or https', found } };
  }
  return { value: { url, timeoutMs: timeout * 1000 } };
}

function isUrl(text: Json): boolean {
  const isText = typeof text === 'string' && text.length <= LONGEST_URL;
  return isText && /^https?:\/\/[^/?#]/.test(text) && URL.canParse(text);
}

/** Actions that take nodes out of a cluster and leave the cluster there. */
const shrinking: ReadonlySet<string> = new Set(['CLUSTER_SCALE_IN', 'CLUSTER_RESIZE', 'CLUSTER_DEL_NODES']);

function amend(view: PlanView<DeletionPolicy>): Amendment {
  const { plan, facts, value } = view;
  const leaving = [...nodesOf(plan, 'NODE_DELETE'), ...nodesOf(plan, 'NODE_LEAVE')];
  if (!shrinking.has(plan.action) || leaving.length === 0) return null;
  const operation = value.destroyAfterDeletion ? 'NODE_DELETE' : 'NODE_LEAVE';
  const isByName = plan.action === 'CLUSTER_DEL_NODES';
  const chosen = isByName
    ? leaving.map((node) => ({ ...node, operation }) as const)
    : chooseLeaving(facts.members, leaving.length, {
        preference: preferenceOf(view),
        shares: plan.leavingShares,
      }).map(({ member, reason }) => planned(operation, member, reason));
  const inputs = value.hook === null ? {} : { lifecycle_hook: hookInputs(value.hook) };
  const nodes = chosen.map((node) => ({ ...node, inputs: { ...node.inputs, ...inputs } }));
  const size =
    isByName && !value.reduceDesiredCapacity && plan.size !== null
      ? { ...plan.size, desired: plan.size.current, vacant: nodes.length }
      : plan.size;
  return {
    plan: { ...plan, size, waitMs: value.gracePeriodMs, groups: group(nodes) },
    reason: inWords(value, isByName, hookInWords(value, nodes, facts)),
  };
}

function hookInputs({ url, timeoutMs }: LifecycleHook): JsonObject {
  return { url, timeout: timeoutMs / 1000 };
}

function preferenceOf({ value, seed }: PlanView<DeletionPolicy>): RemovalPreference {
  switch (value.criteria) {
    case 'OLDEST_FIRST':
      return by((member) => member.createdAt ?? 0, 'the oldest');
    case 'YOUNGEST_FIRST':
      return by((member) => -(member.createdAt ?? 0), 'the youngest');
    case 'OLDEST_PROFILE_FIRST':
      return by((member) => member.profileCreatedAt, 'of the oldest profile');
    case 'RANDOM':
      return by((member) => orderOf(`${seed}/${member.id}`), 'chosen at random');
  }
}

function by(key: (member: MemberFacts) => number, reason: string): RemovalPreference {
  return { compare: (one, other) => key(one) - key(other), reason };
}

/** The same number for the same text: what was chosen at random is chosen again where it is planned again. */
function orderOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE();
}

/** Nothing is sent for a node that is not ACTIVE (`actions/node/lifecycle-hook.ts`). */
function hookInWords(
  { hook }: DeletionPolicy,
  nodes: readonly PlannedNode[],
  { members }: PlanView<DeletionPolicy>['facts'],
): string[] {
  if (hook === null) return [];
  const isActive = new Map(members.map(({ id, status }) => [id, status === 'ACTIVE']));
  const [waiting, others] = [true, false].map((active) =>
    nodes.flatMap(({ nodeId, name: node }) =>
      isActive.get(nodeId ?? '') === active ? { name: node ?? '' } : [],
    ),
  );
  const wait = `its lifecycle hook, ${hook.timeoutMs / 1000} s at most`;
  if (others === undefined || others.length === 0) return [`each waits for ${wait}`];
  const atOnce = `${namesOf(others)} ${others.length === 1 ? 'is' : 'are'} not ACTIVE: removed at once, without the lifecycle hook`;
  return waiting === undefined || waiting.length === 0
    ? [atOnce]
    : [`each that is ACTIVE waits for ${wait}`, atOnce];
}

function inWords(
  { criteria: order, destroyAfterDeletion }: DeletionPolicy,
  isByName: boolean,
  hook: readonly string[],
): string {
  const parts = [
    ...(isByName ? [] : [order]),
    ...(destroyAfterDeletion ? [] : ['the nodes leave the cluster and are not deleted']),
    ...hook,
  ];
  return parts.length === 0 ? 'the nodes that were named are deleted' : parts.join('; ');
}
