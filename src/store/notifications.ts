/**
 * The outbox of notifications: a row for each target that wants the news, written in the transaction of the
 * change that it reports, and deleted once it is delivered or given up. Targets are rows too, so that every
 * process that writes knows them; neither their URLs nor their secrets are here.
 *
 * One process at a time delivers for a target: it holds the target's lease, and so the order is kept. A lease
 * that runs out during a delivery means a second one, which the delivery's id lets the target
 * recognise; it never means none.
 */
import { randomUUID } from 'node:crypto';
import type { RecoveryNews } from '../domain/recovery-news.ts';
import { fromText, toText } from './rows.ts';
import { livingServices } from './services.ts';
import type { Db, Tx } from './store.ts';

/** An empty list: all of them. Clusters by id or name. */
export interface TargetFilter {
  readonly name: string;
  readonly events: readonly string[];
  readonly clusters: readonly string[];
}

export interface Notification {
  readonly seq: number;
  /** The same in each attempt: by it the target recognises a repetition. */
  readonly id: string;
  readonly target: string;
  readonly news: RecoveryNews;
  readonly attempts: number;
  readonly createdAt: number;
  readonly dueAt: number;
}

/**
 * Makes the targets those of the configuration; what waits for one that is no longer there is dropped.
 * @returns how many were dropped, by target.
 */
export async function replaceTargets(
  tx: Tx,
  targets: readonly TargetFilter[],
): Promise<ReadonlyMap<string, number>> {
  const kept = new Set(targets.map(({ name }) => name));
  const dropped = new Map<string, number>();
  const before = await tx.db.selectFrom('notification_target').select('name').execute();
  for (const { name } of before.filter((row) => !kept.has(row.name))) {
    const gone = await tx.db.deleteFrom('notification').where('target', '=', name).executeTakeFirst();
    await tx.db.deleteFrom('notification_target').where('name', '=', name).execute();
    dropped.set(name, Number(gone.numDeletedRows));
  }
  for (const { name, events, clusters } of targets) {
    const wants = { events: toText(events), clusters: toText(clusters) };
    await tx.db
      .insertInto('notification_target')
      .values({ name, ...wants, owner: null, lease_until: 0 })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(wants))
      .execute();
  }
  return dropped;
}

export async function enqueueNotifications(tx: Tx, news: RecoveryNews): Promise<void> {
  const targets = await tx.db.selectFrom('notification_target').selectAll().execute();
  const wanting = targets.filter(({ events, clusters }) => wants(news, fromText(events), fromText(clusters)));
  if (wanting.length === 0) return;
  const body = toText(news);
  const rows = wanting.map(({ name }) => ({
    id: randomUUID(),
    target: name,
    news: body,
    attempts: 0,
    created_at: news.at,
    due_at: news.at,
  }));
  await tx.db.insertInto('notification').values(rows).execute();
  tx.notify('notifications');
}

function wants(
  { event, cluster }: RecoveryNews,
  events: readonly string[],
  clusters: readonly string[],
): boolean {
  if (events.length > 0 && !events.includes(event)) return false;
  if (clusters.length === 0) return true;
  return cluster !== null && (clusters.includes(cluster.id) || clusters.includes(cluster.name));
}

/** @returns false while another process has it. */
export async function leaseTarget(
  tx: Tx,
  target: string,
  owner: string,
  now: number,
  until: number,
): Promise<boolean> {
  const update = tx.db
    .updateTable('notification_target')
    .set({ owner, lease_until: until })
    .where('name', '=', target)
    .where((eb) => eb.or([eb('owner', '=', owner), eb('owner', 'is', null), eb('lease_until', '<', now)]));
  return (await update.executeTakeFirst()).numUpdatedRows === 1n;
}

/** At a shutdown: another process may have them at once. */
export async function releaseTargets(tx: Tx, owner: string): Promise<void> {
  const update = tx.db.updateTable('notification_target').set({ owner: null, lease_until: 0 });
  await update.where('owner', '=', owner).execute();
}

/** Of processes that are gone, before their lease runs out. */
export async function releaseAbandonedTargets(tx: Tx): Promise<void> {
  const update = tx.db.updateTable('notification_target').set({ owner: null, lease_until: 0 });
  await update.where('owner', 'not in', livingServices(tx)).execute();
}

/** The one that comes next for a target, due or not. */
export async function oldestNotification(db: Db, target: string): Promise<Notification | undefined> {
  const query = db.selectFrom('notification').selectAll().where('target', '=', target);
  const row = await query.orderBy('seq').limit(1).executeTakeFirst();
  if (row === undefined) return undefined;
  const { seq, id, attempts, created_at: createdAt, due_at: dueAt } = row;
  return { seq, id, target, news: fromText<RecoveryNews>(row.news), attempts, createdAt, dueAt };
}

export async function postponeNotification(
  tx: Tx,
  id: string,
  attempts: number,
  dueAt: number,
): Promise<void> {
  await tx.db.updateTable('notification').set({ attempts, due_at: dueAt }).where('id', '=', id).execute();
}

/** Delivered, or given up. */
export async function removeNotification(tx: Tx, id: string): Promise<void> {
  await tx.db.deleteFrom('notification').where('id', '=', id).execute();
}

/** How many wait, for each target that there is. */
export async function countNotifications(db: Db): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('notification_target')
    .leftJoin('notification', 'notification.target', 'notification_target.name')
    .select(['notification_target.name', (eb) => eb.fn.count('notification.seq').as('waiting')])
    .groupBy('notification_target.name')
    .execute();
  return new Map(rows.map(({ name, waiting }) => [name, Number(waiting)]));
}
