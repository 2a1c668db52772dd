/** What actions work with: put together once, where the program is wired. */
import type { NodeLimit } from '../domain/capacity.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Clouds } from '../openstack/cloud.ts';
import type { PolicyType } from '../policies/policy-type.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import type { Store } from '../store/store.ts';

/** @throws CoppiceError `operation-failed` where it is not delivered. */
export type SendLifecycleMessage = (url: string, message: JsonObject, signal: AbortSignal) => Promise<void>;

export interface ActionServices {
  readonly store: Store;
  readonly profileTypes: ProfileTypes;
  /** Absent: as many nodes as any configuration allows. */
  readonly limits?: NodeLimit;
  /** Absent: those of this program. */
  readonly policyTypes?: readonly PolicyType[];
  /** Where policies work outside; absent: this Coppice works with no cloud. */
  readonly clouds?: Clouds | undefined;
  /** Absent: there are no lifecycle hooks, and a policy with one fails its actions. */
  readonly sendLifecycleMessage?: SendLifecycleMessage;
}
