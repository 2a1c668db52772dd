/**
 * The expressions in the inputs of a workflow, each text on its own, so that each problem has its path.
 */
import { didYouMean } from '../../domain/did-you-mean.ts';
import { quoteValue } from '../../domain/errors.ts';
import type { Issue } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { compileTemplate, ExpressionSyntaxError, unknownNames } from '../../workflow/expressions.ts';
import { hasExpression, hasUnclosedExpression } from '../../workflow/expression-text.ts';
import type { Template, UnknownName } from '../../workflow/expressions.ts';
import { contextRoots, pathWithoutMarks, strangePaths } from './expression-paths.ts';
import type { Findings } from './findings.ts';

export interface ReadableSteps {
  /** Ids of the steps that can have run before. */
  readonly earlier: readonly string[];
  /** Where each step of the policy stands, by its id. */
  readonly places: ReadonlyMap<string, string>;
}

export function checkExpressions(
  inputs: Json,
  field: string,
  steps: ReadableSteps,
  findings: Findings,
): void {
  const before = findings.issues.length;
  for (const [place, text] of textsIn(inputs, field)) checkText(text, place, steps, findings);
  if (findings.issues.length === before) compile(inputs, field, findings);
}

function checkText(text: string, field: string, steps: ReadableSteps, findings: Findings): void {
  if (hasUnclosedExpression(text)) findings.warnings.push(unclosed(text, field));
  const template = compile(text, field, findings);
  if (template === undefined) return;
  if (!hasExpression(text)) return warnOfPlainPath(text, field, findings);
  for (const unknown of unknownNames(template)) {
    findings[unknown.kind === 'variable' ? 'warnings' : 'issues'].push(describeUnknown(unknown, field));
  }
  findings.warnings.push(...strangePaths(text, field));
  findings.issues.push(...stepsThatNeverRan(text, field, steps));
}

function warnOfPlainPath(text: string, field: string, { warnings }: Findings): void {
  const path = hasUnclosedExpression(text) ? undefined : pathWithoutMarks(text);
  if (path === undefined) return;
  const hint = 'without <% %> around it the workflow gets it as plain text';
  warnings.push({
    field,
    expected: `<% $.${path} %>, if an expression is meant`,
    found: quoteValue(text),
    hint,
  });
}

function unclosed(text: string, field: string): Issue {
  const hint = 'it begins and does not end, so that the workflow gets it as plain text';
  return {
    field,
    expected: 'an expression that ends, with %> or }}',
    found: quoteValue(openPart(text)),
    hint,
  };
}

/** What stands before the expression may be secret. */
function openPart(text: string): string {
  return text.slice(Math.max(text.lastIndexOf('<%'), text.lastIndexOf('{{')));
}

function compile(value: Json, field: string, { issues }: Findings): Template | undefined {
  try {
    return compileTemplate(value);
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    const found = quoteValue(typeof value === 'string' ? error.expression : value);
    issues.push({ field, expected: 'valid expressions', found, hint: error.message });
    return undefined;
  }
}

/** The context is lent no functions: what the languages have is all there is. */
function describeUnknown({ kind, name, known, instead }: UnknownName, field: string): Issue {
  if (kind === 'variable') return describeVariable(name, field);
  const hint =
    instead === undefined
      ? (didYouMean(name, known) ?? `there is no ${kind} of this name: the step would fail`)
      : `write it as ${instead}`;
  return { field, expected: `a ${kind} that there is`, found: name, hint };
}

function describeVariable(name: string, field: string): Issue {
  const isYaql = name.startsWith('$');
  const bare = name.replace('$', '');
  const context = isYaql ? '$' : '_';
  const hint = contextRoots.includes(bare) ? `did you mean ${context}.${bare}?` : 'nothing sets it';
  return { field, expected: `${context}, which holds ${contextRoots.join(', ')}`, found: name, hint };
}

function stepsThatNeverRan(text: string, field: string, { earlier, places }: ReadableSteps): Issue[] {
  const never = [...new Set(stepsRead(text))].filter((id) => !earlier.includes(id));
  const named = earlier.filter((id) => /^\w+$/.test(id));
  const expected =
    named.length === 0 ? 'no step: none that has an id comes before' : `one of ${named.join(', ')}`;
  return never.map((id) => {
    const place = places.get(id);
    const hint =
      place === undefined
        ? (didYouMean(id, named) ?? 'no step has this id')
        : `${place} has this id, and cannot have run before`;
    return { field, expected, found: `steps.${id}`, hint };
  });
}

/**
 * Ids in `$.steps.<id>` and `_.steps.<id>`: the plain way to write it; any other way is found when it is
 * evaluated.
 */
function stepsRead(text: string): string[] {
  return [...text.matchAll(/[$_]\.steps\.([A-Za-z_]\w*)/g)].map((match) => match[1] ?? '');
}

function textsIn(value: Json, field: string): [field: string, text: string][] {
  const texts: [string, string][] = [];
  // Grows while it is gone through: no depth of lists and maps ends the stack.
  const waiting: [string, Json][] = [[field, value]];
  for (const [place, part] of waiting) {
    if (typeof part === 'string') texts.push([place, part]);
    if (typeof part !== 'object' || part === null) continue;
    const isList = Array.isArray(part);
    for (const [key, item] of Object.entries(part))
      waiting.push([isList ? `${place}[${key}]` : `${place}.${key}`, item]);
  }
  return texts;
}
