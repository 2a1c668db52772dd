import { z } from 'zod';
import { clusterStatuses } from '../../domain/states.ts';
import { planRecord } from '../../plans/plan-record.ts';
import { createCluster, deleteCluster, planClusterUpdate, updateCluster } from '../../requests/clusters.ts';
import { requireObject } from '../../requests/find-object.ts';
import { warningsForNodes } from '../../requests/profile-warnings.ts';
import { DEFAULT_ACTION_TIMEOUT } from '../../domain/action-requests.ts';
import { listClusters } from '../../store/clusters.ts';
import {
  booleanField,
  configField,
  withoutUndefined,
  integerField,
  last,
  LARGEST_INTEGER,
  metadataField,
  nameField,
  optional,
  referenceField,
} from '../fields.ts';
import { forceBody, forceQuery, isForced } from '../force-delete.ts';
import { listQuery, toStoreQuery } from '../list-query.ts';
import { readSince } from '../microversion.ts';
import { listBody, listShape } from '../next-page.ts';
import { accepted, param, route, type Route } from '../route.ts';
import { warningsShape, withWarnings } from '../shapes/common.ts';
import { planShape } from '../shapes/plan.ts';
import { clusterShape, toClusterAnswer, toClusterAnswers, toNewClusterAnswer } from '../shapes/cluster.ts';

const tag = 'Clusters';
const one = z.strictObject({ cluster: clusterShape });

const list = route({
  method: 'GET',
  path: '/v1/clusters',
  summary: 'List clusters',
  tag,
  query: listQuery({
    filters: { name: null, status: clusterStatuses },
    sorts: ['name', 'status', 'init_at', 'created_at', 'updated_at'],
  }),
  isRepeatable: true,
  answers: {
    200: { description: 'The clusters.', schema: listShape('clusters', clusterShape) },
  },
  async handle(request) {
    const { tools, caller, query } = request;
    const { db } = tools.store;
    const clusters = await listClusters(db, toStoreQuery(query, caller));
    return { status: 200, body: listBody(request, 'clusters', await toClusterAnswers(tools, clusters)) };
  },
});

const timeout = integerField({ min: 0, max: LARGEST_INTEGER });

/** @param maxNodes most nodes of one cluster. */
function create(maxNodes: number): Route {
  const size = integerField({ min: 0, max: maxNodes });
  return route({
    method: 'POST',
    path: '/v1/clusters',
    summary: 'Create a cluster',
    tag,
    body: z.object({
      cluster: z.strictObject({
        name: nameField(),
        profile_id: referenceField(),
        min_size: optional(size),
        max_size: optional(integerField({ min: -1, max: maxNodes })),
        desired_capacity: optional(size),
        timeout: optional(timeout),
        metadata: optional(metadataField()),
        config: optional(configField()),
      }),
    }),
    answers: {
      202: {
        description: 'The cluster as it is before it is made.',
        schema: one.extend({ warnings: warningsShape }),
      },
    },
    async handle({ tools, caller, body: { cluster } }) {
      const { object, actionId } = await createCluster(tools, caller, {
        name: cluster.name,
        profile: cluster.profile_id,
        minSize: cluster.min_size ?? 0,
        maxSize: cluster.max_size ?? -1,
        desiredCapacity: cluster.desired_capacity,
        timeout: cluster.timeout ?? DEFAULT_ACTION_TIMEOUT,
        metadata: cluster.metadata ?? {},
        config: cluster.config ?? {},
      });
      const warnings = await warningsForNodes(tools, tools.store.db, object, object.desiredCapacity);
      return accepted(actionId, withWarnings({ cluster: await toNewClusterAnswer(tools, object) }, warnings));
    },
  });
}

const show = route({
  method: 'GET',
  path: '/v1/clusters/{cluster}',
  summary: 'Show a cluster',
  tag,
  answers: { 200: { description: 'The cluster.', schema: one } },
  async handle(request) {
    const { db } = request.tools.store;
    const cluster = await requireObject(db, request.caller, 'cluster', param(request, 'cluster'));
    return { status: 200, body: { cluster: await toClusterAnswer(request.tools, cluster) } };
  },
});

/** Before, the new profile is for all nodes whatever is asked for. */
const PROFILE_ONLY_SINCE = 6;
const CONFIG_SINCE = 7;

const update = route({
  method: 'PATCH',
  path: '/v1/clusters/{cluster}',
  summary: 'Change a cluster',
  tag,
  body: z.object({
    cluster: z.strictObject({
      name: optional(nameField()),
      profile_id: optional(referenceField()),
      profile_only: optional(booleanField()),
      timeout: optional(timeout),
      metadata: optional(metadataField()),
      config: optional(configField()),
    }),
  }),
  query: z.strictObject({ dry_run: last(booleanField('query-boolean')) }),
  answers: {
    200: {
      description: 'With dry_run: what the new profile would do to the nodes; nothing was recorded.',
      schema: z.strictObject({ plan: planShape }),
    },
    202: { description: 'The cluster as it is before the change.', schema: one },
  },
  async handle(request) {
    const { tools, caller, minor, body } = request;
    const { profile_id: profile, profile_only: profileOnly, config, ...rest } = body.cluster;
    const changes = withoutUndefined({
      ...rest,
      profile,
      profileOnly: readSince(minor, PROFILE_ONLY_SINCE, profileOnly),
      config: readSince(minor, CONFIG_SINCE, config),
    });
    if (request.query.dry_run === true) {
      const plan = await planClusterUpdate(tools, caller, param(request, 'cluster'), changes);
      return { status: 200, body: { plan: planRecord(plan) } };
    }
    const { object, actionId } = await updateCluster(tools, caller, param(request, 'cluster'), changes);
    return accepted(actionId, { cluster: await toClusterAnswer(tools, object) });
  },
});

const remove = route({
  method: 'DELETE',
  path: '/v1/clusters/{cluster}',
  summary: 'Delete a cluster with its nodes',
  tag,
  query: forceQuery,
  documentedBody: forceBody,
  answers: { 202: { description: 'It will be deleted.', schema: z.null() } },
  async handle(request) {
    const { tools, caller } = request;
    const force = isForced(request);
    return accepted(await deleteCluster(tools, caller, param(request, 'cluster'), { force }), null);
  },
});

export function clusterRoutes(maxNodes: number): Route[] {
  return [list, create(maxNodes), show, update, remove];
}
