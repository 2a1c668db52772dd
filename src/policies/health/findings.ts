import type { Issue } from '../../domain/errors.ts';

/** What a check notes: issues refuse the policy, warnings come with it. */
export interface Findings {
  readonly issues: Issue[];
  readonly warnings: Issue[];
}
