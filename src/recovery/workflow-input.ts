/**
 * What a WORKFLOW step is started with. Its expressions see cluster, node, failure, recovery (the recovery)
 * and steps; a wrong input is found here, before anything starts, and no retry helps.
 */
import { didYouMean } from '../domain/did-you-mean.ts';
import { isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Cluster, Node, Recovery } from '../domain/model.ts';
import {
  compileTemplate,
  evaluateTemplate,
  ExpressionEvaluationError,
  ExpressionSyntaxError,
} from '../workflow/expressions.ts';
import type { WorkflowDescription } from '../workflow/workflow-service.ts';
import type { TimedDecision } from './chain.ts';

/** Variables of the expressions, and `healing` in the execution's environment. */
export interface HealingContext {
  readonly [key: string]: Json;
  readonly cluster: JsonObject | null;
  readonly node: JsonObject;
  readonly failure: JsonObject;
  readonly episode: JsonObject;
  /** By id: state, attempt, reason and output of each step that has ended. */
  readonly steps: JsonObject;
}

export function healingContext(
  of: { readonly cluster: Cluster | null; readonly node: Node; readonly recovery: Recovery },
  decisions: readonly TimedDecision[],
): HealingContext {
  const { cluster, node, recovery } = of;
  return {
    cluster: cluster === null ? null : aboutCluster(cluster),
    node: aboutNode(node),
    failure: { ...recovery.failure, failed_at: iso(recovery.failedAt) },
    episode: { id: recovery.id, opened_at: iso(recovery.openedAt), policy_id: recovery.policyId },
    steps: stepsSoFar(decisions),
  };
}

function aboutCluster(cluster: Cluster): JsonObject {
  return {
    id: cluster.id,
    name: cluster.name,
    profile_id: cluster.profileId,
    desired_capacity: cluster.desiredCapacity,
    min_size: cluster.minSize,
    max_size: cluster.maxSize,
    metadata: cluster.metadata,
  };
}

function aboutNode(node: Node): JsonObject {
  return {
    id: node.id,
    name: node.name,
    index: node.index,
    role: node.role,
    physical_id: node.physicalId,
    profile_id: node.profileId,
    status: node.status,
    metadata: node.metadata,
    data: node.data,
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** The last end of each step; a later attempt replaces an earlier one. */
export function stepsSoFar(decisions: readonly TimedDecision[]): JsonObject {
  const steps: Record<string, Json> = {};
  for (const { decision } of decisions) {
    if (decision.kind !== 'finish' && decision.kind !== 'skip') continue;
    const { item, name, attempt } = decision.step;
    const state = decision.kind === 'finish' ? decision.state : 'SKIPPED';
    const output = decision.kind === 'finish' ? (decision.output ?? {}) : {};
    steps[item] = { name, state, attempt, reason: decision.reason, output };
  }
  return steps;
}

export type WorkflowInput =
  | { readonly ok: true; readonly input: JsonObject; readonly env: JsonObject }
  /** Terminal: what is wrong, in a sentence. */
  | { readonly ok: false; readonly reason: string };

/** @param params of the step: `workflow_name`, `inputs`. @param now ISO 8601, for `now()` in expressions. */
export function workflowInput(
  params: JsonObject,
  context: HealingContext,
  workflow: WorkflowDescription,
  now: string,
): WorkflowInput {
  const given = evaluateInputs(params['inputs'], context, now);
  if (!given.ok) return given;
  const declared = workflow.inputs.map((input) => input.name);
  const { definition, ...inputs } = given.input;
  const own = declared.includes('definition') || definition === undefined ? given.input : inputs;
  const input = { ...wellKnown(context, declared), ...own };
  const reason = misfit(input, workflow, declared);
  return reason === null ? { ok: true, input, env: { healing: context } } : { ok: false, reason };
}

/** The definition that a policy carries for a workflow that does not exist yet (`inputs.definition`). */
export function definitionIn(params: JsonObject): string | null {
  const inputs = params['inputs'];
  const definition = isJsonObject(inputs) ? inputs['definition'] : undefined;
  return typeof definition === 'string' ? definition : null;
}

/** A definition is full of expressions that are the workflow's own: it is left as it is. */
function evaluateInputs(
  inputs: Json | undefined,
  context: HealingContext,
  now: string,
): { readonly ok: true; readonly input: JsonObject } | { readonly ok: false; readonly reason: string } {
  const { definition, ...rest } = isJsonObject(inputs) ? inputs : {};
  try {
    const input = evaluateTemplate(compileTemplate(rest), { variables: context, now });
    const kept = definition === undefined ? {} : { definition };
    return { ok: true, input: { ...(isJsonObject(input) ? input : {}), ...kept } };
  } catch (error) {
    if (!(error instanceof ExpressionEvaluationError) && !(error instanceof ExpressionSyntaxError))
      throw error;
    return { ok: false, reason: `the input expression ${error.expression} has no value: ${error.message}` };
  }
}

/** As Senlin meant to hand them over: only to a workflow that asks for them. */
function wellKnown(context: HealingContext, declared: readonly string[]): JsonObject {
  const known = { cluster_id: context.cluster?.['id'], node_id: context.node['physical_id'] };
  return Object.fromEntries(
    Object.entries(known).filter(
      (entry): entry is [string, Json] => declared.includes(entry[0]) && (entry[1] ?? null) !== null,
    ),
  );
}

function misfit(
  input: JsonObject,
  workflow: WorkflowDescription,
  declared: readonly string[],
): string | null {
  const missing = workflow.inputs
    .filter(({ name, required }) => required && !Object.hasOwn(input, name))
    .map(({ name }) => name);
  if (missing.length > 0)
    return `workflow ${workflow.name} needs the input ${missing.join(', ')}, which nothing gives it`;
  const unknown = Object.keys(input).find((name) => !declared.includes(name));
  if (unknown === undefined) return null;
  const hint = didYouMean(unknown, declared);
  return `workflow ${workflow.name} has no input ${unknown}${hint === undefined ? '' : `: ${hint}`}`;
}
