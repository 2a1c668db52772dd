/**
 * The actions on a cluster that a request can name, with their parameters: `POST /v1/clusters/{id}/actions`
 * and the webhooks of receivers.
 */
import { z } from 'zod';
import { adjustmentTypes } from '../domain/capacity.ts';
import type { Issue } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import {
  checking,
  completeLifecycle,
  enqueueOnCluster,
  recovering,
  resizing,
  scaling,
  type ClusterRequest,
} from '../requests/cluster-actions.ts';
import { addingNodes, removingNodes, replacingNodes } from '../requests/cluster-members.ts';
import { attaching, detaching, updatingAttached } from '../requests/cluster-policies.ts';
import { growthWarnings } from '../requests/profile-warnings.ts';
import { attachWarnings } from '../requests/policy-warnings.ts';
import type { Caller, RequestTools } from '../requests/request-tools.ts';
import {
  booleanField,
  withoutUndefined,
  integerField,
  LARGEST_INTEGER,
  numberField,
  optional,
  referenceField,
  referencePairsField,
  referencesField,
  wordField,
} from './fields.ts';
import {
  parseParameters,
  readParameters,
  readRecoverRequest,
  recoverParameters,
} from './action-parameters.ts';

type Carry = (
  tools: RequestTools,
  caller: Caller,
  cluster: string,
  parameters: JsonObject,
) => Promise<string>;

export interface ClusterAction {
  readonly since?: number;
  readonly parameters: z.ZodObject;
  /** Parameters that came later than the action, with N of their microversion 1.N. */
  readonly parametersSince?: Readonly<Record<string, number>>;
  /**
   * Refuses what the action would refuse of these at any time; what is missing may come with a call.
   * @throws CoppiceError
   */
  readonly checkPresets?: (parameters: JsonObject) => void;
  /** What is queued, or planned. */
  readonly request?: (parameters: JsonObject) => ClusterRequest;
  /** For what is done at once: gives the id of the action that it is about. */
  readonly carryOut?: Carry;
  /** What is done, and probably not meant. */
  readonly warn?: (
    tools: RequestTools,
    caller: Caller,
    cluster: string,
    parameters: JsonObject,
  ) => Promise<Issue[]>;
}

/** An action with the shape of its parameters. */
function action<Shape extends z.ZodRawShape>(
  shape: Shape,
  request: (parameters: z.infer<z.ZodObject<Shape, z.core.$strict>>) => ClusterRequest,
  isComplete: (parameters: JsonObject) => boolean = () => true,
): ClusterAction {
  const schema = z.strictObject(shape);
  return {
    parameters: schema,
    checkPresets(parameters) {
      parseParameters(schema.partial(), parameters);
      const { data, success } = schema.safeParse(parameters);
      if (success && isComplete(parameters)) request(data);
    },
    request(parameters) {
      const { values, refuseUnknown } = readParameters(schema, parameters);
      const { prepare, ...requested } = request(values);
      return {
        ...requested,
        async prepare(...given) {
          refuseUnknown();
          return await prepare(...given);
        },
      };
    },
  };
}

export function enqueue({ request }: ClusterAction): Carry {
  return (tools, caller, cluster, parameters) => {
    if (request === undefined) throw new Error('a cluster action is requested or carried out');
    return enqueueOnCluster(tools, caller, cluster, request(parameters));
  };
}

/** Whether the parts of a resize that belong together are all there. */
function isWholeResize(parameters: JsonObject): boolean {
  const has = (key: string): boolean => (parameters[key] ?? null) !== null;
  if (has('adjustment_type') !== has('number')) return false;
  return has('adjustment_type') || has('min_size') || has('max_size');
}

/** As far as a warning needs it: some nodes may be made already. */
function nodesAfterResize(
  current: number,
  { adjustment_type: type, number, min_size: min }: JsonObject,
): number {
  const by = Number(number ?? 0);
  const wanted =
    type === 'EXACT_CAPACITY' ? by : current + (type === 'CHANGE_IN_CAPACITY' ? by : Math.sign(by));
  return Math.max(wanted, Number(min ?? 0));
}

const lifecycleParameters = z.strictObject({ lifecycle_action_token: referenceField() });

/** By their names in the body of a request. @param maxNodes most nodes of one cluster. */
export function clusterActions(maxNodes: number): Readonly<Record<string, ClusterAction>> {
  const count = optional(integerField({ min: 0, max: LARGEST_INTEGER }, 'not-negative'));
  const policy_id = referenceField();
  const enabled = optional(booleanField());
  return {
    check: action({}, () => checking),
    recover: action(recoverParameters, (parameters) => recovering(readRecoverRequest(parameters))),
    resize: {
      ...action(
        {
          adjustment_type: optional(wordField(adjustmentTypes)),
          number: optional(numberField()),
          min_size: optional(integerField({ min: 0, max: maxNodes })),
          max_size: optional(integerField({ min: -1, max: maxNodes })),
          min_step: optional(integerField({ min: 0, max: LARGEST_INTEGER })),
          strict: optional(booleanField()),
        },
        (parameters) =>
          resizing(
            withoutUndefined({
              adjustmentType: parameters.adjustment_type,
              number: parameters.number,
              minSize: parameters.min_size,
              maxSize: parameters.max_size,
              minStep: parameters.min_step,
              strict: parameters.strict,
            }),
          ),
        isWholeResize,
      ),
      warn: (tools, caller, cluster, parameters) =>
        growthWarnings(tools, caller, cluster, (current) => nodesAfterResize(current, parameters)),
    },
    scale_in: action({ count }, (parameters) => scaling('in', parameters.count)),
    scale_out: {
      ...action({ count }, (parameters) => scaling('out', parameters.count)),
      warn: (tools, caller, cluster, { count: more }) =>
        growthWarnings(tools, caller, cluster, (current) => current + Number(more ?? 1)),
    },
    policy_attach: {
      ...action({ policy_id, enabled }, (parameters) =>
        attaching(withoutUndefined({ policy: parameters.policy_id, enabled: parameters.enabled })),
      ),
      warn: async (tools, caller, cluster, { policy_id: policy }) =>
        typeof policy === 'string' ? await attachWarnings(tools, caller, cluster, policy) : [],
    },
    policy_update: action({ policy_id, enabled }, (parameters) =>
      updatingAttached(withoutUndefined({ policy: parameters.policy_id, enabled: parameters.enabled })),
    ),
    policy_detach: action({ policy_id }, (parameters) => detaching(parameters.policy_id)),
    add_nodes: action({ nodes: referencesField() }, ({ nodes }) => addingNodes(nodes)),
    del_nodes: {
      ...action(
        { nodes: referencesField(), destroy_after_deletion: optional(booleanField()) },
        ({ nodes, destroy_after_deletion: destroy }) => removingNodes(nodes, destroy === true),
      ),
      parametersSince: { destroy_after_deletion: 4 },
    },
    replace_nodes: {
      ...action({ nodes: referencePairsField() }, ({ nodes }) => replacingNodes(nodes)),
      since: 3,
    },
    complete_lifecycle: {
      since: 9,
      parameters: lifecycleParameters,
      carryOut: async (tools, caller, cluster, parameters) => {
        const { lifecycle_action_token: token } = parseParameters(lifecycleParameters, parameters);
        return await completeLifecycle(tools, caller, cluster, token);
      },
    },
  };
}
