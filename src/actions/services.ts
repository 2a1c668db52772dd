/** What actions work with: put together once, where the program is wired. */
import type { PolicyType } from '../policies/policy-type.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import type { Store } from '../store/store.ts';

export interface ActionServices {
  readonly store: Store;
  readonly profileTypes: ProfileTypes;
  /** Absent: those of this program. */
  readonly policyTypes?: readonly PolicyType[];
}
