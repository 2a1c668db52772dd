/** What a round is planned from: a cluster, its nodes and its open recoveries as they are at one moment. */
import type { UserStop } from '../domain/user-stop.ts';
import type { BreakerState } from '../domain/breaker-state.ts';
import type { HealthPolicy } from '../domain/health-policy.ts';
import type { HealthRecord } from '../domain/health-record.ts';
import type { Relapse } from '../domain/model.ts';
import type { NodeStatus, RecoveryOrigin } from '../domain/states.ts';
import type { ZoneOutage } from '../domain/zone-outage.ts';
import type { Maintenance } from '../domain/maintenance.ts';
import type { RecoveredBefore } from './relapse.ts';

export interface LastTry {
  readonly at: number;
  readonly end: 'EXHAUSTED' | 'CANCELLED';
  /** Absent: AUTOMATIC. */
  readonly origin?: RecoveryOrigin;
  /** Absent: there is nothing to say about which one it was, and why. */
  readonly recoveryId?: string;
  readonly reason?: string;
}

export interface NodeSnapshot {
  readonly id: string;
  readonly name: string;
  readonly status: NodeStatus;
  /** null: never probed. */
  readonly health: HealthRecord | null;
  /**
   * Its failure domain, of the kind that the policy names. Absent or null: it has none, that is not known, or
   * the policy does not ask.
   */
  readonly domain?: string | null;
  /** Of the cloud; absent: that in which Coppice works, or none. */
  readonly region?: string;
  /** Taken out of healing by an operator. */
  readonly excluded: Maintenance | null;
  readonly quarantinedSince: number | null;
  readonly quarantineReason?: string;
  /** How its last recovery ended, and when, if the node was not healthy after it. */
  readonly lastTry: LastTry | null;
  /**
   * Its last recovery, if that seemed to help: a failure soon after it is a relapse. Absent: there was none.
   */
  readonly recoveredBefore?: RecoveredBefore | null;
  /** When a recovery of this same failure ended that only observed; null or absent: there was none. */
  readonly observedAt?: number | null;
}

/** An open recovery. */
export interface RecoverySnapshot {
  readonly recoveryId: string;
  readonly nodeId: string;
  readonly openedAt: number;
  /** When its recovery was started; null: held. */
  readonly startedAt: number | null;
  /** A recovery that was held after it had been started asks not to be started again before this. */
  readonly notBefore: number | null;
  /** Why it asks that, in its own sentence: `held: ...; probing again in 10 s`. Absent: it is not kept. */
  readonly releasedBecause?: string | null;
  /** Absent: AUTOMATIC. What an operator asked for counts for no limit. */
  readonly origin?: RecoveryOrigin;
  readonly relapse?: Relapse | null;
}

export interface RoundSnapshot {
  readonly now: number;
  readonly desiredCapacity: number;
  /** null: the policy was detached. */
  readonly policy: HealthPolicy | null;
  readonly policyEnabled: boolean;
  readonly maintenance: Maintenance | null;
  readonly breaker: BreakerState;
  readonly nodes: readonly NodeSnapshot[];
  /** Healthy nodes that are left out of `nodes`, because only the others are asked about. Absent: none. */
  readonly healthyNodes?: number;
  /** How many of those are in each failure domain. Absent: none. */
  readonly healthyInDomain?: ReadonlyMap<string, number>;
  /** The only availability zones that the policies of the cluster allow for its nodes. Absent: all. */
  readonly allowedZones?: readonly string[];
  /** Outages that have begun, and were not over in the last round. Absent: none. */
  readonly zoneOutages?: readonly ZoneOutage[];
  /** Regions of the cloud of which no host is up, and which hosts are down. Absent: none. */
  readonly withoutHost?: ReadonlyMap<string | null, string>;
  /** Nodes that users of the cloud have stopped, where the policy leaves those alone, by id. Absent: none. */
  readonly userStops?: ReadonlyMap<string, UserStop>;
  readonly recoveries: readonly RecoverySnapshot[];
  /** Recoveries started before, oldest first, as far back as the rate limits look. */
  readonly starts: readonly { readonly nodeId: string; readonly at: number }[];
}
