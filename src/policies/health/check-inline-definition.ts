/** `inputs.definition`: the document from which a workflow is made where it does not exist. */
import { didYouMean } from '../../domain/did-you-mean.ts';
import type { Issue } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { absenceAnywhere } from '../../workflow/actions/absent-actions.ts';
import { standardKnown } from '../../workflow/actions/registry.ts';
import type { ExternalCall } from '../../workflow/language/checks/check-calls.ts';
import { parseWorkflows } from '../../workflow/language/definition/parse-definition.ts';
import {
  DefinitionError,
  describeProblem,
  type DefinitionProblem,
} from '../../workflow/language/definition/problem.ts';

/** A user who gets more of them corrects the first ones first. */
const mostProblems = 5;

/** A policy is checked at one go; a longer definition is checked when the workflow is made. */
const longestChecked = 64 * 1024;

/** Warnings only: the workflow may exist, and a real Mistral may know more than we do. */
export function checkInlineDefinition(text: string, name: Json | undefined, field: string): Issue[] {
  if (text.length > longestChecked) return [];
  try {
    const { spec, warnings, external } = parseWorkflows(text, standardKnown);
    const names = spec.map((workflow) => workflow.name);
    return [
      ...lacking(name, names, field),
      ...failing([...warnings, ...external.flatMap(absentCall)], field),
    ];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    const expected = 'a valid workflow document';
    const hint = 'the workflow could not be made from it';
    return error.problems
      .slice(0, mostProblems)
      .map((problem) => ({ field, expected, found: describeProblem(problem), hint }));
  }
}

function absentCall(call: ExternalCall): DefinitionProblem[] {
  const message = absenceAnywhere(call);
  return message === undefined ? [] : [{ severity: 'warning', message, ...call.at }];
}

/** What the definition says that fails when it runs: an action that does not exist, a value that is wrong. */
function failing(warnings: readonly DefinitionProblem[], field: string): Issue[] {
  const expected = 'a workflow whose tasks can run';
  return warnings
    .slice(0, mostProblems)
    .map((warning) => ({ field, expected, found: describeProblem(warning) }));
}

function lacking(name: Json | undefined, defined: readonly string[], field: string): Issue[] {
  if (typeof name !== 'string' || defined.includes(name)) return [];
  const hint =
    didYouMean(name, defined) ?? 'where the workflow does not exist, it could not be made from this';
  return [{ field, expected: `a definition of ${name}`, found: defined.join(', '), hint }];
}
