/** A problem in a definition: where it is, what was expected and what was found. */

/** Keys and list positions from the root of the document: `['w', 'tasks', 'a', 'retry', 'count']`. */
export type DefinitionPath = readonly (string | number)[];

export interface DefinitionProblem {
  /** An error refuses the definition; a warning is only reported. */
  readonly severity: 'error' | 'warning';
  readonly path: DefinitionPath;
  readonly message: string;
  readonly expected?: string;
  readonly found?: string;
  /** 1-based, in the text of the definition. */
  readonly line?: number;
  readonly column?: number;
}

/**
 * An invalid definition; `problems` has every error found, in the order of the text if positions are known.
 */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
  readonly problems: readonly DefinitionProblem[];

  constructor(problems: readonly DefinitionProblem[]) {
    super(`Invalid DSL: ${problems.map(describeProblem).join('\n')}`);
    this.problems = problems;
  }
}

/** One line for the user: `line 4, column 7: w.tasks.a.retry.count: expected ..., found ...`. */
export function describeProblem(problem: DefinitionProblem): string {
  const at = problem.line === undefined ? '' : `line ${problem.line}, column ${problem.column ?? 1}: `;
  const path = problem.path.length === 0 ? '' : `${problem.path.join('.')}: `;
  const expected = problem.expected === undefined ? '' : ` (expected ${problem.expected}`;
  const found = problem.found === undefined ? '' : `found ${problem.found}`;
  if (expected === '') return `${at}${path}${problem.message}${found === '' ? '' : ` (${found})`}`;
  return `${at}${path}${problem.message}${expected}${found === '' ? '' : `, ${found}`})`;
}

/**
 * More than a user reads; and a text with a million errors must not be searched a million times for
 * positions.
 */
const maxProblems = 100;

/** Collects the problems of one document, so that the user sees all of them at once. */
export class ProblemList {
  readonly problems: DefinitionProblem[] = [];
  readonly positionOf: (path: DefinitionPath) => { line: number; column: number } | undefined;
  readonly #known = new Set<string>();

  constructor(positionOf: (path: DefinitionPath) => { line: number; column: number } | undefined) {
    this.positionOf = positionOf;
  }

  error(path: DefinitionPath, message: string, detail: { expected?: string; found?: string } = {}): void {
    this.#add({ severity: 'error', path, message, ...detail });
  }

  warn(path: DefinitionPath, message: string): void {
    this.#add({ severity: 'warning', path, message });
  }

  /** @throws DefinitionError when there is an error; warnings alone pass. */
  throwIfErrors(): void {
    const errors = this.#sorted('error');
    if (errors.length > 0) throw new DefinitionError(errors);
  }

  get warnings(): readonly DefinitionProblem[] {
    return this.#sorted('warning');
  }

  #sorted(severity: DefinitionProblem['severity']): DefinitionProblem[] {
    const problems = this.problems.filter((problem) => problem.severity === severity);
    return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  }

  #add(problem: DefinitionProblem): void {
    if (this.problems.length >= maxProblems) return;
    const key = JSON.stringify([problem.path, problem.message]);
    if (this.#known.has(key)) return;
    this.#known.add(key);
    const position = this.positionOf(problem.path);
    this.problems.push(position === undefined ? problem : { ...problem, ...position });
  }
}

/** A value as short text, for "found ...". */
export function shortText(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
