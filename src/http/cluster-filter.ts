/** The filter `cluster_id` of lists takes a name, an id or its beginning; the store knows ids alone. */
import { CoppiceError } from '../domain/errors.ts';
import { findId } from '../requests/find-object.ts';
import type { Caller, RequestTools } from '../requests/request-tools.ts';

interface FilteredByCluster {
  readonly filters: { readonly cluster_id?: readonly string[] | undefined };
}

/** A cluster that is gone has no name any more; its id still leads to what happened to it. */
export function clusterOrItsRecords(identity: string): string {
  return identity;
}

/** @throws CoppiceError `bad-request` */
export function onlyClusterThatExists(identity: string): never {
  throw new CoppiceError('bad-request', `Cannot find the given cluster: ${identity}.`);
}

/** @param idOfMissing what to filter by where no cluster is found. */
export async function withClusterIds<Query extends FilteredByCluster>(
  { tools, caller, query }: { readonly tools: RequestTools; readonly caller: Caller; readonly query: Query },
  idOfMissing: (identity: string) => string,
): Promise<Query> {
  const identities = query.filters.cluster_id;
  if (identities === undefined) return query;
  const ids: string[] = [];
  for (const identity of identities)
    ids.push((await findId(tools.store.db, caller, 'cluster', identity)) ?? idOfMissing(identity));
  return { ...query, filters: { ...query.filters, cluster_id: ids } };
}
