/** The objects that a name or the beginning of an id fits, where it fits several: what tells them apart. */
import { utcSeconds } from '../domain/time-text.ts';
import { CoppiceError } from '../domain/errors.ts';
import type { Action, Cluster, Event, Node, Policy, Profile, Receiver, Recovery } from '../domain/model.ts';
import { getCluster } from '../store/clusters.ts';
import type { Db } from '../store/store.ts';
import { listNames } from './in-use.ts';

/** What a request can name; events by their ids alone. */
export interface Named {
  profile: Profile;
  policy: Policy;
  cluster: Cluster;
  node: Node;
  action: Action;
  receiver: Receiver;
  event: Event;
}

export interface Candidate {
  readonly id: string;
  /** `ACTIVE`, `created 2026-11-22T18:17:00Z` */
  readonly facts: readonly string[];
}

/** A beginning of an id is seldom shorter where it is typed or shown. */
const shortest = 8;

/** @param candidates one more than are named where there are more. */
export function ambiguous(kind: string, identity: string, candidates: readonly Candidate[]): CoppiceError {
  const ids = candidates.map(({ id }) => id);
  const named = candidates.map(({ id, facts }) => `${beginningOf(id, ids)} (${facts.join(', ')})`);
  const message = `More than one ${kind} fits '${identity}': ${listNames(named)}. Give the id of one of them.`;
  const senlinMessage = `Multiple results found matching the query criteria '${identity}'. Please be more specific.`;
  return new CoppiceError('multiple-choices', message, { senlinMessage });
}

/** As much of an id as tells it from the others. */
function beginningOf(id: string, ids: readonly string[]): string {
  let length = shortest;
  while (length < id.length && ids.some((other) => other !== id && other.startsWith(id.slice(0, length))))
    length += 1;
  return id.slice(0, length);
}

function since(word: string, ms: number): string {
  return `${word} ${utcSeconds(ms)}`;
}

type Facts<T> = (db: Db, object: T) => Promise<readonly string[]>;

/** What tells an object from others of the same name. */
export const factsOf: { readonly [K in keyof Named]: Facts<Named[K]> } = {
  cluster: async (_db, { status, initAt }) => [status, since('created', initAt)],
  /** Nodes of several clusters may have the same names. */
  async node(db, { clusterId, status }) {
    const cluster = clusterId === null ? undefined : await getCluster(db, clusterId);
    return [cluster === undefined ? 'in no cluster' : `of ${cluster.name}`, status];
  },
  profile: async (_db, { type, createdAt }) => [type, since('created', createdAt)],
  policy: async (_db, { type, createdAt }) => [type, since('created', createdAt)],
  receiver: async (_db, { action, createdAt }) => [action, since('created', createdAt)],
  action: async (_db, { action, status, createdAt }) => [action, status, since('created', createdAt)],
  event: async (_db, { action, status, timestamp }) => [action, status, since('written', timestamp)],
};

/** Recoveries have ids alone. */
export function recoveryFacts({ nodeName, state, openedAt }: Recovery): string[] {
  return [`of ${nodeName}`, state, since('opened', openedAt)];
}
