/** `POST /v1/clusters/{id}/simulate`: what would happen if these nodes failed now. Ours, not Senlin's. */
import { z } from 'zod';
import { domainNoun } from '../../domain/failure-domain.ts';
import { recoveryModes, type RecoveryMode } from '../../domain/states.ts';
import type { Decision } from '../../recovery/chain.ts';
import { stepLabel, verificationLabel, wholeChain } from '../../recovery/describe.ts';
import type { SimulatedNode } from '../../recovery/simulate-round.ts';
import { timelineOf } from '../../recovery/timeline.ts';
import { simulate as runSimulation, type SimulationResult } from '../../requests/simulate.ts';
import { booleanField, withoutUndefined, mapField, optional, referenceField, textField } from '../fields.ts';
import { param, route, type Route } from '../route.ts';
import { id, nullableText, nullableTime, text, time } from '../shapes/common.ts';
import { milliseconds, millisecondsOrNull } from '../times.ts';

const simulatedNodeShape = z.strictObject({
  already_failed: z
    .boolean()
    .describe('It has failed without being supposed to: answered from where it stands.'),
  decision: z.enum(['START', 'HOLD', 'SKIP', 'RUNNING']),
  failure: z.strictObject({ class: text, reason: text }),
  gate: nullableText.describe('The gate that is closed; null where it is none.'),
  id,
  name: text,
  reason: text,
  result: nullableText.describe(
    'How its recovery would end; null where none starts now, or mode OBSERVE touches nothing.',
  ),
  steps: z.array(z.strictObject({ item: text, state: text, step: text })),
  timeline: z
    .array(z.strictObject({ at: time, decision: text, reason: text }))
    .describe('What its recovery would decide, if it began now; operations take no time in it.'),
  until: nullableTime,
});

const simulationShape = z
  .strictObject({
    attached: z.boolean(),
    at: time,
    cluster_id: id,
    mode: z.enum(recoveryModes),
    nodes: z.array(simulatedNodeShape),
    policy_name: nullableText,
    supposed: z.array(text),
    unhealthy: z.int().describe('What would count against max_unhealthy.'),
    zone_outages: z
      .array(
        z.strictObject({
          action: z.enum(['HOLD', 'REPLACE_ELSEWHERE']).nullable().describe('What the policy does about it.'),
          domain: text.describe('zone, host, or the label of the policy.'),
          failed: z.int(),
          name: text,
          of: z.int().describe('The nodes of the domain.'),
        }),
      )
      .describe('Failure domains that would have an outage, by safety.zone_outage of the policy.'),
  })
  .meta({ id: 'Simulation' });

const simulateRoute = route({
  method: 'POST',
  path: '/v1/clusters/{cluster}/simulate',
  summary: 'What would happen if these nodes failed now: the decisions, and nothing is touched',
  tag: 'Health',
  body: z.object({
    simulate: z.strictObject({
      failures: z
        .array(
          z.strictObject({
            node: referenceField(),
            class: textField(),
            reason: optional(textField({ most: 1000 })),
          }),
        )
        .max(1000),
      fail_zones: optional(
        z.array(z.strictObject({ name: textField(), class: optional(textField()) })).max(1000),
      ).describe(
        'All nodes of these failure domains fail as well (HOST_DOWN where no class is given): zones, hosts or values of a label, as safety.zone_outage of the policy says; zones where it says nothing.',
      ),
      policy_id: optional(referenceField()),
      spec: optional(mapField()),
      nothing_helps: optional(booleanField()),
      failing: optional(z.array(textField()).max(1000)),
    }),
  }),
  answers: {
    200: { description: 'The decisions.', schema: z.strictObject({ simulation: simulationShape }) },
  },
  async handle(request) {
    const { tools, caller, body } = request;
    const {
      failures,
      fail_zones: failZones,
      policy_id: policy,
      spec,
      nothing_helps: nothingHelps,
      failing,
    } = body.simulate;
    const result = await runSimulation(tools, caller, param(request, 'cluster'), {
      ...withoutUndefined({ policy, spec }),
      failures: failures.map((failure) => withoutUndefined(failure)),
      failZones: (failZones ?? []).map((zone) => withoutUndefined(zone)),
      nothingHelps: nothingHelps ?? false,
      failing: failing ?? [],
    });
    return { status: 200, body: { simulation: toAnswer(result) } };
  },
});

function toAnswer(result: SimulationResult): z.infer<typeof simulationShape> {
  const { cluster, policy, policyName, isAttached, now, supposed, simulation, nodes } = result;
  const names = new Map(nodes.map((node) => [node.id, node.name]));
  return {
    attached: isAttached,
    at: milliseconds(now),
    cluster_id: cluster.id,
    mode: policy.mode,
    nodes: simulation.nodes.map((node) => toNode(node, names.get(node.nodeId) ?? '', policy.mode)),
    policy_name: policyName,
    supposed: [...supposed],
    unhealthy: simulation.unhealthy,
    zone_outages: simulation.zoneOutages.map(({ domain, name, failed, of }) => ({
      action: policy.safety.zoneOutage?.action ?? null,
      domain: domainNoun(domain),
      failed,
      name,
      of,
    })),
  };
}

/**
 * What only observes recovers nothing, and so its answer says what would be run, and not that the node would
 * be recovered.
 */
function toNode(node: SimulatedNode, name: string, mode: RecoveryMode): z.infer<typeof simulatedNodeShape> {
  const { nodeId, failure, decision, reason, gate, until, chain, alreadyFailed } = node;
  const decisions = (chain?.decisions ?? []).filter(
    (each) => mode === 'ENFORCE' || (each.decision.kind !== 'settle' && each.decision.kind !== 'close'),
  );
  const end = mode === 'ENFORCE' ? chain?.next : undefined;
  return {
    already_failed: alreadyFailed,
    decision,
    failure: { ...failure },
    gate: gate?.gate ?? null,
    id: nodeId,
    name,
    reason,
    result: end?.kind === 'close' ? end.state : null,
    steps: decisions.flatMap(({ decision: each }) => stepOf(each) ?? []),
    timeline: timelineOf(decisions).map((decision) => ({
      at: milliseconds(decision.at),
      decision: decision.decision,
      reason: decision.reason,
    })),
    until: millisecondsOrNull(until),
  };
}

/** null: the decision ends neither a step nor a verification. */
function stepOf(decision: Decision): z.infer<typeof simulatedNodeShape>['steps'][number] | null {
  if (decision.kind === 'finish')
    return { item: decision.step.item, state: decision.state, step: stepLabel(decision.step) };
  if (decision.kind === 'skip')
    return { item: decision.step.item, state: 'SKIPPED', step: stepLabel(decision.step) };
  if (decision.kind !== 'end-verification') return null;
  const { step, state } = decision;
  return { item: step?.item ?? wholeChain, state, step: verificationLabel(step) };
}

export const simulateRoutes: Route[] = [simulateRoute];
