/**
 * Errors inside the engine, as opposed to failed actions: an expression without a value, an unknown action,
 * wrong input, a policy of a wrong type. The task and the execution fail at once; on-error is not consulted.
 */
import {
  evaluateTemplate,
  ExpressionEvaluationError,
  type ExpressionScope,
  type Template,
} from '../../expressions.ts';
import { isJsonObject, type Json } from '../../../domain/json.ts';

export class EngineFault extends Error {
  override readonly name = 'EngineFault';
}

/** @throws EngineFault with Mistral's message; values are left out, because they may be secrets. */
export function evaluate(template: Template, scope: ExpressionScope): Json {
  if (template.kind === 'constant') return template.value;
  try {
    return evaluateTemplate(template, scope);
  } catch (error) {
    if (error instanceof ExpressionEvaluationError) throw new EngineFault(describeEvaluation(error));
    throw error;
  }
}

export function describeEvaluation(error: ExpressionEvaluationError): string {
  const language = error.language === 'yaql' ? 'YAQL' : 'Jinja';
  const text = error.expression.replace(/^<%\s*|\s*%>$/g, '').trim();
  return `Can not evaluate ${language} expression [expression=${text}, error='${error.message}']`;
}

/** The kind of a value, for "found ...": never the value itself, which may be a secret. */
export function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'a boolean';
  if (typeof value === 'string') return 'a text';
  if (typeof value !== 'number') return isJsonObject(value) ? 'a mapping' : 'a list';
  if (value < 0) return 'a negative number';
  return Number.isInteger(value) ? 'a whole number' : 'a number with a fraction';
}

/**
 * `conflict`: the state does not allow it; `not-allowed`: the same, but Mistral's API answers 403;
 * `not-found`: no such task or action; `bad-input`: the request itself is wrong.
 */
export type RefusalReason = 'conflict' | 'not-allowed' | 'not-found' | 'bad-input';

/** The event was refused: nothing has changed. */
export class RefusedRequest extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
