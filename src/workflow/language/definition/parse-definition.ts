/**
 * From the text of a definition to checked specs: one or more workflows, a workbook, or ad-hoc actions, as the three kinds of
 * `POST /v2/{workflows,workbooks,actions}` carry them. All problems of a text are found in one pass, with path, line and column.
 */
import { isJsonObject, type Json } from '../../../domain/json.ts';
import { CompiledTexts } from './compiled-texts.ts';
import type { DefinitionPath, DefinitionProblem, ProblemList } from './problem.ts';
import { readAdhocAction } from './read-adhoc-action.ts';
import { readWorkflow } from './read-workflow.ts';
import { at, readText, readTexts, refuseUnknownKeys, type Source, wrong } from './source.ts';
import type { AdhocActionSpec, WorkbookSpec, WorkflowSpec } from './workflow-spec.ts';
import { definitionYaml } from './yaml-document.ts';

export interface Parsed<Spec> {
  readonly spec: Spec;
  /** What is accepted as Mistral accepts it, and still worth a word: unknown keys, unreachable tasks, ... */
  readonly warnings: readonly DefinitionProblem[];
}

/** What somebody else has to say of an action that is called: where it stands, and its name, which may be an expression. */
export type CheckCall = (problems: ProblemList, path: DefinitionPath, action: string) => void;

const anyCall: CheckCall = () => {};

/**
 * A definition read in small parts: the caller of the generator may do something else between two of them. All parts together take up to
 * a fifth of a second for a definition of the largest size.
 */
export type InParts<Result> = Generator<undefined, Result>;

/** All parts at once. */
export function readAtOnce<Result>(parts: InParts<Result>): Result {
  for (;;) {
    const next = parts.next();
    if (next.done === true) return next.value;
  }
}

/** @throws DefinitionError */
export function parseWorkflows(text: string, check = anyCall): Parsed<readonly WorkflowSpec[]> {
  return readAtOnce(workflowsInParts(text, check));
}

/** @throws DefinitionError */
export function workflowsInParts(text: string, check = anyCall): InParts<Parsed<readonly WorkflowSpec[]>> {
  return listInParts(text, 'workflow', function* (source, name) {
    return checkTasks(source, yield* readWorkflow(source, name, undefined), check);
  });
}

/** @throws DefinitionError */
export function parseActions(text: string, check = anyCall): Parsed<readonly AdhocActionSpec[]> {
  return readAtOnce(actionsInParts(text, check));
}

/** @throws DefinitionError */
export function actionsInParts(text: string, check = anyCall): InParts<Parsed<readonly AdhocActionSpec[]>> {
  return listInParts(text, 'action', function* (source, name) {
    yield undefined;
    return checkBase(source, readAdhocAction(source, name, undefined), check);
  });
}

function checkTasks(source: Source, workflow: WorkflowSpec | undefined, check: CheckCall) {
  for (const { name, type, callName } of workflow?.tasks.values() ?? [])
    if (type === 'ACTION') check(source.problems, [...source.path, 'tasks', name, 'action'], callName);
  return workflow;
}

function checkBase(source: Source, action: AdhocActionSpec | undefined, check: CheckCall) {
  if (action !== undefined) check(source.problems, [...source.path, 'base'], action.base);
  return action;
}

/** @throws DefinitionError */
export function parseWorkbook(text: string, check = anyCall): Parsed<WorkbookSpec> {
  return readAtOnce(workbookInParts(text, check));
}

/** @throws DefinitionError */
export function* workbookInParts(text: string, check = anyCall): InParts<Parsed<WorkbookSpec>> {
  const root = yield* open(text);
  refuseUnknownKeys(root, ['version', 'name', 'description', 'tags', 'actions', 'workflows'], 'a workbook');
  const name = readText(at(root, 'name'));
  if (name === undefined && at(root, 'name').value === undefined)
    wrong({ ...root, value: undefined }, "'name' is missing", 'a name');
  const workbook = name ?? '';
  const actions = yield* readEntries<AdhocActionSpec>(at(root, 'actions'), function* (source, key) {
    yield undefined;
    return checkBase(source, readAdhocAction(source, key, workbook), check);
  });
  const workflows = yield* readEntries<WorkflowSpec>(at(root, 'workflows'), function* (source, key) {
    return checkTasks(source, yield* readWorkflow(source, key, workbook), check);
  });
  const spec: WorkbookSpec = {
    name: workbook,
    description: readText(at(root, 'description')),
    tags: readTexts(at(root, 'tags')) ?? [],
    actions,
    workflows,
    source: isJsonObject(root.value) ? root.value : {},
  };
  return finish(root, spec);
}

type ReadOne<Spec> = (source: Source, name: string) => InParts<Spec | undefined>;

function* listInParts<Spec>(
  text: string,
  what: string,
  read: ReadOne<Spec>,
): InParts<Parsed<readonly Spec[]>> {
  const root = yield* open(text);
  const names = Object.keys(root.value as object).filter((key) => key !== 'version');
  if (names.length === 0) wrong(root, `no ${what} in the definition`, `at least one ${what}`);
  const specs: Spec[] = [];
  for (const name of names) {
    const spec = yield* read(at(root, name), name);
    if (spec !== undefined) specs.push(spec);
  }
  return finish(root, specs);
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
  if (!/^[\w-]+$/.test(name)) problems.error(path, 'a name in a workbook has letters, digits, _ and - only');
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

/** Any version passes, as in Mistral: there is one language only. */
function checkVersion(source: Source): void {
  const { value } = source;
  if (value === undefined) wrong(source, "'version' is missing", "'2.0'");
  else if (!isVersion(value)) wrong(source, 'wrong type', "'2.0'");
}

function isVersion(value: Json): boolean {
  return (typeof value === 'string' && value !== '') || (typeof value === 'number' && value >= 0);
}

function finish<Spec>(root: Source, spec: Spec): Parsed<Spec> {
  root.problems.throwIfErrors();
  return { spec, warnings: root.problems.warnings };
}
