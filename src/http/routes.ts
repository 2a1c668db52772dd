/** Every route there is: an explicit list; adding one is adding it to its file, or a file and a line here. */
import type { Registry } from 'prom-client';
import type { EventStreams } from './event-stream.ts';
import { workflowRoutes } from './mistral/mistral-api.ts';
import { toOpenApi } from './openapi.ts';
import type { Route } from './route.ts';
import { actionRoutes } from './routes/actions.ts';
import { adoptRoutes } from './routes/adopt.ts';
import { buildInfoRoutes } from './routes/build-info.ts';
import { clusterActionRoutes } from './routes/cluster-actions.ts';
import { clusterPolicyRoutes } from './routes/cluster-policies.ts';
import { clusterRoutes } from './routes/clusters.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { nodeRoutes } from './routes/nodes.ts';
import { operationRoutes } from './routes/operation.ts';
import { nodeOperationRoutes } from './routes/node-operations.ts';
import { policyRoutes } from './routes/policies.ts';
import { profileRoutes } from './routes/profiles.ts';
import { receiverRoutes } from './routes/receivers.ts';
import { recoveryRoutes } from './routes/recoveries.ts';
import { retainedRoutes } from './routes/retained.ts';
import { simulateRoutes } from './routes/simulate.ts';
import { typeRoutes } from './routes/types.ts';
import { versionRoutes } from './routes/versions.ts';

export interface RouteOptions {
  readonly maxNodesPerCluster: number;
  /** How others reach the API; null: as the client of a request did. */
  readonly publicUrl: string | null;
  readonly streams: EventStreams;
  readonly registry: Registry;
}

export function allRoutes({ maxNodesPerCluster, publicUrl, streams, registry }: RouteOptions): Route[] {
  const routes: Route[] = [
    ...versionRoutes,
    ...buildInfoRoutes,
    ...typeRoutes,
    ...profileRoutes,
    ...policyRoutes,
    ...clusterRoutes(maxNodesPerCluster),
    ...clusterActionRoutes(maxNodesPerCluster),
    ...clusterPolicyRoutes,
    ...adoptRoutes,
    ...nodeRoutes,
    ...nodeOperationRoutes,
    ...healthRoutes,
    ...simulateRoutes,
    ...actionRoutes,
    ...eventRoutes(streams),
    ...recoveryRoutes,
    ...retainedRoutes,
    ...receiverRoutes({ maxNodesPerCluster, publicUrl }),
    ...workflowRoutes,
  ];
  let document: object | undefined;
  routes.push(...operationRoutes(registry, () => (document ??= toOpenApi(routes))));
  return routes;
}
