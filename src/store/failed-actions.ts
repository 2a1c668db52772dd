/**
 * Actions that a caller asked for and that failed, as long as none of the same kind has succeeded on the same
 * target since.
 */
import { isWebhookName } from '../domain/action-name.ts';
import { errorCatalogue, isRefusal, type ErrorCode } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { chunks, fromText } from './rows.ts';
import type { Db } from './store.ts';

export interface FailedAction {
  readonly id: string;
  /** `CLUSTER_RESIZE` */
  readonly action: string;
  readonly clusterId: string;
  /** The cluster, or one of its nodes. */
  readonly target: string;
  readonly inputs: JsonObject;
  readonly reason: string;
  readonly endedAt: number;
  /** It was refused before it began, and has changed nothing. */
  readonly isRefused: boolean;
}

export interface FailedQuery {
  readonly clusterIds: readonly string[];
  /** Those that ended before are left out: an index holds what failed, by its end. */
  readonly since: number;
  /**
   * What an action is for: one that succeeds makes up for those of its kind that failed before. null:
   * failures of it are not asked for.
   */
  readonly kindOf: (action: string) => string | null;
  /** Those whose refusal changes nothing; one that was refused before this is left out. */
  readonly refused: {
    readonly isOf: (action: string) => boolean;
    readonly since: number;
  };
}

/**
 * Of each kind and target the newest, and the newest refusal; the oldest of them first. A refusal that a
 * receiver got is told as long as any failure: what calls its URL reads no answer.
 */
export async function failedActions(
  db: Db,
  { clusterIds, since, kindOf, refused }: FailedQuery,
): Promise<FailedAction[]> {
  const rows = await db
    .selectFrom('action')
    .select(['seq', 'id', 'action', 'cluster_id', 'target', 'inputs', 'status_reason', 'ended_at'])
    .select(['name', 'failure_code', 'data'])
    .where('status', '=', 'FAILED')
    .where('parent_id', 'is', null)
    .where('cause', '=', 'RPC Request')
    .where('ended_at', '>=', since)
    .orderBy('seq')
    .execute();
  const wanted = new Set<string | null>(clusterIds);
  const failed = rows
    .filter((row) => wanted.has(row.cluster_id) && kindOf(row.action) !== null)
    .map((row) => ({ ...row, isRefused: refused.isOf(row.action) && wasRefused(row) }))
    .filter((row) => !row.isRefused || isWebhookName(row.name) || (row.ended_at ?? 0) >= refused.since);
  const [oldest] = failed;
  if (oldest === undefined) return [];
  const newest = [
    ...newestOfKind(
      failed.filter((row) => !row.isRefused),
      kindOf,
    ),
    ...newestOfKind(
      failed.filter((row) => row.isRefused),
      kindOf,
    ),
  ];
  const shown = newest.map(([, row]) => row);
  const made = newestOfKind(await succeededSince(db, shown, oldest.seq), kindOf);
  return newest
    .filter(([key, { seq }]) => seq > (made.get(key)?.seq ?? -1))
    .map(([, row]) => row)
    .toSorted((one, other) => one.seq - other.seq)
    .map((row) => ({
      id: row.id,
      action: row.action,
      clusterId: row.cluster_id ?? '',
      target: row.target,
      inputs: fromText(row.inputs),
      reason: row.status_reason,
      endedAt: row.ended_at ?? 0,
      isRefused: row.isRefused,
    }));
}

/** Why each of these nodes could not be created, by its last creation, where that has failed. */
export async function failedCreations(
  db: Db,
  nodeIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly at: number; readonly reason: string }>> {
  const found = new Map<string, { readonly at: number; readonly reason: string }>();
  for (const chunk of chunks(nodeIds)) {
    const rows = await db
      .selectFrom('action')
      .select(['target', 'status', 'status_reason', 'ended_at'])
      .where('target', 'in', chunk)
      .where('action', '=', 'NODE_CREATE')
      .where('ended_at', 'is not', null)
      .orderBy('seq')
      .execute();
    for (const { target, status, status_reason: reason, ended_at: at } of rows) {
      if (status === 'FAILED') found.set(target, { at: at ?? 0, reason });
      else found.delete(target);
    }
  }
  return found;
}

/** An action that has a plan has begun to carry it out. */
function wasRefused({
  failure_code: code,
  data,
}: {
  readonly failure_code: string | null;
  readonly data: string;
}): boolean {
  return (
    code !== null && code in errorCatalogue && isRefusal(code as ErrorCode) && !('plan' in fromText(data))
  );
}

interface EndedRow {
  readonly target: string;
  readonly action: string;
  readonly seq: number;
}

async function succeededSince(
  db: Db,
  failed: readonly Pick<EndedRow, 'target'>[],
  seq: number,
): Promise<EndedRow[]> {
  const rows: EndedRow[] = [];
  for (const targets of chunks([...new Set(failed.map(({ target }) => target))])) {
    const query = db
      .selectFrom('action')
      .select(['target', 'action', 'seq'])
      .where('target', 'in', targets)
      .where('status', '=', 'SUCCEEDED')
      .where('parent_id', 'is', null)
      .where('seq', '>', seq);
    rows.push(...(await query.execute()));
  }
  return rows;
}

function newestOfKind<Row extends EndedRow>(
  rows: readonly Row[],
  kindOf: FailedQuery['kindOf'],
): Map<string, Row> {
  const newest = new Map<string, Row>();
  for (const row of rows) {
    const kind = kindOf(row.action);
    const key = `${kind} ${row.target}`;
    if (kind !== null && row.seq > (newest.get(key)?.seq ?? -1)) newest.set(key, row);
  }
  return newest;
}
