/**
 * Whether all nodes of a cluster answer in the same wrong way, or are asked at one address. Then they are
 * rarely all broken: what is asked of them, the URL or what is expected of its answer, is wrong for all, and
 * no recovery helps.
 */
import { withoutNumbers } from './describe.ts';
import type { ExplainedCluster } from './explained-cluster.ts';

export function answerAlike({ desired, policy, nodes }: ExplainedCluster): boolean {
  const failures = nodes.flatMap(({ failure }) => (failure?.class.startsWith('URL_') ? failure : []));
  if (policy === null || failures.length < Math.max(2, desired)) return false;
  const addresses = new Set(failures.map(({ reason }) => /https?:\/\/[^/\s'"]+/.exec(reason)?.[0]));
  if (addresses.size === 1 && !addresses.has(undefined)) return true;
  const answered = failures.every((failure) => failure.class === 'URL_UNHEALTHY');
  return answered && new Set(failures.map(({ reason }) => withoutNumbers(withoutHosts(reason)))).size === 1;
}

function withoutHosts(text: string): string {
  return text.replace(/(https?:\/\/)[^/\s'"]+/g, '$1');
}
