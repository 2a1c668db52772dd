/** The health of all clusters on the wire. Ours, not Senlin's. */
import { z } from 'zod';
import { countStandings } from '../../recovery/standing.ts';
import type { HealthOverview } from '../../requests/health-overview.ts';
import { milliseconds } from '../times.ts';
import { id, nullableText, text, time } from './common.ts';
import {
  countShape,
  explanationFields,
  standingCounts,
  standingShape,
  toCounts,
  toExplanation,
} from './explanation.ts';

const overviewClusterShape = z
  .strictObject({
    counts: standingCounts(),
    ...explanationFields,
    health: standingShape,
    health_reason: nullableText,
    id,
    name: text,
    needs_operator: z.boolean().describe('Something of `operator` is required.'),
    status: text,
  })
  .meta({ id: 'ClusterOverview' });

export const healthOverviewShape = z
  .strictObject({
    at: time,
    cloud: z
      .strictObject({ ...explanationFields, needs_operator: z.boolean() })
      .nullable()
      .describe(
        'What is wrong with the cloud, for all clusters whose nodes are in it; null: nothing, or Coppice works with none.',
      ),
    clusters: z
      .array(overviewClusterShape)
      .describe('The worst first: what needs an operator, then by health.'),
    counts: z.strictObject({ clusters: countShape, healthy: countShape, needs_operator: countShape }),
    retained: z
      .array(
        z.strictObject({
          cluster_id: nullableText,
          cluster_name: nullableText.describe('null: the cluster is gone, or there was none.'),
          count: countShape,
          first_until: time.describe('When the first of them is removed.'),
          last_until: time.describe('When the last of them is removed.'),
        }),
      )
      .describe('What recoveries have stopped and keep, by cluster; GET /v1/retained lists it.'),
    server_problem: nullableText.describe(
      'Why the server records nothing, and so recovers nothing until an operator has acted; null: it records.',
    ),
    server_warning: nullableText.describe(
      "Processes on the server's machine that belong to nodes which its database does not have, and what to do about them; null: there are none.",
    ),
    simulated_cloud: z
      .strictObject({
        admin_url: text.describe('Of its own API: GET /servers, POST /hosts/{name}, POST /faults, ...'),
        auth_url: text.describe('Of its Keystone.'),
      })
      .nullable()
      .describe('The simulated cloud in the process of this server; null: there is none.'),
  })
  .meta({ id: 'HealthOverview' });

export function toHealthOverviewAnswer({
  now,
  serverProblem,
  serverWarning,
  cloud,
  retained,
  simulatedCloud,
  clusters,
}: HealthOverview): z.infer<typeof healthOverviewShape> {
  return {
    at: milliseconds(now),
    cloud: cloud && {
      ...toExplanation(cloud),
      needs_operator: cloud.operator.some((task) => task.required),
    },
    clusters: clusters.map(({ cluster, standing, reason, nodes, needsOperator, explanation }) => ({
      counts: {
        desired: cluster.desiredCapacity,
        nodes: nodes.length,
        ...toCounts(countStandings(nodes)),
      },
      ...toExplanation(explanation),
      health: standing,
      health_reason: reason,
      id: cluster.id,
      name: cluster.name,
      needs_operator: needsOperator,
      status: cluster.status,
    })),
    counts: {
      clusters: clusters.length,
      healthy: clusters.filter(({ standing }) => standing === 'HEALTHY').length,
      needs_operator: clusters.filter(({ needsOperator }) => needsOperator).length,
    },
    retained: retained.map(({ clusterId, clusterName, count: number, firstUntil, lastUntil }) => ({
      cluster_id: clusterId,
      cluster_name: clusterName,
      count: number,
      first_until: milliseconds(firstUntil),
      last_until: milliseconds(lastUntil),
    })),
    server_problem: serverProblem,
    server_warning: serverWarning,
    simulated_cloud: simulatedCloud && {
      admin_url: simulatedCloud.adminUrl,
      auth_url: simulatedCloud.authUrl,
    },
  };
}
