import { z } from 'zod';
import type { Node } from '../../domain/model.ts';
import { regionOf } from '../../domain/placement.ts';
import { profileNames } from '../../store/profiles.ts';
import { withFacts, type NodeWithFacts } from '../../store/standings.ts';
import { zonesOfNodes } from '../../clusters/failure-domains.ts';
import type { RequestTools } from '../../requests/request-tools.ts';
import { standingsOfNodes, type StandingTools, type StandingWithReason } from '../../requests/standings.ts';
import { standingShape } from './explanation.ts';
import { timeInSeconds, timeInSecondsOrNull } from '../times.ts';
import { id, jsonMap, nullableText, nullableTime, text, time } from './common.ts';

export const nodeShape = z
  .strictObject({
    cluster_id: text.describe('Empty for a node in no cluster.'),
    created_at: nullableTime.describe('When its creation ended; null until then.'),
    data: jsonMap,
    dependents: jsonMap,
    details: jsonMap.optional().describe('What its profile type knows of it; with `show_details=true`.'),
    domain: nullableText,
    health: standingShape,
    health_reason: nullableText.describe('null: nothing is wrong.'),
    id,
    index: z.int().describe('Its place in the cluster, from 1; -1 in no cluster.'),
    init_at: time.describe('When its creation was requested.'),
    metadata: jsonMap,
    name: text,
    physical_id: nullableText,
    profile_id: id,
    profile_name: nullableText,
    project: text,
    region: nullableText.describe(
      'The region of the cloud in which it was placed; null: in none, so that it is where Coppice works.',
    ),
    role: text,
    status: text,
    status_reason: text,
    tainted: z.boolean().optional().describe('From microversion 1.13.'),
    updated_at: nullableTime,
    user: text,
    zone: nullableText.describe(
      'The availability zone in which it was at the last operation or check; null: it has none, or it is not known.',
    ),
  })
  .meta({ id: 'Node' });

type NodeAnswer = z.infer<typeof nodeShape>;

/** The microversion that shows whether a node is tainted. */
export const TAINTED_SINCE = 13;

type NodeAnswerTools = StandingTools & Pick<RequestTools, 'profileTypes'>;

/** Nodes with the names of their profiles and their health: few queries, however many nodes there are. */
export async function toNodeAnswers(
  tools: NodeAnswerTools,
  nodes: readonly NodeWithFacts[],
  minor: number,
): Promise<NodeAnswer[]> {
  const names = await profileNames(
    tools.store.db,
    nodes.map(({ node }) => node.profileId),
  );
  const { store, profileTypes } = tools;
  const rows = nodes.map(({ node }) => node);
  const zones = await zonesOfNodes({ db: store.db, profileTypes }, rows);
  const health = await standingsOfNodes(tools, nodes);
  return rows.map((node, index) => {
    const named = { profileName: names.get(node.profileId) ?? null, zone: zones.get(node.id) ?? null };
    return toNodeAnswer(node, named, health[index], minor);
  });
}

export async function toSingleNodeAnswer(
  tools: NodeAnswerTools,
  node: Node,
  minor: number,
): Promise<NodeAnswer | undefined> {
  return (await toNodeAnswers(tools, [await withFacts(tools.store.db, node)], minor))[0];
}

function toNodeAnswer(
  node: Node,
  { profileName, zone }: { readonly profileName: string | null; readonly zone: string | null },
  health: StandingWithReason | undefined,
  minor: number,
): NodeAnswer {
  return {
    cluster_id: node.clusterId ?? '',
    created_at: timeInSecondsOrNull(node.createdAt),
    data: node.data,
    dependents: node.dependents,
    domain: node.domain,
    health: health?.standing ?? 'UNWATCHED',
    health_reason: health?.reason ?? null,
    id: node.id,
    index: node.index,
    init_at: timeInSeconds(node.initAt),
    metadata: node.metadata,
    name: node.name,
    physical_id: node.physicalId,
    profile_id: node.profileId,
    profile_name: profileName,
    project: node.project,
    region: regionOf(node.data),
    role: node.role,
    status: node.status,
    status_reason: node.statusReason,
    ...(minor >= TAINTED_SINCE ? { tainted: node.tainted } : {}),
    updated_at: timeInSecondsOrNull(node.updatedAt),
    user: node.user,
    zone,
  };
}
