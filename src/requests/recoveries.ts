/** Reading what was done about failures. A recovery belongs to the project of its cluster, or of its node. */
import { CoppiceError } from '../domain/errors.ts';
import type { Recovery, RecoveryDecision, RecoveryStep } from '../domain/model.ts';
import {
  getRecovery,
  listRecoveries,
  recoveryDecisions,
  recoveryIdsFrom,
  recoverySteps,
  type RecoveryListQuery,
} from '../store/recoveries.ts';
import type { Db } from '../store/store.ts';
import { findId, notFound } from './find-object.ts';
import { visibleProject, type Caller, type RequestTools } from './request-tools.ts';

export interface RecoveryFilter {
  /** Ids or names. */
  readonly node: string | undefined;
  readonly cluster: string | undefined;
  readonly state: readonly string[] | undefined;
  readonly limit: number | undefined;
  readonly marker: string | undefined;
}

/** The newest first. */
export async function listVisibleRecoveries(
  { store: { db } }: RequestTools,
  caller: Caller,
  { node, cluster, state, limit, marker }: RecoveryFilter,
): Promise<Recovery[]> {
  const query: RecoveryListQuery = {
    sort: [{ key: 'opened_at', descending: true }],
    filters: {
      ...(cluster === undefined ? {} : { cluster_id: [await idOf(db, caller, 'cluster', cluster)] }),
      ...(state === undefined ? {} : { state }),
    },
    ...(node === undefined ? {} : { node: await idOf(db, caller, 'node', node) }),
    ...(limit === undefined ? {} : { limit }),
    ...(marker === undefined ? {} : { marker }),
  };
  return await listRecoveries(db, withProject(query, caller));
}

/** What is gone is still known by its recoveries. @throws CoppiceError `bad-request` for what there never was. */
async function idOf(db: Db, caller: Caller, kind: 'cluster' | 'node', identity: string): Promise<string> {
  const id = await findId(db, caller, kind, identity);
  if (id !== undefined) return id;
  const of = kind === 'node' ? { filters: {}, node: identity } : { filters: { cluster_id: [identity] } };
  const [known] = await listRecoveries(db, withProject({ ...of, sort: [], limit: 1 }, caller));
  if (known !== undefined) return identity;
  throw new CoppiceError('bad-request', `Cannot find the given ${kind}: ${identity}.`);
}

function withProject(query: RecoveryListQuery, caller: Caller): RecoveryListQuery {
  const project = visibleProject(caller);
  return project === undefined ? query : { ...query, project };
}

export interface RecoveryRecord {
  readonly recovery: Recovery;
  readonly steps: readonly RecoveryStep[];
  readonly decisions: readonly RecoveryDecision[];
}

/**
 * @param identity the id, or its first characters.
 * @throws CoppiceError `resource-not-found`, or `multiple-choices` where they fit several.
 */
export async function getRecoveryRecord(
  { store: { db } }: RequestTools,
  caller: Caller,
  identity: string,
): Promise<RecoveryRecord> {
  const [id = identity, another] = /^[0-9a-f-]{4,36}$/i.test(identity)
    ? await recoveryIdsFrom(db, identity)
    : [];
  if (another !== undefined) {
    throw new CoppiceError(
      'multiple-choices',
      `More than one recovery fits '${identity}': give the whole id.`,
    );
  }
  const recovery = await getRecovery(db, id, visibleProject(caller));
  if (recovery === undefined) return notFound('recovery', identity);
  return { recovery, steps: await recoverySteps(db, id), decisions: await recoveryDecisions(db, id) };
}
