/**
 * Reads on-success, on-error, on-complete and on-skip in all their forms:
 *
 *     on-success: b                                  one target
 *     on-success: {b: <% guard %>}                   one guarded target
 *     on-success: [b, c: <% guard %>, fail]          several
 *     on-success: fail(msg="...") | fail msg="..."   an engine command with its message
 *     on-success: {publish: {branch: {...}, global: {...}}, next: <any of the above>}
 */
import { isJsonObject, type Json } from '../../../domain/json.ts';
import type { Template } from '../../expressions.ts';
import { isExpressionText } from '../../expression-text.ts';
import { readInlineParameters } from './inline-call.ts';
import {
  at,
  has,
  readCondition,
  readObject,
  readTemplateObject,
  refuseUnknownKeys,
  type Source,
  wrong,
} from './source.ts';
import type { ClauseSpec, EngineCommand, TransitionSpec } from './workflow-spec.ts';

export const emptyClause: ClauseSpec = {
  transitions: [],
  publishBranch: undefined,
  publishGlobal: undefined,
};

const commands: readonly string[] = ['noop', 'fail', 'succeed', 'pause'];

export function readClause(source: Source): ClauseSpec {
  if (source.value === undefined) return emptyClause;
  if (!isAdvanced(source.value)) return { ...emptyClause, transitions: readTargets(source) };
  refuseUnknownKeys(source, ['publish', 'next'], 'a clause with publish or next');
  const publish = readScopes(at(source, 'publish'));
  const next = at(source, 'next');
  return { ...publish, transitions: next.value === undefined ? [] : readTargets(next) };
}

/** `{next: <% guard %>}` is ambiguous: as in Mistral it is the advanced form. */
function isAdvanced(value: Json): boolean {
  if (!isJsonObject(value)) return false;
  return 'next' in value || isJsonObject(value['publish']);
}

function readScopes(source: Source): Pick<ClauseSpec, 'publishBranch' | 'publishGlobal'> {
  if (source.value === undefined) return { publishBranch: undefined, publishGlobal: undefined };
  if (readObject(source) !== undefined) {
    refuseUnknownKeys(source, ['branch', 'global', 'atomic'], 'publish');
    if (!['branch', 'global', 'atomic'].some((scope) => has(source, scope)))
      wrong(source, 'empty', 'branch, global or atomic');
  }
  const atomic = readTemplateObject(at(source, 'atomic'));
  if (atomic !== undefined)
    source.problems.warn([...source.path, 'atomic'], "'atomic' publishes nothing, as in Mistral: use global");
  return {
    publishBranch: readTemplateObject(at(source, 'branch')),
    publishGlobal: readTemplateObject(at(source, 'global')),
  };
}

function readTargets(source: Source): TransitionSpec[] {
  const { value } = source;
  if (!Array.isArray(value)) return readTarget(source);
  if (value.length === 0) wrong(source, 'empty', 'at least one target');
  const seen = new Set(value.map((item) => JSON.stringify(item)));
  if (seen.size !== value.length) wrong(source, 'an entry is repeated', 'a list without repetitions');
  return value.flatMap((_, index) => readTarget(at(source, index)));
}

function readTarget(source: Source): TransitionSpec[] {
  const { value } = source;
  if (typeof value === 'string' && value !== '') return [readTransition(source, value, undefined)];
  const entry = isJsonObject(value) && Object.keys(value).length === 1 ? Object.entries(value)[0] : undefined;
  if (entry === undefined) {
    wrong(source, 'wrong type', 'the name of a task or command, or one name with its guard');
    return [];
  }
  return readGuarded(source, entry[0], entry[1]);
}

function readGuarded(source: Source, target: string, guard: Json): TransitionSpec[] {
  if (typeof guard === 'string' && isExpressionText(guard.trimEnd()))
    return [readTransition(source, target, guard.trimEnd())];
  wrong(at(source, target), 'a guard must be an expression', 'one expression');
  return [];
}

function readTransition(source: Source, written: string, guardText: string | undefined): TransitionSpec {
  const { name, message } = readCommand(source, written);
  const command = commands.includes(name) ? (name as EngineCommand) : undefined;
  if (command === undefined && name !== written) noteParameters(source, written);
  const guard =
    guardText === undefined
      ? undefined
      : readCondition({ ...at(source, written), value: guardText }, 'expression');
  return { target: name, command, guard, message, guardText, path: source.path };
}

function noteParameters(source: Source, written: string): void {
  source.problems.error(source.path, 'only fail, succeed and pause take a message', { found: written });
}

const callForm = /^\w+\(/;
const blankForm = /^\w+\s+(?=\w+=)/;

/**
 * A task name may contain blanks, as in Mistral: only `word name=...` and `word(...)` are read as a command.
 */
function readCommand(source: Source, written: string): { name: string; message: Template | undefined } {
  const call = written.endsWith(')') ? callForm.exec(written)?.[0] : undefined;
  const start = call ?? blankForm.exec(written)?.[0];
  if (start === undefined) return { name: written, message: undefined };
  const text = written.slice(start.length, call === undefined ? undefined : -1);
  const parameters = readInlineParameters(source, text);
  return { name: start.replace('(', '').trim(), message: parameters.get('msg') };
}
