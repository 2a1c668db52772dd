/** `inputs.definition`: the document from which a workflow is made where it does not exist. */
import { didYouMean } from '../../domain/did-you-mean.ts';
import type { Issue } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { parseWorkflows } from '../../workflow/language/definition/parse-definition.ts';
import { DefinitionError, describeProblem } from '../../workflow/language/definition/problem.ts';

/** A user who gets more of them corrects the first ones first. */
const mostProblems = 5;

/** A policy is checked at one go; a longer definition is checked when the workflow is made. */
const longestChecked = 64 * 1024;

/** Warnings only: the workflow may exist, and a real Mistral may know more than we do. */
export function checkInlineDefinition(text: string, name: Json | undefined, field: string): Issue[] {
  if (text.length > longestChecked) return [];
  try {
    const { spec } = parseWorkflows(text);
    return lacking(
      name,
      spec.map((workflow) => workflow.name),
      field,
    );
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    const expected = 'a valid workflow document';
    const hint = 'the workflow could not be made from it';
    return error.problems
      .slice(0, mostProblems)
      .map((problem) => ({ field, expected, found: describeProblem(problem), hint }));
  }
}

function lacking(name: Json | undefined, defined: readonly string[], field: string): Issue[] {
  if (typeof name !== 'string' || defined.includes(name)) return [];
  const hint =
    didYouMean(name, defined) ?? 'where the workflow does not exist, it could not be made from this';
  return [{ field, expected: `a definition of ${name}`, found: defined.join(', '), hint }];
}
