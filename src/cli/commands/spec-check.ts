/** What a check of a spec found, with its position in the file. */
import { ApiError } from '../../client/api-client.ts';
import type { Issue } from '../../domain/errors.ts';
import { describeIssue } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ProblemList } from '../../workflow/language/definition/problem.ts';
import { CliError, SilentExit } from '../cli-error.ts';
import { writeJson, writeWarning } from '../client/session.ts';
import type { CliSession } from '../client/session.ts';
import { writeVerdict } from '../rendering/warnings.ts';
import type { SpecFile } from '../files/spec-file.ts';

export interface SpecFindings {
  /** `senlin.policy.health-1.3`; undefined where the type itself is wrong. */
  readonly type: string | undefined;
  /** Fields are paths from the top of the document. */
  readonly issues: readonly Issue[];
  readonly warnings: readonly Issue[];
}

export type SpecChecker = (spec: Json) => SpecFindings | Promise<SpecFindings>;

interface LocatedIssue extends Issue {
  readonly line?: number;
  readonly column?: number;
}

/** @throws CliError with every issue, where there is one. */
export async function reportCheck(
  session: CliSession,
  name: string,
  file: SpecFile,
  check: SpecChecker,
): Promise<void> {
  const { terminal, json } = session;
  const found = await check(file.spec);
  const issues = inOrder(found.issues.map((issue) => locate(issue, file.problems)));
  const warnings = inOrder(found.warnings.map((issue) => locate(issue, file.problems)));
  const ok = issues.length === 0;
  if (json) {
    writeJson(terminal, {
      file: name,
      ok,
      type: found.type ?? null,
      issues: issues.map(asJson),
      warnings: warnings.map(asJson),
    });
  } else {
    for (const warning of warnings) writeWarning(session, lineOf(name, warning));
  }
  // The document on stdout says it all: no second one follows on stderr.
  if (!ok && json) throw new SilentExit(1, `${name} is not valid`);
  if (!ok) throw new CliError(issues.map((issue) => lineOf(name, issue)).join('\n'));
  if (!json) writeVerdict(session, name, found.type ?? 'valid', warnings.length);
}

/**
 * Does what sends the spec to the server; of what the server finds wrong in it the position is added.
 * @throws ApiError
 */
export async function withPositions<T>(name: string, file: SpecFile, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { status, type, message, issues } = error;
    const located = new Map(issues.map((issue) => [describeIssue(issue), locate(issue, file.problems)]));
    const found = inOrder([...located.values()]);
    // A line that is no issue is the sentence above them.
    const [other, known] = [false, true].map((isIssue) =>
      message.split('\n').filter((line) => located.has(line) === isIssue),
    );
    const lines = [
      ...(other ?? []),
      ...((known ?? []).length === 0 ? [] : found.map((issue) => lineOf(name, issue))),
    ];
    throw new ApiError(status, type, lines.join('\n'), found);
  }
}

function locate(issue: Issue, problems: ProblemList): LocatedIssue {
  const path = pathOf(issue.field);
  problems.warn(path, describeIssue(issue));
  const noted = problems.problems.findLast((problem) => problem.message === describeIssue(issue));
  return noted?.line === undefined ? issue : { ...issue, line: noted.line, column: noted.column ?? 1 };
}

/** As they stand in the file; what has no position comes first. */
function inOrder(issues: readonly LocatedIssue[]): LocatedIssue[] {
  return issues.toSorted(
    (one, other) => (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0),
  );
}

/** `recovery.actions[1].name` as keys and positions. */
function pathOf(field: string): (string | number)[] {
  return [...field.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([key, index]) =>
    index === undefined ? key : Number(index),
  );
}

function lineOf(name: string, issue: LocatedIssue): string {
  const at = issue.line === undefined ? '' : `:${issue.line}:${issue.column ?? 1}`;
  return `${name}${at}: ${describeIssue(issue)}`;
}

function asJson({ field, expected, found, hint, line, column }: LocatedIssue): Json {
  return { field, expected, found, hint: hint ?? null, line: line ?? null, column: column ?? null };
}
