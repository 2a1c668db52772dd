/**
 * The params of a WORKFLOW, checked as far as they can be before anything runs: names, expressions, and which
 * steps they read.
 */
import { quoteValue } from '../../domain/errors.ts';
import type { Runnable } from '../../domain/health-policy.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { didYouMean } from '../../domain/did-you-mean.ts';
import { hasExpression } from '../../workflow/expression-text.ts';
import type { NamedWorkflow } from '../policy-type.ts';
import { checkExpressions } from './check-expressions.ts';
import type { ReadableSteps } from './check-expressions.ts';
import { checkInlineDefinition } from './check-inline-definition.ts';
import type { Findings } from './findings.ts';

const known = ['workflow_name', 'inputs'];

/** Of a workflow, as Mistral's own. */
const LONGEST_NAME = 255;

export function checkWorkflowParams(
  step: Runnable,
  field: string,
  steps: ReadableSteps,
  findings: Findings,
): void {
  const { issues } = findings;
  for (const key of Object.keys(step.params).filter((name) => !known.includes(name))) {
    const hint = didYouMean(key, known) ?? `an input of the workflow belongs in inputs: inputs.${key}`;
    const expected = `one of ${known.join(', ')}`;
    issues.push({
      field: `${field}.${key}`,
      expected,
      found: 'an unknown key',
      hint,
    });
  }
  const { workflow_name: name, inputs } = step.params;
  if (typeof name === 'string' && name.length > LONGEST_NAME) {
    const expected = `a name of at most ${LONGEST_NAME} characters`;
    issues.push({ field: `${field}.workflow_name`, expected, found: `${name.length}` });
  } else if (typeof name !== 'string' || name.trim() === '' || hasExpression(name)) {
    issues.push({
      field: `${field}.workflow_name`,
      expected: 'the name of a workflow',
      found: quoteValue(name),
    });
  }
  if (inputs === undefined) return;
  if (isJsonObject(inputs)) checkInputs(inputs, name, `${field}.inputs`, steps, findings);
  else issues.push({ field: `${field}.inputs`, expected: 'a map of inputs', found: quoteValue(inputs) });
}

/** The definition of a workflow is full of expressions that are its own. */
function checkInputs(
  { definition, ...inputs }: JsonObject,
  name: Json | undefined,
  field: string,
  steps: ReadableSteps,
  findings: Findings,
): void {
  checkExpressions(inputs, field, steps, findings);
  if (definition === undefined) return;
  if (typeof definition === 'string') {
    findings.warnings.push(...checkInlineDefinition(definition, name, `${field}.definition`));
    return;
  }
  const expected = 'a workflow document as a text';
  findings.issues.push({ field: `${field}.definition`, expected, found: quoteValue(definition) });
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
      inputs: isJsonObject(inputs) ? Object.keys(inputs).filter((key) => key !== 'definition') : [],
    };
  });
}
