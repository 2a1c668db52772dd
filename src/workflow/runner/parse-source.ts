/** A definition's text, parsed and checked against the actions that this Coppice refuses. */
import { CoppiceError } from '../../domain/errors.ts';
import type { SourceKind } from '../../store/workflow-definitions.ts';
import { refusal, standardNames } from '../actions/registry.ts';
import { yieldToEventLoop } from '../../event-loop.ts';
import {
  actionsInParts,
  type InParts,
  readAtOnce,
  workbookInParts,
  workflowsInParts,
} from '../language/definition/parse-definition.ts';
import {
  DefinitionError,
  type DefinitionPath,
  type DefinitionProblem,
  type ProblemList,
} from '../language/definition/problem.ts';
import { suggestion } from '../language/definition/source.ts';
import type { AdhocActionSpec, WorkbookSpec, WorkflowSpec } from '../language/definition/workflow-spec.ts';

export interface ParsedSource {
  readonly workbook: WorkbookSpec | undefined;
  readonly workflows: readonly WorkflowSpec[];
  readonly actions: readonly AdhocActionSpec[];
  readonly warnings: readonly DefinitionProblem[];
}

/** @throws CoppiceError `bad-request` with every problem found, in Mistral's form. */
export function parseSource(kind: SourceKind, text: string): ParsedSource {
  return refusing(() => readAtOnce(inParts(kind, text)));
}

/** The same, without keeping the process from its other work for more than some milliseconds at a time. */
export async function parseSourceInTurns(kind: SourceKind, text: string): Promise<ParsedSource> {
  const parts = inParts(kind, text);
  for (;;) {
    const next = refusing(() => parts.next());
    if (next.done === true) return next.value;
    await yieldToEventLoop();
  }
}

function refusing<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof DefinitionError)
      throw new CoppiceError('bad-request', error.message, { cause: error });
    throw error;
  }
}

function* inParts(kind: SourceKind, text: string): InParts<ParsedSource> {
  if (kind === 'workbook') {
    const { spec, warnings } = yield* workbookInParts(text, checkCall);
    return { workbook: spec, workflows: spec.workflows, actions: spec.actions, warnings };
  }
  if (kind === 'action') {
    const { spec, warnings } = yield* actionsInParts(text, checkCall);
    return { workbook: undefined, workflows: [], actions: spec, warnings };
  }
  const { spec, warnings } = yield* workflowsInParts(text, checkCall);
  return { workbook: undefined, workflows: spec, actions: [], warnings };
}

function checkCall(problems: ProblemList, path: DefinitionPath, action: string): void {
  const reason = refusal(action);
  if (reason !== undefined) problems.error(path, reason);
  else if (/^std\.\w*$/.test(action) && !standardNames.includes(action))
    problems.warn(path, `there is no action '${action}'${suggestion(action, standardNames)}`);
}
