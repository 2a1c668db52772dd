/** Definitions in files: what they hold, what is wrong with them, and their picture. */
import { CoppiceError } from '../../domain/errors.ts';
import type { SourceKind } from '../../store/workflow-definitions.ts';
import { toMermaid } from '../../workflow/language/graph/mermaid.ts';
import {
  DefinitionError,
  describeProblem,
  type DefinitionProblem,
} from '../../workflow/language/definition/problem.ts';
import type { ExternalCall } from '../../workflow/language/checks/check-calls.ts';
import { absenceAnywhere } from '../../workflow/actions/absent-actions.ts';
import { describeUnknownCall } from '../../workflow/language/checks/missing-call.ts';
import { sourceKindOf, parseSource, type ParsedSource } from '../../workflow/runner/parse-source.ts';
import { CliError, SilentExit } from '../cli-error.ts';
import { writeJson, writeWarning, type CliSession } from '../client/session.ts';
import { writeVerdict } from '../rendering/warnings.ts';
import { readFileOrInput } from './spec-file.ts';

export interface WorkflowFile {
  readonly kind: SourceKind;
  readonly text: string;
}

export async function readWorkflowFile(file: string): Promise<WorkflowFile> {
  const text = await readFileOrInput(file);
  return { kind: sourceKindOf(text), text };
}

/** Reports every problem with its position. @throws CliError for a definition that is not valid. */
export async function validateFile(session: CliSession, file: string): Promise<void> {
  const { terminal, json } = session;
  const { kind, text } = await readWorkflowFile(file);
  const { parsed, errors } = check(kind, text);
  const warnings = parsed === undefined ? [] : [...parsed.warnings, ...parsed.external.map(unknownCall)];
  if (json) {
    writeJson(terminal, {
      file,
      ok: errors.length === 0,
      kind,
      issues: errors.map(asJson),
      warnings: warnings.map(asJson),
    });
  } else {
    for (const warning of warnings) writeProblem(session, file, warning);
  }
  // The document on stdout says it all: no second one follows on stderr.
  if (parsed === undefined && json) throw new SilentExit(1, `${file} is not valid`);
  if (parsed === undefined) throw new CliError(errors.map((problem) => lineOf(file, problem)).join('\n'));
  if (!json) writeVerdict(session, file, contentOf(parsed), warnings.length);
}

/** To stderr, with its place in the file. */
export function writeProblem(session: CliSession, file: string, warning: DefinitionProblem): void {
  writeWarning(session, lineOf(file, warning));
}

/** Only a server knows whether it is there, unless no server has it. */
function unknownCall(call: ExternalCall): DefinitionProblem {
  return { severity: 'warning', message: absenceAnywhere(call) ?? describeUnknownCall(call), ...call.at };
}

function check(
  kind: SourceKind,
  text: string,
): { parsed?: ParsedSource; errors: readonly DefinitionProblem[] } {
  try {
    return { parsed: parseSource(kind, text), errors: [] };
  } catch (error) {
    const cause = error instanceof CoppiceError ? error.cause : undefined;
    if (cause instanceof DefinitionError) return { errors: cause.problems };
    throw error;
  }
}

/** `evacuate.yaml:4:7: w.tasks.a: ...`, as compilers write it. */
function lineOf(file: string, problem: DefinitionProblem): string {
  const { line, column, ...rest } = problem;
  const at = line === undefined ? '' : `:${line}:${column ?? 1}`;
  return `${file}${at}: ${describeProblem(rest)}`;
}

function asJson({ path, message, expected, found, line, column }: DefinitionProblem) {
  return {
    path: path.join('.'),
    message,
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
    ...(line === undefined ? {} : { line, column: column ?? 1 }),
  };
}

function contentOf({ workbook, workflows, actions }: ParsedSource): string {
  const parts = [
    workbook === undefined ? '' : `workbook ${workbook.name}`,
    workflows.length === 0 ? '' : `workflows ${workflows.map(({ name }) => name).join(', ')}`,
    actions.length === 0 ? '' : `actions ${actions.map(({ name }) => name).join(', ')}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** @throws CliError for a definition that is not valid, or has no such workflow. */
export async function graphFile(file: string, only: string | undefined): Promise<string> {
  const { kind, text } = await readWorkflowFile(file);
  const { parsed, errors } = check(kind, text);
  if (parsed === undefined) throw new CliError(errors.map((problem) => lineOf(file, problem)).join('\n'));
  const selected = parsed.workflows.filter(({ name }) => only === undefined || name === only);
  if (selected.length === 0) {
    const names = parsed.workflows.map(({ name }) => name).join(', ');
    throw new CliError(
      `${file}: ${only === undefined ? 'there is no workflow in it' : `expected one of ${names}, found ${JSON.stringify(only)}`}`,
    );
  }
  return selected
    .map((workflow) => (selected.length === 1 ? '' : `%% ${workflow.fullName}\n`) + toMermaid(workflow))
    .join('\n');
}
