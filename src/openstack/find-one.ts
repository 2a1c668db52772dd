import { CoppiceError } from '../domain/errors.ts';
import type { Cloud } from './cloud.ts';
import type { CallContext } from './cloud-request.ts';
import type { CachedObject } from './lookup-cache.ts';

const nouns = { networks: 'network', subnets: 'subnet', 'security-groups': 'security group' } as const;

/**
 * What a name of a spec means in Neutron, kept for a few seconds for all who need it.
 * @throws CoppiceError `operation-impossible` where it means nothing, or several.
 */
export async function findOne(
  cloud: Pick<Cloud, 'lookups' | 'neutron'>,
  kind: keyof typeof nouns,
  idOrName: string,
  context: CallContext,
): Promise<CachedObject> {
  const found = await cloud.lookups.find(kind, idOrName, () => cloud.neutron.find(kind, idOrName, context));
  return only(found, nouns[kind], idOrName);
}

/** @throws CoppiceError `operation-impossible` unless there is exactly one. */
export function only<T>(found: readonly T[], what: string, name: string): T {
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  const problem = first === undefined ? 'there is none' : `there are ${found.length}: name it by its id`;
  throw new CoppiceError('operation-impossible', `the ${what} ${name} could not be found: ${problem}`);
}
