/** A definition's text, parsed and checked against the actions that this Coppice refuses. */
import { CoppiceError } from '../../domain/errors.ts';
import type { SourceKind } from '../../store/workflow-definitions.ts';
import { refusal } from '../actions/registry.ts';
import { parseActions, parseWorkbook, parseWorkflows } from '../language/definition/parse-definition.ts';
import { DefinitionError, type DefinitionProblem } from '../language/definition/problem.ts';
import type { AdhocActionSpec, WorkbookSpec, WorkflowSpec } from '../language/definition/workflow-spec.ts';

export interface ParsedSource {
  readonly workbook: WorkbookSpec | undefined;
  readonly workflows: readonly WorkflowSpec[];
  readonly actions: readonly AdhocActionSpec[];
  readonly warnings: readonly DefinitionProblem[];
}

/** @throws CoppiceError `bad-request` with every problem found, in Mistral's form. */
export function parseSource(kind: SourceKind, text: string): ParsedSource {
  try {
    const parsed = parse(kind, text);
    const problems = refusedActions(parsed);
    if (problems.length > 0) throw new DefinitionError(problems);
    return parsed;
  } catch (error) {
    if (error instanceof DefinitionError)
      throw new CoppiceError('bad-request', error.message, { cause: error });
    throw error;
  }
}

function parse(kind: SourceKind, text: string): ParsedSource {
  if (kind === 'workbook') {
    const { spec, warnings } = parseWorkbook(text);
    return { workbook: spec, workflows: spec.workflows, actions: spec.actions, warnings };
  }
  if (kind === 'action') {
    const { spec, warnings } = parseActions(text);
    return { workbook: undefined, workflows: [], actions: spec, warnings };
  }
  const { spec, warnings } = parseWorkflows(text);
  return { workbook: undefined, workflows: spec, actions: [], warnings };
}

function refusedActions({ workflows, actions }: ParsedSource): DefinitionProblem[] {
  const inTasks = workflows.flatMap((workflow) =>
    [...workflow.tasks.values()]
      .filter((task) => task.type === 'ACTION')
      .flatMap((task) => problem(task.callName, [workflow.name, 'tasks', task.name, 'action'])),
  );
  return [...inTasks, ...actions.flatMap((action) => problem(action.base, [action.name, 'base']))];
}

function problem(action: string, path: readonly string[]): DefinitionProblem[] {
  const reason = refusal(action);
  return reason === undefined ? [] : [{ severity: 'error', path, message: reason }];
}
