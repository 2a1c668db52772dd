/** The health of clusters and nodes, and how an operator pauses their healing. Not part of Senlin's API. */
import { z } from 'zod';
import { CoppiceError } from '../../domain/errors.ts';
import { clusterHealth, nodeHealth } from '../../requests/cluster-health.ts';
import { healthOverview } from '../../requests/health-overview.ts';
import {
  excludeNode,
  includeNode,
  pauseHealing,
  releaseFromQuarantine,
  releaseZoneOutages,
  resetBreaker,
  resumeHealing,
} from '../../requests/healing.ts';
import type { Caller, RequestTools } from '../../requests/request-tools.ts';
import { withoutUndefined, integerField, last, LARGEST_INTEGER, optional, textField } from '../fields.ts';
import { limitField } from '../list-query.ts';
import { param, route, type Answer, type Route } from '../route.ts';
import {
  clusterHealthShape,
  nodeHealthShape,
  toClusterHealthAnswer,
  toNodeHealthAnswer,
} from '../shapes/health.ts';
import { healthOverviewShape, toHealthOverviewAnswer } from '../shapes/health-overview.ts';

const tag = 'Health';
const clusterAnswers = {
  200: { description: 'The health as it is now.', schema: z.strictObject({ health: clusterHealthShape }) },
};
const nodeAnswers = {
  200: { description: 'The health as it is now.', schema: z.strictObject({ health: nodeHealthShape }) },
};

const pauseFields = z.strictObject({
  seconds: optional(integerField({ min: 1, max: LARGEST_INTEGER })),
  until: optional(textField()),
  reason: optional(textField({ most: 1000 })),
});

async function answerForCluster(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  healthy?: number,
): Promise<Answer> {
  const health = await clusterHealth(tools, caller, identity, healthy);
  return { status: 200, body: { health: toClusterHealthAnswer(health) } };
}

async function answerForNode(tools: RequestTools, caller: Caller, identity: string): Promise<Answer> {
  const health = await nodeHealth(tools, caller, identity);
  if (health === null)
    throw new CoppiceError('bad-request', `The node '${identity}' is in no cluster: it is not watched.`);
  return { status: 200, body: { health: toNodeHealthAnswer(health) } };
}

const overview = route({
  method: 'GET',
  path: '/v1/health',
  summary:
    'All clusters, the worst first: what is wrong, what is done about it, and what an operator has to do',
  tag,
  answers: {
    200: { description: 'The health as it is now.', schema: z.strictObject({ health: healthOverviewShape }) },
  },
  async handle({ tools, caller }) {
    return { status: 200, body: { health: toHealthOverviewAnswer(await healthOverview(tools, caller)) } };
  },
});

const ofCluster = route({
  method: 'GET',
  path: '/v1/clusters/{cluster}/health',
  summary: 'How a cluster and its nodes are, and what is done next',
  tag,
  query: z.strictObject({
    healthy: last(limitField()).describe('How many healthy nodes are described at most; absent: 100.'),
  }),
  answers: clusterAnswers,
  handle: (request) =>
    answerForCluster(request.tools, request.caller, param(request, 'cluster'), request.query.healthy),
});

const ofNode = route({
  method: 'GET',
  path: '/v1/nodes/{node}/health',
  summary: 'How a node is, and what is done next',
  tag,
  answers: nodeAnswers,
  handle: (request) => answerForNode(request.tools, request.caller, param(request, 'node')),
});

const pause = route({
  method: 'POST',
  path: '/v1/clusters/{cluster}/health/pause',
  summary: 'Pause the healing of a cluster: for some seconds, until a time, or until it is resumed',
  tag,
  body: z.object({ pause: pauseFields }),
  answers: clusterAnswers,
  async handle(request) {
    const { tools, caller, body } = request;
    const cluster = param(request, 'cluster');
    await pauseHealing(tools, caller, cluster, withoutUndefined(body.pause));
    return await answerForCluster(tools, caller, cluster);
  },
});

const exclude = route({
  method: 'POST',
  path: '/v1/nodes/{node}/health/exclude',
  summary: 'Exclude a node from healing: for some seconds, until a time, or until it is included',
  tag,
  body: z.object({ exclude: pauseFields }),
  answers: nodeAnswers,
  async handle(request) {
    const { tools, caller, body } = request;
    const node = param(request, 'node');
    await excludeNode(tools, caller, node, withoutUndefined(body.exclude));
    return await answerForNode(tools, caller, node);
  },
});

function clusterOperation(name: string, summary: string, operation: typeof resumeHealing): Route {
  return route({
    method: 'POST',
    path: `/v1/clusters/{cluster}/health/${name}`,
    summary,
    tag,
    answers: clusterAnswers,
    async handle(request) {
      const { tools, caller } = request;
      const cluster = param(request, 'cluster');
      await operation(tools, caller, cluster);
      return await answerForCluster(tools, caller, cluster);
    },
  });
}

function nodeOperation(name: string, summary: string, operation: typeof includeNode): Route {
  return route({
    method: 'POST',
    path: `/v1/nodes/{node}/health/${name}`,
    summary,
    tag,
    answers: nodeAnswers,
    async handle(request) {
      const { tools, caller } = request;
      const node = param(request, 'node');
      await operation(tools, caller, node);
      return await answerForNode(tools, caller, node);
    },
  });
}

export const healthRoutes: Route[] = [
  overview,
  ofCluster,
  pause,
  clusterOperation('resume', 'Resume the healing of a cluster', resumeHealing),
  clusterOperation(
    'breaker/reset',
    'Close the breaker of a cluster: recoveries that did not help are forgotten',
    resetBreaker,
  ),
  clusterOperation(
    'zone-outage/release',
    'Release the outages of the zones of a cluster: their nodes are recovered',
    releaseZoneOutages,
  ),
  ofNode,
  exclude,
  nodeOperation('include', 'Include a node in healing again', includeNode),
  nodeOperation(
    'release',
    'Release a node from quarantine: it may be recovered again',
    releaseFromQuarantine,
  ),
];
