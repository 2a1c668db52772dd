/**
 * Whether all nodes of a cluster answer in the same wrong way. Then they are rarely all broken: what is asked
 * of them, the URL or what is expected of its answer, is wrong for all, and no recovery helps.
 */
import { withoutNumbers } from './describe.ts';
import type { ExplainedCluster } from './explain-cluster.ts';

export function answerAlike({ desired, policy, nodes }: ExplainedCluster): boolean {
  const failures = nodes.flatMap(({ failure }) => (failure?.class === 'URL_UNHEALTHY' ? failure : []));
  if (policy === null || failures.length < Math.max(2, desired)) return false;
  return new Set(failures.map(({ reason }) => withoutNumbers(withoutHosts(reason)))).size === 1;
}

function withoutHosts(text: string): string {
  return text.replace(/(https?:\/\/)[^/\s'"]+/g, '$1');
}
