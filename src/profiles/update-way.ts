import type { Issue } from '../domain/errors.ts';

/** How a node gets a new profile of its type. */
export type UpdatePlan =
  | {
      readonly way: 'IN_PLACE';
      /** What is changed, each by a call of `change`, in this order. */
      readonly changes: readonly string[];
      /** The change to confirm once the node is verified, and to revert where it is not; null: none. */
      readonly tentative: string | null;
    }
  /** The node is removed and created again. */
  | { readonly way: 'REPLACE'; readonly reason: string }
  /** Neither would make of the node what the new profile says. */
  | { readonly way: 'REFUSED'; readonly issues: readonly Issue[] };
