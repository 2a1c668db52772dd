/** Keeps the outages of zones between rounds; where one begins or is over, the cluster has an event. */
import { randomUUID } from 'node:crypto';
import { duration } from '../domain/duration.ts';
import { domainInWords } from '../domain/failure-domain.ts';
import type { Cluster } from '../domain/model.ts';
import type { RecoveryMode } from '../domain/states.ts';
import type { ZoneOutage } from '../domain/zone-outage.ts';
import type { StandingOutage } from '../recovery/zone-outage.ts';
import { insertEvent } from '../store/events.ts';
import { setZoneOutages } from '../store/healing.ts';
import type { Tx } from '../store/store.ts';

export interface ZoneOutagesOfRound {
  /** As they were kept. */
  readonly before: readonly ZoneOutage[];
  readonly standing: readonly StandingOutage[];
  /** Ids of the nodes that are replaced elsewhere from now on, by the name of their domain. */
  readonly replaced: ReadonlyMap<string, readonly string[]>;
  readonly mode: RecoveryMode;
}

export async function recordZoneOutages(
  tx: Tx,
  cluster: Cluster,
  { before, standing, replaced, mode }: ZoneOutagesOfRound,
  now: number,
): Promise<void> {
  const begun = standing.filter((outage) => !before.some((other) => isSame(outage, other)));
  const over = before.filter((outage) => !standing.some((other) => isSame(outage, other)));
  if (begun.length + over.length + replaced.size > 0) {
    const outages = standing.map((outage) => kept(outage, replaced.get(outage.name) ?? []));
    await setZoneOutages(tx, cluster.id, outages);
  }
  const observed = mode === 'OBSERVE' ? '; mode OBSERVE touches nothing' : '';
  for (const { domain, name, failed, of } of begun) {
    const reason = `${domainInWords(domain, name)} has an outage: ${failed} of its ${of} nodes failed${observed}`;
    await writeEvent(tx, cluster, { status: 'start', reason, now });
  }
  for (const { domain, name, since } of over) {
    const reason = `the outage of ${domainInWords(domain, name)} is over after ${duration(Math.max(0, now - since))}`;
    await writeEvent(tx, cluster, { status: 'end', reason, now });
  }
}

function isSame(one: ZoneOutage, other: ZoneOutage): boolean {
  return one.name === other.name && one.since === other.since;
}

function kept(outage: StandingOutage, more: readonly string[]): ZoneOutage {
  const { domain, name, since, releasedAt, replaced } = outage;
  return { domain, name, since, releasedAt, replaced: [...new Set([...replaced, ...more])] };
}

async function writeEvent(
  tx: Tx,
  { id, name, project, user }: Cluster,
  event: { readonly status: 'start' | 'end'; readonly reason: string; readonly now: number },
): Promise<void> {
  await insertEvent(tx, {
    id: randomUUID(),
    timestamp: event.now,
    level: event.status === 'start' ? 'WARNING' : 'INFO',
    otype: 'CLUSTER',
    oid: id,
    oname: name,
    clusterId: id,
    action: 'ZONE_OUTAGE',
    status: event.status,
    statusReason: event.reason,
    metaData: {},
    project,
    user,
  });
}
