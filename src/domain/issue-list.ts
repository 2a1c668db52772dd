/**
 * What is wrong with a document, bounded: a body of 1 MB can be wrong in 500,000 places, and who corrects it
 * starts with the first ones. What is beyond the bound is counted, and neither worded nor kept.
 */
import type { Issue } from './errors.ts';

export const MOST_ISSUES = 20;

export class IssueList {
  readonly #kept: Issue[] = [];
  #found = 0;

  /** How many were found, those included that are not kept. */
  get length(): number {
    return this.#found;
  }

  /** @param word called only for an issue that is kept: words cost more than the check. */
  add(word: () => Issue): void {
    this.#found += 1;
    if (this.#kept.length < MOST_ISSUES) this.#kept.push(word());
  }

  addAll(issues: readonly Issue[]): void {
    for (const issue of issues) this.add(() => issue);
  }

  /** The first of them; where there are more, the last entry says how many. */
  toList(): Issue[] {
    const more = this.#found - this.#kept.length;
    return more === 0 ? [...this.#kept] : [...this.#kept, andMore(more)];
  }
}

/**
 * The first of many, as a list that says how many more there are.
 * @param found how many there are in all, where not all of them are worded.
 */
export function firstIssues(issues: readonly Issue[], found = issues.length): Issue[] {
  const first = issues.slice(0, MOST_ISSUES);
  return found > first.length ? [...first, andMore(found - first.length)] : first;
}

function andMore(count: number): Issue {
  return { field: '', expected: 'no further mistakes', found: `${count} more` };
}
