import type { JsonObject } from '../../domain/json.ts';
import { LanguageSyntaxError } from '../yaql/python/errors.ts';
import type { HostFunctions } from '../yaql/evaluator.ts';
import type { Meter } from '../yaql/python/limits.ts';
import type { Value } from '../yaql/python/values.ts';

export interface JinjaTemplate {
  readonly source: string;
}
export interface JinjaContext {
  readonly data: Value;
  readonly functions?: HostFunctions;
  readonly now?: string | undefined;
  readonly meter?: Meter;
}
export function compileJinja(source: string, _isSingle: boolean): JinjaTemplate {
  throw new LanguageSyntaxError(source);
}
export function evaluateJinja(_template: JinjaTemplate, _context: JinjaContext): Value {
  return null as JsonObject | null;
}
