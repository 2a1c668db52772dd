/**
 * Recoveries as they are listed: a node that fails again and again in the same way, and is brought back each
 * time, is one line (190 recoveries in 50 minutes), with what it took and how long each lasted.
 */
import type { Schemas } from '../../client/api-types.ts';
import { duration } from '../../domain/duration.ts';
import { readTime } from './times.ts';
import type { Times } from './times.ts';

export type ListedRecovery = Schemas['RecoverySummary'];

/** The newest first; one that stands alone is a group of one. */
export interface RecoveryGroup {
  readonly recoveries: readonly [ListedRecovery, ...ListedRecovery[]];
}

/** Fewer than this are clearer one by one. */
const fewest = 3;
/** What lies further apart than this is another incident. */
const furthestMs = 3_600_000;

/** @param recoveries the newest first. */
export function groupRecoveries(recoveries: readonly ListedRecovery[]): RecoveryGroup[] {
  const groups: [ListedRecovery, ...ListedRecovery[]][] = [];
  const latestOfNode = new Map<string, [ListedRecovery, ...ListedRecovery[]]>();
  for (const recovery of recoveries) {
    const group = latestOfNode.get(recovery.node_id);
    if (group !== undefined && continues(group, recovery)) {
      group.push(recovery);
      continue;
    }
    const begun: [ListedRecovery, ...ListedRecovery[]] = [recovery];
    groups.push(begun);
    latestOfNode.set(recovery.node_id, begun);
  }
  return groups
    .flatMap((group) =>
      group.length < fewest
        ? group.map((one): RecoveryGroup => ({ recoveries: [one] }))
        : [{ recoveries: group }],
    )
    .toSorted((left, right) => openedAt(right.recoveries[0]) - openedAt(left.recoveries[0]));
}

function continues(group: readonly ListedRecovery[], earlier: ListedRecovery): boolean {
  const later = group.at(-1);
  if (later === undefined || earlier.state === 'OPEN') return false;
  const isAlike =
    later.state === earlier.state &&
    later.mode === earlier.mode &&
    later.failure.class === earlier.failure.class;
  return isAlike && openedAt(later) - (readTime(earlier.closed_at) ?? -Infinity) <= furthestMs;
}

function openedAt({ opened_at: at }: ListedRecovery): number {
  return readTime(at) ?? 0;
}

/** `RECOVERED x190` */
export function stateText({ recoveries }: RecoveryGroup): string {
  const [{ state, mode }] = recoveries;
  const observed = mode === 'OBSERVE' ? ' (observed)' : '';
  return `${state}${observed}${recoveries.length === 1 ? '' : ` x${recoveries.length}`}`;
}

/** `4 s ago`; of several `4 s ago, the first 50 min ago`. */
export function openedText({ recoveries }: RecoveryGroup, times: Times): string {
  const latest = times.relative(recoveries[0].opened_at);
  return recoveries.length === 1
    ? latest
    : `${latest}, the first ${times.relative(recoveries.at(-1)?.opened_at)}`;
}

export function recoveriesTookText({ recoveries }: RecoveryGroup): string {
  const lengths = recoveries.flatMap((each) => {
    const closed = readTime(each.closed_at);
    return closed === undefined ? [] : [closed - openedAt(each)];
  });
  return rangeText(lengths);
}

/** What a list shows beside how it was closed: that it did not last, or that something is left to do. */
export function afterwardsText({ recoveries }: RecoveryGroup): string {
  const [latest] = recoveries;
  if (latest.warning !== null) return latest.warning;
  const lasted = recoveries.flatMap(({ failed_again: again }) => again?.after_seconds ?? []);
  const isHealed = latest.state === 'RECOVERED' || latest.state === 'SELF_HEALED';
  if (lasted.length === 0 || !isHealed) return latest.node_exists ? '' : 'the node was deleted';
  const each = recoveries.length === 1 ? '' : 'each ';
  return `${each}healthy at verification, failed again after ${rangeText(lasted.map((seconds) => seconds * 1000))}`;
}

/** `4 s`, `0.9 s to 1.4 s` */
function rangeText(lengths: readonly number[]): string {
  if (lengths.length === 0) return '-';
  const [least, most] = [duration(Math.min(...lengths)), duration(Math.max(...lengths))];
  return least === most ? least : `${least} to ${most}`;
}
