/**
 * Requests of operators about healing: pause a cluster, exclude a node, release a quarantined one. They apply
 * at once, and to recoveries that are held already; a recovery that has begun is completed. A recovery that
 * an operator requests is carried out all the same.
 */
import { randomUUID } from 'node:crypto';
import { inForce } from '../clusters/maintenance.ts';
import { CoppiceError } from '../domain/errors.ts';
import { domainInWords } from '../domain/failure-domain.ts';
import { exampleTime, readWrittenTime, toInstant } from '../domain/instant.ts';
import type { Cluster, Node } from '../domain/model.ts';
import { insertEvent } from '../store/events.ts';
import {
  healingOfCluster,
  healingOfNode,
  releaseNode,
  forgetUnhelpful,
  setExclusion,
  setPause,
  setZoneOutages,
  type Pause,
} from '../store/healing.ts';
import type { Tx } from '../store/store.ts';
import { requireObject } from './find-object.ts';
import type { Caller, RequestTools } from './request-tools.ts';

export interface PauseRequest {
  /** Seconds from now; beside neither `until`: until an operator ends it. */
  readonly seconds?: number;
  /** ISO 8601. */
  readonly until?: string;
  readonly reason?: string;
}

/**
 * Pausing what is paused already replaces end and reason. @throws CoppiceError `bad-request` for an end that
 * is none.
 */
export async function pauseHealing(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  request: PauseRequest,
): Promise<void> {
  const pause = pauseOf(request, tools.now());
  await tools.store.write(async (tx) => {
    const cluster = await requireObject(tx.db, caller, 'cluster', identity);
    const { pause: before } = await healingOfCluster(tx.db, cluster.id);
    await setPause(tx, cluster.id, pause);
    const reason = inWords(pause) + replacedInWords(before, pause.since);
    await writeEvent(tx, tools, caller, cluster, { action: 'HEALING_PAUSE', reason });
  });
}

export async function resumeHealing(tools: RequestTools, caller: Caller, identity: string): Promise<void> {
  await tools.store.write(async (tx) => {
    const cluster = await requireObject(tx.db, caller, 'cluster', identity);
    await setPause(tx, cluster.id, null);
    await writeEvent(tx, tools, caller, cluster, {
      action: 'HEALING_RESUME',
      reason: 'Healing was resumed.',
    });
  });
}

/**
 * What failed before is forgotten: recoveries start again at once. Resetting a breaker that is closed changes
 * nothing more.
 */
export async function resetBreaker(tools: RequestTools, caller: Caller, identity: string): Promise<void> {
  await tools.store.write(async (tx) => {
    const cluster = await requireObject(tx.db, caller, 'cluster', identity);
    await forgetUnhelpful(tx, cluster.id, tools.now());
    await writeEvent(tx, tools, caller, cluster, {
      action: 'HEALING_RESET_BREAKER',
      reason: 'The breaker was closed by an operator.',
    });
  });
}

/**
 * The operator says that the zone works again: its nodes are recovered, although they are still failed.
 * @throws CoppiceError `bad-request` where no zone of the cluster has an outage that holds.
 */
export async function releaseZoneOutages(
  tools: RequestTools,
  caller: Caller,
  identity: string,
): Promise<void> {
  await tools.store.write(async (tx) => {
    const cluster = await requireObject(tx.db, caller, 'cluster', identity);
    const { zoneOutages } = await healingOfCluster(tx.db, cluster.id);
    const held = zoneOutages.filter(({ releasedAt }) => releasedAt === null);
    if (held.length === 0)
      throw new CoppiceError('bad-request', `No zone of the cluster ${cluster.name} has an outage.`);
    const releasedAt = tools.now();
    await setZoneOutages(
      tx,
      cluster.id,
      zoneOutages.map((outage) => (held.includes(outage) ? { ...outage, releasedAt } : outage)),
    );
    const zones = held.map(({ domain, name }) => domainInWords(domain, name)).join(', ');
    await writeEvent(tx, tools, caller, cluster, {
      action: 'HEALING_RELEASE_ZONE',
      reason: `The outage of ${zones} was released by an operator.`,
    });
  });
}

/** @throws CoppiceError `bad-request` for an end that is none, or a node that is in no cluster. */
export async function excludeNode(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  request: PauseRequest,
): Promise<void> {
  const exclusion = pauseOf(request, tools.now());
  await onMember(tools, caller, identity, async (tx, node) => {
    const { exclusion: before } = await healingOfNode(tx.db, node.id);
    await setExclusion(tx, node, exclusion);
    const reason = inWords(exclusion) + replacedInWords(before, exclusion.since);
    return { action: 'HEALING_EXCLUDE', reason };
  });
}

export async function includeNode(tools: RequestTools, caller: Caller, identity: string): Promise<void> {
  await onMember(tools, caller, identity, async (tx, node) => {
    await setExclusion(tx, node, null);
    return { action: 'HEALING_INCLUDE', reason: 'The node is healed again.' };
  });
}

/**
 * The node may be recovered again, with all its tries. @throws CoppiceError `bad-request` where it is not
 * quarantined.
 */
export async function releaseFromQuarantine(
  tools: RequestTools,
  caller: Caller,
  identity: string,
): Promise<void> {
  await onMember(tools, caller, identity, async (tx, node) => {
    if ((await healingOfNode(tx.db, node.id)).quarantine === null)
      throw new CoppiceError('bad-request', `The node ${node.name} is not quarantined.`);
    await releaseNode(tx, node, tools.now());
    return { action: 'HEALING_RELEASE', reason: 'Released from quarantine.' };
  });
}

interface HealingChange {
  readonly action: string;
  readonly reason: string;
}

async function onMember(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  change: (tx: Tx, node: Node) => Promise<HealingChange>,
): Promise<void> {
  await tools.store.write(async (tx) => {
    const node = await requireObject(tx.db, caller, 'node', identity);
    if (node.clusterId === null)
      throw new CoppiceError('bad-request', `The node ${node.name} is in no cluster: it is not healed.`);
    await writeEvent(tx, tools, caller, node, await change(tx, node));
  });
}

/** The longest time that a date can hold. */
const LATEST = 8_640_000_000_000_000;

function pauseOf({ seconds, until, reason = '' }: PauseRequest, now: number): Pause {
  if (seconds !== undefined && until !== undefined)
    refuse('seconds: expected one of seconds and until, found both');
  return {
    since: now,
    until: endOf(seconds, until, now),
    reason: reason === '' ? 'no reason was given' : reason,
  };
}

function endOf(seconds: number | undefined, until: string | undefined, now: number): number | null {
  if (seconds !== undefined) return Math.min(now + seconds * 1000, LATEST);
  if (until === undefined) return null;
  const time = readWrittenTime(until);
  if ('expected' in time) return refuse(`until: expected ${time.expected}, found '${until}'`);
  const end = toInstant(time);
  if (end === null)
    return refuse(`until: expected a time with its zone, such as ${exampleTime}, found '${until}'`);
  if (end <= now) {
    const clock = new Date(now).toISOString();
    refuse(`until: expected a time after the server's clock, which says ${clock}, found '${until}'`);
  }
  return end;
}

function inWords({ until, reason }: Pause): string {
  return `${until === null ? 'Until an operator ends it' : `Until ${new Date(until).toISOString()}`}: ${reason}`;
}

/** What is still in force is replaced, and the event says what that was. */
function replacedInWords(before: Pause | null, now: number): string {
  if (before === null || inForce(before, now) === null) return '';
  return `; before: ${inWords(before)}`;
}

function refuse(sentence: string): never {
  throw new CoppiceError('bad-request', sentence);
}

async function writeEvent(
  tx: Tx,
  { now }: RequestTools,
  { user, requestId }: Caller,
  object: Cluster | Node,
  { action, reason }: HealingChange,
): Promise<void> {
  const isNode = 'physicalId' in object;
  await insertEvent(tx, {
    id: randomUUID(),
    timestamp: now(),
    level: 'INFO',
    otype: isNode ? 'NODE' : 'CLUSTER',
    oid: object.id,
    oname: object.name,
    clusterId: isNode ? object.clusterId : object.id,
    action,
    status: 'end',
    statusReason: reason,
    metaData: requestId === undefined ? {} : { request_id: requestId },
    project: object.project,
    user,
  });
}
