/**
 * Parses the text of a definition into checked specs: workflows, a workbook, or ad-hoc actions, as in the
 * bodies of `POST /v2/{workflows,workbooks,actions}`. All problems of a text are reported at once, with path,
 * line and column.
 */
import { isJsonObject, type Json } from '../../../domain/json.ts';
import { CompiledTexts } from './compiled-texts.ts';
import { checkCalls, type DefinedHere, type ExternalCall } from '../checks/check-calls.ts';
import { checkAdhocVariables, checkVariables } from '../checks/check-variables.ts';
import { checkRepeatedTasks } from '../checks/check-repeated-tasks.ts';
import { type KnownActions, noActions } from '../checks/known-actions.ts';
import type { DefinitionPath, DefinitionProblem } from './problem.ts';
import { readAdhocAction } from './read-adhoc-action.ts';
import { readWorkflow } from './read-workflow.ts';
import { at, readText, readTexts, refuseUnknownKeys, type Source, wrong } from './source.ts';
import type { AdhocActionSpec, WorkbookSpec, WorkflowSpec } from './workflow-spec.ts';
import { definitionYaml } from './yaml-document.ts';

export interface Parsed<Spec> {
  readonly spec: Spec;
  /** Accepted, as in Mistral, but probably a mistake: unknown keys, unreachable tasks, ... */
  readonly warnings: readonly DefinitionProblem[];
  /** Calls that only a server can check, because it knows its ad-hoc actions and workflows. */
  readonly external: readonly ExternalCall[];
}

/**
 * Reads a definition in small parts: the caller of the generator can do other work between two of them. A
 * definition of the maximum size takes up to a fifth of a second in all.
 */
export type InParts<Result> = Generator<undefined, Result>;

/** Reads all parts without interruption. */
export function readAtOnce<Result>(parts: InParts<Result>): Result {
  for (;;) {
    const next = parts.next();
    if (next.done === true) return next.value;
  }
}

/** @throws DefinitionError */
export function parseWorkflows(text: string, known = noActions): Parsed<readonly WorkflowSpec[]> {
  return readAtOnce(workflowsInParts(text, known));
}

/** @throws DefinitionError */
export function* workflowsInParts(text: string, known = noActions): InParts<Parsed<readonly WorkflowSpec[]>> {
  const root = yield* open(text);
  const workflows = yield* readAll(root, 'workflow', (source, name) => readWorkflow(source, name, undefined));
  return yield* finish(root, workflows, { workflows, actions: [] }, known);
}

/** @throws DefinitionError */
export function parseActions(text: string, known = noActions): Parsed<readonly AdhocActionSpec[]> {
  return readAtOnce(actionsInParts(text, known));
}

/** @throws DefinitionError */
export function* actionsInParts(
  text: string,
  known = noActions,
): InParts<Parsed<readonly AdhocActionSpec[]>> {
  const root = yield* open(text);
  const actions = yield* readAll(root, 'action', function* (source, name) {
    yield undefined;
    return readAdhocAction(source, name, undefined);
  });
  return yield* finish(root, actions, { workflows: [], actions }, known);
}

/** @throws DefinitionError */
export function parseWorkbook(text: string, known = noActions): Parsed<WorkbookSpec> {
  return readAtOnce(workbookInParts(text, known));
}

/** @throws DefinitionError */
export function* workbookInParts(text: string, known = noActions): InParts<Parsed<WorkbookSpec>> {
  const root = yield* open(text);
  refuseUnknownKeys(root, ['version', 'name', 'description', 'tags', 'actions', 'workflows'], 'a workbook');
  const name = readText(at(root, 'name'));
  if (name === undefined && at(root, 'name').value === undefined)
    wrong({ ...root, value: undefined }, "'name' is missing", 'a name');
  const workbook = name ?? '';
  const actions = yield* readEntries<AdhocActionSpec>(at(root, 'actions'), function* (source, key) {
    yield undefined;
    return readAdhocAction(source, key, workbook);
  });
  const workflows = yield* readEntries<WorkflowSpec>(at(root, 'workflows'), (source, key) =>
    readWorkflow(source, key, workbook),
  );
  const spec: WorkbookSpec = {
    name: workbook,
    description: readText(at(root, 'description')),
    tags: readTexts(at(root, 'tags')) ?? [],
    actions,
    workflows,
    source: isJsonObject(root.value) ? root.value : {},
  };
  return yield* finish(root, spec, { workflows, actions }, known);
}

type ReadOne<Spec> = (source: Source, name: string) => InParts<Spec | undefined>;

function* readAll<Spec>(root: Source, what: string, read: ReadOne<Spec>): InParts<Spec[]> {
  const names = Object.keys(root.value as object).filter((key) => key !== 'version');
  checkNamed(root, what);
  root.problems.throwIfErrors();
  if (names.length === 0) wrong(root, `no ${what} in the definition`, `at least one ${what}`);
  const specs: Spec[] = [];
  for (const name of names) {
    const spec = yield* read(at(root, name), name);
    if (spec !== undefined) specs.push(spec);
  }
  return specs;
}

/** Detects a definition whose name is missing, so that its keys are at the top level. */
function checkNamed(root: Source, what: string): void {
  const key = what === 'workflow' ? 'tasks' : 'base';
  if (
    isJsonObject(root.value) &&
    Object.hasOwn(root.value, key) &&
    !isJsonObject(at(at(root, key), key).value)
  )
    root.problems.error(
      [key],
      `the name of the ${what} is missing: write it as a key, and '${key}' indented below it`,
    );
}

function* readEntries<Spec>(source: Source, read: ReadOne<Spec>): InParts<Spec[]> {
  if (source.value === undefined) return [];
  if (!isJsonObject(source.value) || Object.keys(source.value).length === 0) {
    wrong(source, 'wrong type', 'a mapping with at least one entry');
    return [];
  }
  const specs: Spec[] = [];
  for (const name of Object.keys(source.value).filter((key) => key !== 'version')) {
    checkMemberName(at(source, name), name);
    const spec = yield* read(at(source, name), name);
    if (spec !== undefined) specs.push(spec);
  }
  return specs;
}

function checkMemberName({ problems, path }: Source, name: string): void {
  if (!/^[\p{L}\p{N}_-]+$/u.test(name))
    problems.error(path, 'a name in a workbook has letters, digits, _ and - only');
}

function* open(text: string): InParts<Source> {
  const { value, problems } = yield* definitionYaml(text);
  yield undefined;
  const texts = new CompiledTexts();
  const root: Source = { value, path: [], problems, texts };
  if (!isJsonObject(value)) {
    wrong(root, 'not a definition', "a mapping with 'version' and what it defines");
    problems.throwIfErrors();
  }
  checkVersion(at(root, 'version'));
  yield* texts.prepare(value);
  return root;
}

/** Any version is accepted, as in Mistral: there is only one language version. */
function checkVersion(source: Source): void {
  const { value } = source;
  if (value === undefined) wrong(source, "'version' is missing", "'2.0'");
  else if (!isVersion(value)) wrong(source, 'wrong type', "'2.0'");
}

function isVersion(value: Json): boolean {
  return (typeof value === 'string' && value !== '') || (typeof value === 'number' && value >= 0);
}

/** Checks that need the whole definition; refuses the definition if it has any error. */
function* finish<Spec>(
  root: Source,
  spec: Spec,
  here: DefinedHere,
  known: KnownActions,
): InParts<Parsed<Spec>> {
  const external = checkCalls(root, here, known, pathOf);
  for (const workflow of here.workflows) {
    yield undefined;
    const source = sourceOf(root, pathOf(workflow));
    checkVariables(workflow, source);
    checkRepeatedTasks(workflow, at(source, 'tasks'));
  }
  for (const action of here.actions) checkAdhocVariables(action, sourceOf(root, pathOf(action)));
  root.problems.throwIfErrors();
  return { spec, warnings: root.problems.warnings, external };
}

function pathOf(spec: WorkflowSpec | AdhocActionSpec): DefinitionPath {
  if (spec.workbook === undefined) return [spec.name];
  return ['tasks' in spec ? 'workflows' : 'actions', spec.name];
}

function sourceOf(root: Source, path: DefinitionPath): Source {
  return path.reduce<Source>(at, root);
}
