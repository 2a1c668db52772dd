/**
 * What RECREATE has stopped and keeps for a time: reading it, and ending its time. It belongs to the project
 * of its node, which may be gone.
 */
import { endTime, keptLocation } from '../clusters/keep-failed.ts';
import { CoppiceError } from '../domain/errors.ts';
import type { Retained } from '../domain/model.ts';
import { getRetained, listRetained, retainedIdsFrom, type RetainedListQuery } from '../store/retained.ts';
import type { Db } from '../store/store.ts';
import { findId, throwNotFound } from './find-object.ts';
import { visibleProject, type Caller, type RequestTools } from './request-tools.ts';

export interface RetainedFilter {
  /** Ids or names; what is gone is still known by its id, and a node by its name. */
  readonly node?: string | undefined;
  readonly cluster?: string | undefined;
  /** An id. */
  readonly recovery?: string | undefined;
  readonly limit?: number | undefined;
  readonly marker?: string | undefined;
}

export interface KeptView {
  readonly retained: Retained;
  /** Where an operator finds it: `server 5d3c...`, or the path of a directory. */
  readonly location: string;
}

type ReadTools = Pick<RequestTools, 'store' | 'profileTypes'>;

/** The newest first. */
export async function listVisibleRetained(
  tools: ReadTools,
  caller: Caller,
  { node, cluster, recovery, limit, marker }: RetainedFilter,
): Promise<KeptView[]> {
  const { db } = tools.store;
  const project = visibleProject(caller);
  const query: RetainedListQuery = {
    sort: [{ key: 'stopped_at', descending: true }],
    filters: {
      ...(cluster === undefined ? {} : { cluster_id: [await idOf(db, caller, 'cluster', cluster)] }),
      ...(recovery === undefined ? {} : { recovery_id: [recovery] }),
    },
    ...(node === undefined ? {} : { node: await idOf(db, caller, 'node', node) }),
    ...(limit === undefined ? {} : { limit }),
    ...(marker === undefined ? {} : { marker }),
    ...(project === undefined ? {} : { project }),
  };
  return (await listRetained(db, query)).map((retained) => view(tools, retained));
}

async function idOf(db: Db, caller: Caller, kind: 'cluster' | 'node', identity: string): Promise<string> {
  return (await findId(db, caller, kind, identity)) ?? identity;
}

/**
 * @throws CoppiceError `resource-not-found`, or `multiple-choices` where the beginning of the id fits
 * several.
 */
export async function getVisibleRetained(
  tools: ReadTools,
  caller: Caller,
  identity: string,
): Promise<KeptView> {
  return view(tools, await requireRetained(tools.store.db, caller, identity));
}

/** It is removed now, and not only when its time is over. @returns the action that does it. */
export async function deleteRetained(tools: RequestTools, caller: Caller, identity: string): Promise<string> {
  return await tools.store.write(
    async (tx) => await endTime(tx, await requireRetained(tx.db, caller, identity), tools.now()),
  );
}

async function requireRetained(db: Db, caller: Caller, identity: string): Promise<Retained> {
  const project = visibleProject(caller);
  const [id = identity, another] = /^[0-9a-f-]{4,36}$/i.test(identity)
    ? await retainedIdsFrom(db, identity, project)
    : [];
  if (another !== undefined)
    throw new CoppiceError(
      'multiple-choices',
      `More than one retained object fits '${identity}': give the whole id.`,
    );
  return (await getRetained(db, id, project)) ?? throwNotFound('retained object', identity);
}

/** `server 5d3c..., until 2026-11-30T09:12:44.000Z: coppice retained delete 5a1f09c2` */
export function keptWithCommand(
  { profileTypes }: Pick<ReadTools, 'profileTypes'>,
  retained: Retained,
): string {
  const until = new Date(retained.until).toISOString();
  const command = `coppice retained delete ${retained.id.slice(0, 8)}`;
  return `${keptLocation(profileTypes, retained)}, until ${until}: ${command}`;
}

function view({ profileTypes }: Pick<ReadTools, 'profileTypes'>, retained: Retained): KeptView {
  return { retained, location: keptLocation(profileTypes, retained) };
}
