/**
 * Finds what a request names, by id, name or short id. What another project owns does not exist for the
 * caller.
 */
import { didYouMean } from '../domain/did-you-mean.ts';
import { CoppiceError, quoteValue } from '../domain/errors.ts';
import { getAction } from '../store/action-listing.ts';
import { getCluster } from '../store/clusters.ts';
import { getEvent } from '../store/events.ts';
import { allNamed, findIds, isIdStart, knownNames } from '../store/identity.ts';
import { getNode } from '../store/nodes.ts';
import { getPolicy } from '../store/policies.ts';
import { getProfile } from '../store/profiles.ts';
import { getReceiver } from '../store/receivers.ts';
import type { Db } from '../store/store.ts';
import { ambiguous, factsOf, type Candidate, type Named } from './candidates.ts';
import { MOST_NAMED } from './in-use.ts';
import { ofOtherProjects } from './other-projects.ts';
import { visibleProject, type Caller } from './request-tools.ts';

export type Kind = keyof Named;

const readers: { readonly [K in Kind]: (db: Db, id: string) => Promise<Named[K] | undefined> } = {
  profile: getProfile,
  policy: getPolicy,
  cluster: getCluster,
  node: getNode,
  action: getAction,
  receiver: getReceiver,
  event: getEvent,
};

/** @throws CoppiceError `multiple-choices` where the name or short id fits several; it names them. */
export async function findId(
  db: Db,
  caller: Caller,
  kind: Kind,
  identity: string,
): Promise<string | undefined> {
  const projects = { own: caller.project, visible: visibleProject(caller) };
  const ids = await findIds(db, kind, identity, projects, MOST_NAMED + 1);
  if (ids.length <= 1) return ids[0];
  const candidates: Candidate[] = [];
  for (const id of ids) candidates.push({ id, facts: await describe(db, kind, id) });
  throw ambiguous(kind, identity, candidates);
}

/** Of what is gone meanwhile nothing is known. */
async function describe<K extends Kind>(db: Db, kind: K, id: string): Promise<readonly string[]> {
  const object = await readers[kind](db, id);
  return object === undefined ? ['gone'] : await factsOf[kind](db, object);
}

/**
 * The same among objects that are loaded: by id, else by name, else by the beginning of an id.
 * @returns those that fit.
 */
export function fitting<T extends { readonly id: string; readonly name: string }>(
  objects: readonly T[],
  identity: string,
): T[] {
  const start = identity.toLowerCase();
  const byId = objects.filter(({ id }) => id === start);
  if (byId.length > 0) return byId;
  const byName = objects.filter(({ name }) => name === identity);
  return byName.length > 0 || !isIdStart(identity)
    ? byName
    : objects.filter(({ id }) => id.startsWith(start));
}

/** What stands in the path of a request. @throws CoppiceError `resource-not-found` */
export async function requireObject<K extends Kind>(
  db: Db,
  caller: Caller,
  kind: K,
  identity: string,
): Promise<Named[K]> {
  const object = await findObject(db, caller, kind, identity);
  return object ?? throwNotFound(kind, identity, await hintFor(db, caller, kind, identity));
}

/**
 * What stands in the body of a request.
 * @param word of Senlin's sentence, which differs from one request to another.
 * @throws CoppiceError `bad-request`
 */
export async function requireReferenced<K extends Kind>(
  db: Db,
  caller: Caller,
  kind: K,
  identity: string,
  word: 'specified' | 'referenced' = 'specified',
): Promise<Named[K]> {
  const object = await findObject(db, caller, kind, identity);
  if (object !== undefined) return object;
  const hint = inBrackets(await hintFor(db, caller, kind, identity));
  const senlinMessage = `The ${word} ${kind} '${identity}' could not be found.`;
  throw new CoppiceError('bad-request', senlinMessage + hint, { senlinMessage });
}

/** What the user may have meant. Names of actions are made by Coppice, and events have none. */
async function hintFor(db: Db, caller: Caller, kind: Kind, identity: string): Promise<string | undefined> {
  if (kind === 'action' || kind === 'event') return undefined;
  const foreign = visibleProject(caller) === undefined ? await allNamed(db, kind, identity) : [];
  return ofOtherProjects(foreign) ?? didYouMean(identity, await knownNames(db, kind, caller.project));
}

export async function findObject<K extends Kind>(
  db: Db,
  caller: Caller,
  kind: K,
  identity: string,
): Promise<Named[K] | undefined> {
  const id = await findId(db, caller, kind, identity);
  return id === undefined ? undefined : await readers[kind](db, id);
}

/** @param hint what the user may have meant. @throws CoppiceError `resource-not-found` */
export function throwNotFound(kind: string, identity: string, hint?: string): never {
  const sentence = `The ${kind} '${identity}' could not be found.`;
  throw new CoppiceError('resource-not-found', sentence + inBrackets(hint), {
    senlinMessage: sentence,
  });
}

/**
 * @param why the name is none here; absent: what the user may have meant.
 * @throws CoppiceError `resource-not-found`, whose issue names the few types that there are.
 */
export function unknownType(
  kind: 'profile_type' | 'policy_type',
  name: string,
  known: readonly string[],
  why = didYouMean(name, [...known, ...known.map((each) => each.replace(/-[\d.]+$/, ''))]),
): never {
  const hint = why === undefined ? {} : { hint: why };
  const issue = { field: 'type', expected: `one of ${known.join(', ')}`, found: quoteValue(name), ...hint };
  const senlinMessage = `The ${kind} '${name}' could not be found.`;
  const detail = why === undefined ? senlinMessage : `${senlinMessage} (${why})`;
  throw new CoppiceError('resource-not-found', detail, {
    senlinMessage,
    details: { issues: [issue] },
  });
}

function inBrackets(hint: string | undefined): string {
  return hint === undefined ? '' : ` (${hint})`;
}
