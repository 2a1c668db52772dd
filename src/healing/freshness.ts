/**
 * Whether what is recorded of a node is still how the node is. A record is written when it changes, so that
 * its age says nothing; what counts is that the node is probed, and that what is found can be recorded.
 * Where the database takes nothing, the record of a node that has died since says HEALTHY.
 */
import { unrecordedInWords } from '../recovery/unrecorded.ts';
import { duration } from '../domain/duration.ts';
import type { HealthRecord, HealthState } from '../domain/health-record.ts';
import type { WatchedNode } from '../health/rounds.ts';

/**
 * A probe may end late: it waits for its turn among thousands, is retried, or the process was busy; one or
 * two of them missed is no news. Three intervals say that no probe ends; and never less than a minute, so
 * that short intervals with slow probes do not move a node to UNKNOWN and back. To call a node unknown a
 * minute late is the smaller mistake: what a probe has found and could not be recorded counts at once.
 */
export function outdatedAfterMs(intervalMs: number): number {
  return Math.max(3 * intervalMs, 60_000);
}

interface Attention {
  intervalMs: number;
  /** When it was last probed, or seen to be worked on by an action; at first, since when it is watched. */
  at: number;
  /** What its last probe found, where it could not be recorded. */
  unrecorded: HealthRecord | null;
}

export class Freshness {
  readonly #nodes = new Map<string, Attention>();

  /** From now on these nodes are probed, and no others. */
  watch(nodes: readonly WatchedNode[], now: number): void {
    const watched = new Set(nodes.map(({ id }) => id));
    for (const id of this.#nodes.keys()) if (!watched.has(id)) this.#nodes.delete(id);
    for (const { id, intervalMs } of nodes) {
      const known = this.#nodes.get(id);
      if (known === undefined) this.#nodes.set(id, { intervalMs, at: now, unrecorded: null });
      else known.intervalMs = intervalMs;
    }
  }

  /** Its probe ended and what it found is recorded, or an action works on it, so that it is not probed. */
  attended(nodeId: string, now: number): void {
    const known = this.#nodes.get(nodeId);
    if (known === undefined) return;
    known.at = now;
    known.unrecorded = null;
  }

  /** Its probe ended, and the database did not take what it found. */
  notRecorded(nodeId: string, found: HealthRecord): void {
    const known = this.#nodes.get(nodeId);
    if (known !== undefined) known.unrecorded = found;
  }

  /** Why the record of a node does not say how the node is; null: it does, or the node is not watched. */
  outdatedBecause(nodeId: string, now: number): string | null {
    const known = this.#nodes.get(nodeId);
    if (known === undefined) return null;
    const { at, intervalMs, unrecorded } = known;
    if (unrecorded !== null)
      return unrecordedInWords(Math.max(0, now - unrecorded.probedAt), unrecorded.reason);
    if (now - at <= outdatedAfterMs(intervalMs)) return null;
    return `no probe of it has ended for ${duration(now - at)}, where one is due every ${duration(intervalMs)}`;
  }

  /** How many records do not say how their nodes are, by what they say. */
  countOutdated(now: number, stateOf: (nodeId: string) => HealthState | undefined): Map<HealthState, number> {
    const counts = new Map<HealthState, number>();
    for (const id of this.#nodes.keys()) {
      const state = this.outdatedBecause(id, now) === null ? undefined : stateOf(id);
      if (state !== undefined) counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    return counts;
  }
}
