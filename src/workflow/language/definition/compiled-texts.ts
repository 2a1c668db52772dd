/** Compiles each text of a definition once, whichever part of the definition needs it first. */
import { isJsonObject, type Json } from '../../../domain/json.ts';
import {
  compileTemplate,
  ExpressionSyntaxError,
  readsOf,
  type Template,
  type UnknownName,
  unknownNames,
} from '../../expressions.ts';
import { hasExpression } from '../../expression-text.ts';
import { workflowFunctions } from '../function-names.ts';

export type CompiledText =
  | {
      readonly template: Template;
      readonly unknown: readonly UnknownName[];
      readonly variables: readonly string[];
      readonly wordComparisons: readonly (readonly [left: string, right: string])[];
    }
  | { readonly error: ExpressionSyntaxError };

export class CompiledTexts {
  readonly #known = new Map<string, CompiledText>();

  get(text: string): CompiledText {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const compiled = compile(text);
    this.#known.set(text, compiled);
    return compiled;
  }

  /**
   * Compiles every text in a value and yields after each, so that the caller can do other work in between.
   */
  *prepare(value: Json): Generator<undefined, void> {
    const waiting: Json[] = [value];
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
      if (typeof item === 'string') {
        if (!hasExpression(item) || hasTooManyExpressions(item)) continue;
        this.get(item);
        yield undefined;
      } else if (isJsonObject(item) || Array.isArray(item)) waiting.push(...Object.values(item));
    }
  }
}

/** Far more than real definitions have; each expression is parsed separately. */
export const maxExpressions = 500;

export function hasTooManyExpressions(text: string): boolean {
  return text.split(/<%|\{\{|\{%/, maxExpressions + 2).length > maxExpressions + 1;
}

function compile(text: string): CompiledText {
  try {
    const template = compileTemplate(text);
    return { template, unknown: unknownNames(template, workflowFunctions), ...readsOf(template) };
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    return { error };
  }
}
