/** `POST /v1/clusters/{id}/actions`: a map with one key, the action, and its parameters. */
import { z } from 'zod';
import { adjustmentTypes } from '../../domain/capacity.ts';
import { CoppiceError, type Issue } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import {
  checking,
  completeLifecycle,
  enqueueOnCluster,
  planOnCluster,
  recovering,
  resizing,
  scaling,
  type ClusterRequest,
} from '../../requests/cluster-actions.ts';
import { addingNodes, removingNodes, replacingNodes } from '../../requests/cluster-members.ts';
import { attaching, detaching, updatingAttached } from '../../requests/cluster-policies.ts';
import { planRecord } from '../../plans/plan-record.ts';
import { attachWarnings } from '../../requests/policy-warnings.ts';
import type { Caller, RequestTools } from '../../requests/request-tools.ts';
import {
  booleanField,
  defined,
  integerField,
  last,
  LARGEST_INTEGER,
  numberField,
  optional,
  referenceField,
  referencePairsField,
  referencesField,
  wordField,
} from '../fields.ts';
import { requireMinor } from '../microversion.ts';
import {
  parseParameters,
  readAction,
  readRecoverRequest,
  recoverParameters,
  unknownAction,
} from '../action-parameters.ts';
import { accepted, param, route, type Route } from '../route.ts';
import { planShape } from '../shapes/plan.ts';
import { actionIdShape, warningsShape, withWarnings } from '../shapes/common.ts';

type Carry = (
  tools: RequestTools,
  caller: Caller,
  cluster: string,
  parameters: JsonObject,
) => Promise<string>;

interface ClusterAction {
  readonly since?: number;
  /** For OpenAPI. */
  readonly parameters: z.ZodType;
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
): ClusterAction {
  const schema = z.strictObject(shape);
  return { parameters: schema, request: (parameters) => request(parseParameters(schema, parameters)) };
}

function enqueue({ request }: ClusterAction): Carry {
  return (tools, caller, cluster, parameters) => {
    if (request === undefined) throw new Error('a cluster action is requested or carried out');
    return enqueueOnCluster(tools, caller, cluster, request(parameters));
  };
}

function noPlan(name: string): never {
  throw new CoppiceError('bad-request', `dry_run: expected an action with a plan, found ${name}`);
}

const lifecycleParameters = z.strictObject({ lifecycle_action_token: referenceField() });

function clusterActions(maxNodes: number): Readonly<Record<string, ClusterAction>> {
  const count = optional(integerField({ min: 0, max: LARGEST_INTEGER }));
  const policy_id = referenceField();
  const enabled = optional(booleanField());
  return {
    check: action({}, () => checking),
    recover: action(recoverParameters, (parameters) => recovering(readRecoverRequest(parameters))),
    resize: action(
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
          defined({
            adjustmentType: parameters.adjustment_type,
            number: parameters.number,
            minSize: parameters.min_size,
            maxSize: parameters.max_size,
            minStep: parameters.min_step,
            strict: parameters.strict,
          }),
        ),
    ),
    scale_in: action({ count }, (parameters) => scaling('in', parameters.count)),
    scale_out: action({ count }, (parameters) => scaling('out', parameters.count)),
    policy_attach: {
      ...action({ policy_id, enabled }, (parameters) =>
        attaching(defined({ policy: parameters.policy_id, enabled: parameters.enabled })),
      ),
      warn: async (tools, caller, cluster, { policy_id: policy }) =>
        typeof policy === 'string' ? await attachWarnings(tools, caller, cluster, policy) : [],
    },
    policy_update: action({ policy_id, enabled }, (parameters) =>
      updatingAttached(defined({ policy: parameters.policy_id, enabled: parameters.enabled })),
    ),
    policy_detach: action({ policy_id }, (parameters) => detaching(parameters.policy_id)),
    add_nodes: action({ nodes: referencesField() }, ({ nodes }) => addingNodes(nodes)),
    del_nodes: action(
      { nodes: referencesField(), destroy_after_deletion: optional(booleanField()) },
      ({ nodes, destroy_after_deletion: destroy }) => removingNodes(nodes, destroy === true),
    ),
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

export function clusterActionRoutes(maxNodes: number): Route[] {
  const actions = clusterActions(maxNodes);
  const optionals = Object.entries(actions).map(([name, { parameters }]) => [name, parameters.optional()]);
  const documented = z.object(Object.fromEntries(optionals) as Record<string, z.ZodType>).meta({
    minProperties: 1,
    maxProperties: 1,
    description: 'One key, the action, with its parameters.',
  });
  return [
    route({
      method: 'POST',
      path: '/v1/clusters/{cluster}/actions',
      summary: 'Do something to a cluster',
      tag: 'Clusters',
      role: 'member',
      documentedBody: documented,
      query: z.strictObject({ dry_run: last(booleanField('query-boolean')) }),
      answers: {
        200: {
          description: 'With dry_run: what the action would do now; nothing was recorded.',
          schema: z.strictObject({ plan: planShape }),
        },
        202: {
          description: 'The action that does it.',
          schema: actionIdShape.extend({ warnings: warningsShape }),
        },
      },
      async handle(request) {
        const [name, parameters] = readAction(request.rawBody, '');
        const found = Object.hasOwn(actions, name) ? actions[name] : undefined;
        if (found === undefined) throw unknownAction(name);
        requireMinor(request.minor, found.since ?? 0);
        const { tools, caller } = request;
        const cluster = param(request, 'cluster');
        if (request.query.dry_run === true) {
          const requested = found.request?.(parameters) ?? noPlan(name);
          const plan = await planOnCluster(tools, caller, cluster, requested);
          return { status: 200, body: { plan: planRecord(plan) } };
        }
        const carryOut = found.carryOut ?? enqueue(found);
        const actionId = await carryOut(tools, caller, cluster, parameters);
        const warnings = (await found.warn?.(tools, caller, cluster, parameters)) ?? [];
        return accepted(actionId, withWarnings({ action: actionId }, warnings));
      },
    }),
  ];
}
