/** The health of clusters and nodes on the wire. Ours, not Senlin's. */
import { z } from 'zod';
import type { ClusterHealth } from '../../requests/cluster-health.ts';
import type { NodeHealth } from '../../requests/node-health.ts';
import type { OpenNodeRecovery } from '../../requests/open-recoveries.ts';
import { domainNoun } from '../../domain/failure-domain.ts';
import { recoveryModes } from '../../domain/states.ts';
import { nextSteps } from '../../recovery/next-up.ts';
import type { BreakerState } from '../../domain/breaker-state.ts';
import type { Maintenance } from '../../domain/maintenance.ts';
import { milliseconds, millisecondsOrNull } from '../times.ts';
import { id, nullableText, nullableTime, text, time } from './common.ts';
import {
  countShape,
  explanationFields,
  operatorTaskShape,
  standingCounts,
  standingShape,
  toCounts,
  toExplanation,
  toOperatorTask,
} from './explanation.ts';
import { relapseShape, toRelapse } from './recovery.ts';
import { runningStepShape, toRunningStep } from './running-step.ts';
import { workflowServiceNames } from '../../domain/workflow-service-name.ts';

const pauseShape = z.strictObject({
  reason: text,
  until: nullableTime.describe('null: until an operator ends it.'),
});

const failureShape = z.strictObject({ class: text, reason: text });

export const nodeHealthShape = z
  .strictObject({
    current: z
      .boolean()
      .describe(
        'false: the node is not probed now, or no probe is recorded; what its last probe found is reported as the past.',
      ),
    detectors: z
      .array(
        z.strictObject({
          detector: text,
          failure: nullableText.describe('The class, where it is unhealthy.'),
          health: z.enum(['healthy', 'unhealthy', 'unknown']),
          reason: text,
          since: time,
        }),
      )
      .describe('What each detection mode saw last, since when.'),
    excluded: pauseShape.nullable().describe('An operator excluded it from healing.'),
    failure: failureShape.nullable(),
    health: z
      .enum(['HEALTHY', 'SUSPECTED', 'FAILED', 'UNKNOWN'])
      .describe(
        'UNKNOWN: could not be probed, was not probed yet or not for long, or what its last probe found could not be recorded.',
      ),
    id,
    name: text,
    next: z.strictObject({
      at: nullableTime,
      ends_by: z
        .array(operatorTaskShape)
        .describe('HOLD: how the gates that hold it are opened, or passed, before their time.'),
      reason: text,
      what: z.enum(nextSteps),
    }),
    probed_at: nullableTime.describe(
      'As of when this is known; null: never probed, or not since it was last changed.',
    ),
    probed_by: z
      .enum(['ROUND', 'VERIFICATION'])
      .nullable()
      .describe('ROUND: the detection modes of the policy. VERIFICATION: the recovery that runs.'),
    quarantine: z.strictObject({ reason: text, since: time }).nullable(),
    reason: text,
    relapse: relapseShape
      .nullable()
      .describe('Its recoveries had seemed to help, and it failed again soon after each.'),
    recovery: z
      .strictObject({
        action_id: nullableText.describe('The NODE_RECOVER that carries it out; null: held.'),
        id,
        mode: z.enum(recoveryModes),
        opened_at: time,
        reason: text.describe('The last decision.'),
        started_at: nullableTime.describe('null: held.'),
        step: runningStepShape.nullable(),
      })
      .nullable(),
    since: nullableTime,
    standing: standingShape,
    status: text,
    warning: z
      .strictObject({
        execution_id: nullableText,
        reason: text,
        recovery_id: id,
        workflow_service: z.enum(workflowServiceNames).nullable().describe('What runs the execution.'),
      })
      .nullable()
      .describe(
        'A hook after its last recovery failed: the node is healthy, and what the hook was for is not done.',
      ),
  })
  .meta({ id: 'NodeHealth' });

export const clusterHealthShape = z
  .strictObject({
    breaker: z
      .strictObject({
        failures: countShape,
        since: nullableTime.describe('When it opened.'),
        state: z.enum(['CLOSED', 'OPEN', 'HALF_OPEN']),
        until: nullableTime.describe('When one recovery is tried.'),
      })
      .nullable(),
    cluster_id: id,
    cluster_name: text,
    counts: standingCounts({
      missing: countShape,
      unhealthy: countShape.describe('What counts against max_unhealthy.'),
    }),
    gates: z
      .array(
        z.strictObject({
          ends_by: z
            .array(operatorTaskShape)
            .describe('How it is opened, or passed, before its time; empty: waiting is all there is.'),
          gate: text,
          limit: countShape.nullable(),
          reason: text,
          since: nullableTime,
          total: countShape.nullable(),
          until: time.describe('When it is checked again; `reason` says what opens it.'),
        }),
      )
      .describe(
        'What would hold a recovery now; the first one is what holds. zone_outage holds the nodes of one zone.',
      ),
    limits: z.strictObject({ max_in_flight: countShape.nullable(), max_unhealthy: countShape.nullable() }),
    maintenance: pauseShape
      .extend({
        action: nullableText.describe('The action for which healing is paused; null: an operator paused it.'),
      })
      .nullable(),
    ...explanationFields,
    more_healthy: countShape.describe('How many healthy nodes are not among `nodes`.'),
    nodes: z.array(nodeHealthShape),
    policy: z.strictObject({ enabled: z.boolean(), id, mode: z.enum(recoveryModes), name: text }).nullable(),
    standing: standingShape,
    zone_outages: z
      .array(
        z.strictObject({
          domain: text.describe('zone, host, or the label of the policy.'),
          failed: countShape.describe('Nodes that have failed, or cannot be seen since they failed.'),
          name: text,
          of: countShape.describe('The nodes of the domain; excluded ones are left out.'),
          released_at: nullableTime.describe('When an operator released it; null: it is not released.'),
          since: time,
        }),
      )
      .describe('Failure domains of which most nodes failed at once.'),
  })
  .meta({ id: 'ClusterHealth' });

export function toClusterHealthAnswer(health: ClusterHealth): z.infer<typeof clusterHealthShape> {
  const { cluster, policy, maintenance, breaker, counts, limits, gates, nodes, zoneOutages, now } = health;
  return {
    breaker: breaker === null ? null : toBreaker(breaker, now),
    cluster_id: cluster.id,
    cluster_name: cluster.name,
    counts: {
      ...toCounts(counts),
      desired: counts.desired,
      nodes: counts.nodes,
      missing: counts.missing,
      unhealthy: counts.unhealthy,
    },
    gates: gates.map(toGate),
    limits: { max_in_flight: limits.maxInFlight, max_unhealthy: limits.maxUnhealthy },
    maintenance:
      maintenance === null ? null : { ...toPause(maintenance), action: maintenance.action ?? null },
    ...toExplanation(health.explanation),
    more_healthy: health.moreHealthy,
    nodes: nodes.map(toNodeHealthAnswer),
    standing: health.standing,
    policy:
      policy === null
        ? null
        : {
            enabled: policy.enabled,
            id: policy.policyId,
            mode: policy.policy.mode,
            name: policy.policyName,
          },
    zone_outages: zoneOutages.map(({ domain, failed, name, of, releasedAt, since }) => ({
      domain: domainNoun(domain),
      failed,
      name,
      of,
      released_at: millisecondsOrNull(releasedAt),
      since: milliseconds(since),
    })),
  };
}

function toGate({ gate, limit, reason, since, total, until, endsBy }: ClusterHealth['gates'][number]) {
  return {
    ends_by: endsBy.map(toOperatorTask),
    gate,
    limit,
    reason,
    since: millisecondsOrNull(since),
    total,
    until: milliseconds(until),
  };
}

function toBreaker(breaker: BreakerState, now: number): z.infer<typeof clusterHealthShape>['breaker'] {
  if (breaker.kind === 'closed')
    return { failures: breaker.failedAt.length, since: null, state: 'CLOSED', until: null };
  const state = now < breaker.until ? 'OPEN' : 'HALF_OPEN';
  return {
    failures: breaker.failures,
    since: milliseconds(breaker.since),
    state,
    until: milliseconds(breaker.until),
  };
}

function toPause({ reason, until }: Maintenance): z.infer<typeof pauseShape> {
  return { reason, until: millisecondsOrNull(until) };
}

/** In the order of the alphabet: what is not, is copied to be sorted. */
export function toNodeHealthAnswer(health: NodeHealth): z.infer<typeof nodeHealthShape> {
  const { node, knowledge, excluded, quarantine, recovery, relapse, next, endsBy, standing, warning } =
    health;
  return {
    current: knowledge.current,
    detectors: knowledge.detectors.map(({ detector, verdict, since }) => ({
      detector,
      failure: verdict.health === 'unhealthy' ? verdict.failure : null,
      health: verdict.health,
      reason: verdict.reason,
      since: milliseconds(since),
    })),
    excluded: excluded === null ? null : toPause(excluded),
    failure: knowledge.failure,
    health: knowledge.state,
    id: node.id,
    name: node.name,
    next: {
      at: millisecondsOrNull(next.at),
      ends_by: endsBy.map(toOperatorTask),
      reason: next.reason,
      what: next.what,
    },
    probed_at: millisecondsOrNull(knowledge.asOf),
    probed_by: knowledge.probedBy,
    quarantine: quarantine && { reason: quarantine.reason, since: milliseconds(quarantine.since) },
    reason: knowledge.reason,
    recovery: recovery && toOpenRecovery(recovery),
    relapse: relapse && toRelapse(relapse),
    since: millisecondsOrNull(knowledge.since),
    standing,
    status: node.status,
    warning: warning && {
      execution_id: warning.executionId,
      reason: warning.reason,
      recovery_id: warning.recoveryId,
      workflow_service: warning.executionId === null ? null : warning.service,
    },
  };
}

function toOpenRecovery(recovery: OpenNodeRecovery) {
  const { id: recoveryId, actionId, mode, openedAt, startedAt, reason, step } = recovery;
  return {
    action_id: actionId,
    id: recoveryId,
    mode,
    opened_at: milliseconds(openedAt),
    reason,
    started_at: millisecondsOrNull(startedAt),
    step: step && toRunningStep(step),
  };
}
