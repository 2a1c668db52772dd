/** Reads one task of a workflow, merged with `task-defaults`. */
import { isJsonObject } from '../../../domain/json.ts';
import type { Template } from '../../expressions.ts';
import { isSingleExpression } from '../../expression-text.ts';
import { readInlineCall, type InlineCall } from './inline-call.ts';
import { emptyClause, readClause } from './read-clause.ts';
import { policyKeys, readPolicies, policiesWithDefaults } from './read-policies.ts';
import { readWithItems } from './read-with-items.ts';
import {
  at,
  constant,
  emptyTemplate,
  has,
  isWholeNumber,
  readCondition,
  readTemplate,
  readTemplateObject,
  readText,
  readTexts,
  refuseUnknownKeys,
  type Source,
  wrong,
} from './source.ts';
import type { ClauseSpec, PoliciesSpec, TaskSpec } from './workflow-spec.ts';

/** Mistral's limits: a column of 255 characters, of which a join uses 47 for its key. */
const maxNameLength = 255;
const maxJoinNameLength = 208;

const commonKeys = [
  'name',
  'version',
  'type',
  'description',
  'tags',
  'action',
  'workflow',
  'input',
  'with-items',
  'publish',
  'publish-on-error',
  'publish-on-skip',
  'keep-result',
  'safe-rerun',
  'target',
  ...policyKeys,
];
const clauseKeys = ['on-success', 'on-error', 'on-complete', 'on-skip'];
const directKeys = ['join', ...clauseKeys];
const defaultKeys = [
  ...policyKeys,
  ...clauseKeys,
  'safe-rerun',
  'requires',
  'name',
  'version',
  'description',
  'tags',
];

export interface TaskDefaults {
  readonly policies: PoliciesSpec;
  readonly onSuccess: ClauseSpec;
  readonly onError: ClauseSpec;
  readonly onComplete: ClauseSpec;
  readonly onSkip: ClauseSpec;
  readonly safeRerun: Template | undefined;
  readonly requires: readonly string[];
}

export function readTaskDefaults(source: Source): TaskDefaults | undefined {
  const { value } = source;
  if (value === undefined) return undefined;
  if (!isJsonObject(value) || Object.keys(value).length === 0)
    return wrong(source, 'wrong type', 'a mapping with at least one entry');
  refuseUnknownKeys(source, defaultKeys, 'task-defaults');
  return {
    policies: readPolicies(source),
    onSuccess: readClause(at(source, 'on-success')),
    onError: readClause(at(source, 'on-error')),
    onComplete: readClause(at(source, 'on-complete')),
    onSkip: readClause(at(source, 'on-skip')),
    safeRerun: readCondition(at(source, 'safe-rerun'), 'boolean too'),
    requires: readRequires(at(source, 'requires')),
  };
}

export interface TaskLocation {
  readonly name: string;
  readonly position: number;
  readonly type: 'direct' | 'reverse';
  readonly defaults: TaskDefaults | undefined;
}

/** undefined if the value is not a task at all; problems inside it are recorded in the source. */
export function readTask(source: Source, location: TaskLocation): TaskSpec | undefined {
  const { value } = source;
  if (!isJsonObject(value) || Object.keys(value).length === 0)
    return wrong(source, 'wrong type', 'a mapping with at least one entry');
  refuseUnknownKeys(
    source,
    [...commonKeys, ...(location.type === 'direct' ? directKeys : ['requires'])],
    `a ${location.type} task`,
  );
  const join = readJoin(at(source, 'join'));
  checkName(source, location.name, join !== undefined);
  return {
    name: location.name,
    position: location.position,
    description: readText(at(source, 'description')),
    tags: readTexts(at(source, 'tags')) ?? [],
    ...readCall(source),
    ...readResultHandling(source, location.defaults),
    policies: policiesWithDefaults(readPolicies(source), location.defaults?.policies),
    ...readClauses(source, location),
    join,
    requires: location.type === 'reverse' ? allRequires(source, location) : [],
    source: { ...value, name: location.name, type: location.type, version: '2.0' },
  };
}

function checkName(source: Source, name: string, isJoin: boolean): void {
  const limit = isJoin ? maxJoinNameLength : maxNameLength;
  if (name.length <= limit) return;
  source.problems.error(
    source.path,
    `the name of a ${isJoin ? 'join ' : ''}task has at most ${limit} characters`,
  );
}

type Call = Pick<TaskSpec, 'type' | 'call' | 'callName' | 'input' | 'inlineInput' | 'withItems'>;

function readCall(source: Source): Call {
  if (has(source, 'action') && has(source, 'workflow'))
    wrong(source, "a task has 'action' or 'workflow', not both", 'one of the two');
  const type = has(source, 'workflow') && !has(source, 'action') ? 'WORKFLOW' : 'ACTION';
  const where = at(source, type === 'WORKFLOW' ? 'workflow' : 'action');
  const { name, parameters } = readCallName(where);
  return {
    type,
    call: readTemplate({ ...where, value: name }),
    callName: name,
    input: readInput(at(source, 'input')),
    inlineInput: parameters,
    withItems: readWithItems(at(source, 'with-items')),
  };
}

function readCallName(source: Source): InlineCall {
  const text = readText(source);
  if (text === undefined) return { name: 'std.noop', parameters: new Map() };
  return readInlineCall(source, text);
}

function readInput(source: Source): Template {
  const { value } = source;
  if (value === undefined) return emptyTemplate;
  if (isJsonObject(value)) return readTemplateObject(source) ?? emptyTemplate;
  if (typeof value === 'string' && isSingleExpression(value.trim()))
    return readTemplate({ ...source, value: value.trim() });
  wrong(source, 'wrong type', 'a mapping with at least one entry, or one expression that gives one');
  return emptyTemplate;
}

type ResultHandling = Pick<
  TaskSpec,
  'keepResult' | 'safeRerun' | 'target' | 'publish' | 'publishOnError' | 'publishOnSkip'
>;

function readResultHandling(source: Source, defaults: TaskDefaults | undefined): ResultHandling {
  const safeRerun = readCondition(at(source, 'safe-rerun'), 'boolean too') ?? defaults?.safeRerun;
  return {
    keepResult: readCondition(at(source, 'keep-result'), 'boolean too') ?? constant(true),
    safeRerun: safeRerun ?? constant(false),
    target: readText(at(source, 'target')) === undefined ? undefined : readTemplate(at(source, 'target')),
    publish: readTemplateObject(at(source, 'publish')),
    publishOnError: readTemplateObject(at(source, 'publish-on-error')),
    publishOnSkip: readTemplateObject(at(source, 'publish-on-skip')),
  };
}

type Clauses = Pick<TaskSpec, 'onSuccess' | 'onError' | 'onComplete' | 'onSkip'>;

function readClauses(source: Source, location: TaskLocation): Clauses {
  if (location.type === 'reverse')
    return { onSuccess: emptyClause, onError: emptyClause, onComplete: emptyClause, onSkip: emptyClause };
  const { defaults } = location;
  return {
    onSuccess: clauseOrDefault(at(source, 'on-success'), defaults?.onSuccess, location.name),
    onError: clauseOrDefault(at(source, 'on-error'), defaults?.onError, location.name),
    onComplete: clauseOrDefault(at(source, 'on-complete'), defaults?.onComplete, location.name),
    onSkip: clauseOrDefault(at(source, 'on-skip'), defaults?.onSkip, location.name),
  };
}

/**
 * A clause without targets takes those of task-defaults, except the task itself; `publish` of the defaults is
 * ignored.
 */
function clauseOrDefault(source: Source, fallback: ClauseSpec | undefined, self: string): ClauseSpec {
  const own = readClause(source);
  if (own.transitions.length > 0 || fallback === undefined) return own;
  return { ...own, transitions: fallback.transitions.filter(({ target }) => target !== self) };
}

function readJoin(source: Source): 'all' | number | undefined {
  const { value } = source;
  if (value === undefined) return undefined;
  if (value === 'all') return 'all';
  if (value === 'one') return 1;
  if (isWholeNumber(value)) return value === 0 ? undefined : (value as number);
  return wrong(source, 'wrong type', 'all, one or a whole number');
}

function readRequires(source: Source): readonly string[] {
  const { value } = source;
  if (typeof value === 'string' && value !== '') return [value];
  return readTexts(source) ?? [];
}

function allRequires(source: Source, { name, defaults }: TaskLocation): readonly string[] {
  const names = new Set([...readRequires(at(source, 'requires')), ...(defaults?.requires ?? [])]);
  names.delete(name);
  return [...names];
}
