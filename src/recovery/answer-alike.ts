/**
 * Nodes whose failures have a cause outside of them: all nodes of a cluster answer in the same wrong way, or
 * several are asked at one address. Then they are rarely all broken: what is asked of them, the URL or what
 * is expected of its answer, or what stands at that address, is wrong for all, and no recovery helps.
 */
import { withoutNumbers } from './describe.ts';
import type { ExplainedCluster, ExplainedNode } from './explained-cluster.ts';

/** Whether all nodes do so of which it is known how they are. */
export function answerAlike({ desired, missing, excess, policy, nodes }: ExplainedCluster): boolean {
  const failures = nodes.flatMap(({ failure }) => (failure?.class.startsWith('URL_') ? failure : []));
  if (policy === null || failures.length < 2) return false;
  // One that cannot be probed says nothing of the others; healthy nodes may be left out of `nodes`.
  const unseen = nodes.filter(({ failure, isHealthy }) => failure === null && !isHealthy).length;
  if (failures.length + unseen < desired - missing + excess) return false;
  const addresses = new Set(failures.map(({ reason }) => addressIn(reason)));
  if (addresses.size === 1 && !addresses.has(null)) return true;
  const answered = failures.every(hasAnswered);
  return answered && new Set(failures.map(({ reason }) => withoutNumbers(withoutHosts(reason)))).size === 1;
}

/**
 * Something is there: its answer is wrong, its certificate, or how long it takes. What refuses connections is
 * rather dead.
 */
function hasAnswered(failure: NonNullable<ExplainedNode['failure']>): boolean {
  return failure.class === 'URL_UNHEALTHY' || /certificate|no whole answer within/.test(failure.reason);
}

export interface SharedAddress {
  /** `http://10.0.0.5:8080` */
  readonly address: string;
  /** At least two. */
  readonly nodes: readonly ExplainedNode[];
}

/**
 * Nodes that fail at one address have that address in common, and not their failures: a load balancer in
 * front of them, or a `poll_url` without a placeholder. Then a recovery of each of them helps none.
 */
export function sharedAddresses(nodes: readonly ExplainedNode[]): SharedAddress[] {
  const byAddress = Map.groupBy(nodes, ({ failure }) =>
    failure?.class.startsWith('URL_') ? addressIn(failure.reason) : null,
  );
  return [...byAddress].flatMap(([address, group]) =>
    address === null || group.length < 2 ? [] : { address, nodes: group },
  );
}

/** Nodes that no recovery helps, since they fail with others for one cause outside of them. */
export function failAlike(cluster: ExplainedCluster): ReadonlySet<ExplainedNode> {
  if (answerAlike(cluster)) return new Set(cluster.nodes);
  return new Set(sharedAddresses(cluster.nodes).flatMap(({ nodes }) => nodes));
}

function addressIn(reason: string): string | null {
  return /https?:\/\/[^/\s'"]+/.exec(reason)?.[0].replace(/[:,;.]$/, '') ?? null;
}

function withoutHosts(text: string): string {
  return text.replace(/(https?:\/\/)[^/\s'"]+/g, '$1');
}
