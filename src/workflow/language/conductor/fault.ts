/**
 * Errors inside the engine, as opposed to failed actions: an expression without a value, an unknown action, wrong input, a policy of a
 * wrong type. The task and the execution fail at once; on-error is not consulted.
 */
import {
  evaluateTemplate,
  ExpressionEvaluationError,
  type ExpressionScope,
  type Template,
} from '../../expressions.ts';
import type { Json } from '../../../domain/json.ts';

export class EngineFault extends Error {
  override readonly name = 'EngineFault';
}

/** @throws EngineFault with Mistral's sentence; values are left out of it, they may be secrets. */
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

/**
 * `conflict`: the state does not allow it; `not-allowed`: the same, where Mistral's API says 403; `not-found`: no such task or
 * action; `bad-input`: the request itself is wrong.
 */
export type RefusalReason = 'conflict' | 'not-allowed' | 'not-found' | 'bad-input';

/** The execution cannot do what the event asks: nothing has changed. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
