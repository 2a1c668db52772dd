/**
 * Resolves what a task calls: the action or workflow behind a name, with its input checked before anything
 * starts.
 */
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts';
import type { ExpressionScope } from '../../expressions.ts';
import type { AdhocActionSpec, InputSpec, WorkflowSpec } from '../definition/workflow-spec.ts';
import { shownNamespace } from '../../../domain/run-namespace.ts';
import type { ExecutionRecord } from '../../../domain/workflow-records.ts';
import { mergeObjects } from './data-flow.ts';
import { EngineFault, evaluate } from './fault.ts';
import { pythonList, pythonText } from './python-text.ts';
import type { ActionInfo, CallName, StepLookups, WorkflowInfo } from './lookups.ts';

/** The context of a call: its workbook, namespace and lookups. A draft is one. */
export interface CallSite {
  readonly workflow: Partial<Pick<WorkflowSpec, 'workbook'>>;
  readonly execution: Pick<ExecutionRecord, 'namespace'>;
  readonly lookups: StepLookups;
}

export interface ResolvedAction {
  /** Full name and input as the user sees them. */
  readonly name: string;
  readonly input: JsonObject;
  readonly isAdhoc: boolean;
  /** The system action that is run. */
  readonly base: string;
  readonly baseInput: JsonObject;
}

export interface ResolvedWorkflow {
  readonly workflow: WorkflowInfo;
  readonly input: JsonObject;
  readonly params: JsonObject;
}

/** @throws EngineFault for an unknown action, missing or unknown input, a base that does not exist. */
export function resolveAction(
  site: CallSite,
  name: string,
  input: JsonObject,
  scope: AdhocScope,
): ResolvedAction {
  const found = findAction(site, name);
  if (found === null) {
    const reason = site.lookups.reasonMissing(name);
    const namespace = shownNamespace(site.execution.namespace);
    throw new EngineFault(
      `Failed to find action [action_name=${name}, namespace=${namespace}]${reason === undefined ? '' : `: ${reason}`}`,
    );
  }
  if (found.kind === 'system') {
    checkInput(found.name, 'action', found.inputs?.map(toInputSpec), input);
    return { name: found.name, input, isAdhoc: false, base: found.name, baseInput: input };
  }
  const { spec } = found;
  checkInput(spec.fullName, 'ad-hoc action', spec.inputs, input);
  const filled = inputWithDefaults(spec.inputs, input);
  const [base, baseInput] = descend(site, found, filled, scope);
  return { name: spec.fullName, input: filled, isAdhoc: true, base, baseInput };
}

/** The scope of `base-input`: the action's input, then the variables of the task. */
export type AdhocScope = (input: JsonObject) => ExpressionScope;

const maxChainLength = 50;

function descend(
  site: CallSite,
  first: AdhocAction,
  input: JsonObject,
  scope: AdhocScope,
): [string, JsonObject] {
  const action = first.spec;
  let current = first;
  let baseInput = evaluateBaseInput(action, input, scope);
  for (let depth = 0; depth < maxChainLength; depth += 1) {
    const base = findBase(site, current);
    if (base === null) throw cannotInstantiate(action, baseMissing(site, current.spec.base));
    if (base.kind === 'system') {
      checkBaseInput(action, base, baseInput);
      return [base.name, baseInput];
    }
    current = base;
    baseInput = evaluateBaseInput(base.spec, inputWithDefaults(base.spec.inputs, baseInput), scope);
  }
  throw cannotInstantiate(action, 'its chain of base actions does not end');
}

function baseMissing({ lookups }: CallSite, base: string): string {
  const reason = lookups.reasonMissing(base);
  return `base action '${base}' is not found${reason === undefined ? '' : `: ${reason}`}`;
}

function evaluateBaseInput(spec: AdhocActionSpec, input: JsonObject, scope: AdhocScope): JsonObject {
  const value = evaluate(spec.baseInput, scope(input));
  const inline = [...spec.inlineInput].map(
    ([name, template]) => [name, evaluate(template, scope(input))] as const,
  );
  return { ...(isJsonObject(value) ? value : {}), ...Object.fromEntries(inline) };
}

function checkBaseInput(
  action: AdhocActionSpec,
  base: ActionInfo & { kind: 'system' },
  input: JsonObject,
): void {
  try {
    checkInput(base.name, 'action', base.inputs?.map(toInputSpec), input);
  } catch (error) {
    throw error instanceof EngineFault ? cannotInstantiate(action, error.message) : error;
  }
}

function cannotInstantiate(action: AdhocActionSpec, reason: string): EngineFault {
  return new EngineFault(`Failed to instantiate an action [action=${action.fullName}]: ${reason}`);
}

/** The result of an ad-hoc action: the base's result, transformed by each `output` of the chain. */
export function transformResult(site: CallSite, name: string, result: Json): Json {
  const outputs: AdhocActionSpec[] = [];
  let found = findFullName(site, homeOf(site), name, (at) => site.lookups.action(at));
  while (found?.kind === 'adhoc' && outputs.length <= maxChainLength) {
    outputs.push(found.spec);
    found = findBase(site, found);
  }
  return outputs.reduceRight(
    (value, spec) => (spec.output === undefined ? value : evaluate(spec.output, { variables: value })),
    result,
  );
}

/** @throws EngineFault for an unknown workflow, missing or unknown input. */
export function resolveWorkflow(site: CallSite, name: string, given: JsonObject): ResolvedWorkflow {
  const workflow = findCalled(site, name, (at) => site.lookups.workflow(at));
  if (workflow === null) {
    throw new EngineFault(
      `Failed to find workflow [name=${name}] [namespace=${shownNamespace(site.execution.namespace)}]`,
    );
  }
  const declared = new Set(workflow.inputs.map((input) => input.name));
  const entries = Object.entries<Json>(given);
  const isParam = ([key]: [string, Json]): boolean => !declared.has(key) && startParams.has(key);
  const input = Object.fromEntries(entries.filter((entry) => !isParam(entry)));
  checkInput(workflow.name, workflowClass(workflow.type), workflow.inputs, input);
  return { workflow, input, params: Object.fromEntries(entries.filter(isParam)) };
}

/**
 * Start parameters, not inputs of the workflow: Mistral takes them from the input if the workflow does not
 * declare them.
 */
const startParams = new Set(['task_name', 'env', 'evaluate_env', 'notify', 'read_only']);

export function workflowClass(type: 'direct' | 'reverse'): string {
  return type === 'direct' ? 'DirectWorkflowSpec' : 'ReverseWorkflowSpec';
}

/** @throws EngineFault with Mistral's message. */
export function checkInput(
  name: string,
  kind: string,
  declared: readonly InputSpec[] | undefined,
  given: JsonObject,
): void {
  if (declared === undefined) return;
  const names = new Set(declared.map((input) => input.name));
  const missing = declared
    .filter((input) => input.default === undefined && !Object.hasOwn(given, input.name))
    .map((input) => input.name);
  const unexpected = Object.keys(given).filter((key) => !names.has(key));
  if (missing.length === 0 && unexpected.length === 0) return;
  const parts = [
    missing.length === 0 ? '' : `, missing=${pythonList(missing)}`,
    unexpected.length === 0 ? '' : `, unexpected=${pythonList(unexpected)}`,
  ];
  throw new EngineFault(`Invalid input [name=${name}, class=${kind}${parts.join('')}]`);
}

export function inputWithDefaults(declared: readonly InputSpec[], given: JsonObject): JsonObject {
  const defaults = declared.filter(
    (input) => input.default !== undefined && !Object.hasOwn(given, input.name),
  );
  return { ...given, ...Object.fromEntries(defaults.map((input) => [input.name, input.default as Json])) };
}

function toInputSpec(input: { name: string; required: boolean }): InputSpec {
  return input.required ? { name: input.name } : { name: input.name, default: null };
}

export function findAction(site: CallSite, name: string): ActionInfo | null {
  return findCalled(site, name, (at) => site.lookups.action(at));
}

type AdhocAction = ActionInfo & { kind: 'adhoc' };

/** `base` is a full name. */
function findBase(site: CallSite, { spec, project }: AdhocAction): ActionInfo | null {
  const home = { workbook: spec.workbook, project };
  return findFullName(site, home, spec.base, (at) => site.lookups.action(at));
}

/** Where a name is written: a workbook, and whose it is. */
interface Home {
  readonly workbook: string | undefined;
  readonly project: string;
}

function homeOf({ workflow, lookups }: CallSite): Home {
  return { workbook: workflow.workbook, project: lookups.definitionProject };
}

type Found = ActionInfo | WorkflowInfo;
type Find<One extends Found> = (at: CallName) => One | null;

/** Within a workbook a short name refers to its own member first. */
function findCalled<One extends Found>(site: CallSite, name: string, find: Find<One>): One | null {
  const home = homeOf(site);
  const { workbook, project } = home;
  const member =
    workbook === undefined ? null : findInNamespaces(site, { name: `${workbook}.${name}`, project }, find);
  return member ?? findFullName(site, home, name, find);
}

/** Names of two workbooks of different projects may be the same: a workbook means its own member. */
function findFullName<One extends Found>(
  site: CallSite,
  { workbook, project }: Home,
  name: string,
  find: Find<One>,
): One | null {
  const isOfWorkbook = workbook !== undefined && name.startsWith(`${workbook}.`);
  const member = isOfWorkbook ? findInNamespaces(site, { name, project }, find) : null;
  return member ?? findInNamespaces(site, { name }, find);
}

/**
 * In the execution's namespace, then in the default one; what another project shares comes after both, so
 * that nothing that is shared takes the place of what the project has.
 */
function findInNamespaces<One extends Found>(
  { execution: { namespace } }: CallSite,
  name: Omit<CallName, 'namespace'>,
  find: Find<One>,
): One | null {
  const found = find({ ...name, namespace });
  if (namespace === '' || (found !== null && !isShared(found))) return found;
  const byDefault = find({ ...name, namespace: '' });
  return found === null || (byDefault !== null && !isShared(byDefault)) ? byDefault : found;
}

function isShared(found: Found): boolean {
  return 'isShared' in found && found.isShared;
}

/** Defaults for an action's parameters from `env: {__actions: {std.http: {timeout: 5}}}`. */
export function actionDefaults(env: JsonObject, action: string, input: JsonObject): JsonObject {
  const all = env['__actions'];
  const defaults = isJsonObject(all) && Object.hasOwn(all, action) ? all[action] : undefined;
  return isJsonObject(defaults) ? mergeObjects(defaults, input) : input;
}

/** @throws EngineFault if the input of a task is not a mapping. */
export function asInput(task: string, value: Json): JsonObject {
  if (isJsonObject(value)) return value;
  const found = pythonText(value).slice(0, 200);
  throw new EngineFault(
    `Wrong dynamic input for task: ${task}. Dict type is expected. Actual value: ${found}`,
  );
}
