/** The params of a WORKFLOW, checked as far as they can be before anything runs: names, expressions, and which steps they read. */
import { quoteValue } from '../../domain/errors.ts';
import type { Runnable } from '../../domain/health-policy.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { didYouMean } from '../../domain/did-you-mean.ts';
import { strangePaths } from './expression-paths.ts';
import { compileTemplate, ExpressionSyntaxError, hasExpression } from '../../workflow/expressions.ts';
import type { NamedWorkflow } from '../policy-type.ts';
import type { Findings } from './findings.ts';

const known = ['workflow_name', 'inputs'];

/** @param earlier ids of the steps that can have run before this one. */
export function checkWorkflowParams(
  step: Runnable,
  field: string,
  earlier: readonly string[],
  findings: Findings,
): void {
  const { issues } = findings;
  for (const key of Object.keys(step.params).filter((name) => !known.includes(name))) {
    const hint = didYouMean(key, known);
    const expected = `one of ${known.join(', ')}`;
    issues.push({
      field: `${field}.${key}`,
      expected,
      found: 'an unknown key',
      ...(hint === undefined ? {} : { hint }),
    });
  }
  const { workflow_name: name, inputs } = step.params;
  if (typeof name !== 'string' || name === '' || hasExpression(name)) {
    issues.push({
      field: `${field}.workflow_name`,
      expected: 'the name of a workflow',
      found: quoteValue(name),
    });
  }
  if (inputs === undefined) return;
  if (isJsonObject(inputs)) checkInputs(inputs, `${field}.inputs`, earlier, findings);
  else issues.push({ field: `${field}.inputs`, expected: 'a map of inputs', found: quoteValue(inputs) });
}

/** The definition of a workflow is full of expressions that are its own. */
function checkInputs(
  { definition, ...inputs }: JsonObject,
  field: string,
  earlier: readonly string[],
  findings: Findings,
): void {
  checkExpressions(inputs, field, earlier, findings);
  if (definition === undefined || typeof definition === 'string') return;
  const expected = 'a workflow document as a text';
  findings.issues.push({ field: `${field}.definition`, expected, found: quoteValue(definition) });
}

function checkExpressions(
  inputs: Json,
  field: string,
  earlier: readonly string[],
  { issues, warnings }: Findings,
): void {
  warnings.push(...strangePaths(inputs, field));
  try {
    compileTemplate(inputs);
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    issues.push({
      field,
      expected: 'valid expressions',
      found: quoteValue(error.expression),
      hint: error.message,
    });
  }
  for (const id of stepsRead(inputs)) {
    if (earlier.includes(id)) continue;
    const hint = didYouMean(id, earlier) ?? 'no step of this id comes before';
    const expected = earlier.length === 0 ? 'no step: none comes before' : `one of ${earlier.join(', ')}`;
    issues.push({ field, expected, found: `steps.${id}`, hint });
  }
}

/** Every workflow that a policy names, hooks included. */
export function workflowsNamed(
  steps: readonly (readonly [field: string, step: Runnable])[],
): NamedWorkflow[] {
  return steps.flatMap(([field, { name, params }]) => {
    const { workflow_name: workflow, inputs } = params;
    if (name !== 'WORKFLOW' || typeof workflow !== 'string') return [];
    const definition = isJsonObject(inputs) ? inputs['definition'] : undefined;
    return {
      field: `${field}.params.workflow_name`,
      name: workflow,
      definition: typeof definition === 'string' ? definition : null,
    };
  });
}

/** Ids in `$.steps.<id>` and `_.steps.<id>`: the plain way to write it; any other way is found when it is evaluated. */
function stepsRead(value: Json): string[] {
  if (typeof value === 'string') {
    if (!hasExpression(value)) return [];
    return [...value.matchAll(/[$_]\.steps\.([A-Za-z_]\w*)/g)].map((match) => match[1] ?? '');
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((entry: Json) => stepsRead(entry));
}
