/**
 * From the text of a definition to checked specs: one or more workflows, a workbook, or ad-hoc actions, as the three kinds of
 * `POST /v2/{workflows,workbooks,actions}` carry them. All problems of a text are found in one pass, with path, line and column.
 */
import { isJsonObject, type Json } from '../../../domain/json.ts';
import type { DefinitionPath, DefinitionProblem, ProblemList } from './problem.ts';
import { readAdhocAction } from './read-adhoc-action.ts';
import { readWorkflow } from './read-workflow.ts';
import { at, readText, readTexts, refuseUnknownKeys, type Source, wrong } from './source.ts';
import type { AdhocActionSpec, WorkbookSpec, WorkflowSpec } from './workflow-spec.ts';
import { parseYamlText } from './yaml-document.ts';

export interface Parsed<Spec> {
  readonly spec: Spec;
  /** What is accepted as Mistral accepts it, and still worth a word: unknown keys, unreachable tasks, ... */
  readonly warnings: readonly DefinitionProblem[];
}

/** What somebody else has to say of an action that is called: where it stands, and its name, which may be an expression. */
export type CheckCall = (problems: ProblemList, path: DefinitionPath, action: string) => void;

const anyCall: CheckCall = () => {};

/** @throws DefinitionError */
export function parseWorkflows(text: string, check = anyCall): Parsed<readonly WorkflowSpec[]> {
  const read: ReadOne<WorkflowSpec> = (source, name) =>
    checkTasks(source, readWorkflow(source, name, undefined), check);
  return parseList(text, 'workflow', read);
}

/** @throws DefinitionError */
export function parseActions(text: string, check = anyCall): Parsed<readonly AdhocActionSpec[]> {
  const read: ReadOne<AdhocActionSpec> = (source, name) =>
    checkBase(source, readAdhocAction(source, name, undefined), check);
  return parseList(text, 'action', read);
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
  const root = open(text);
  refuseUnknownKeys(root, ['version', 'name', 'description', 'tags', 'actions', 'workflows'], 'a workbook');
  const name = readText(at(root, 'name'));
  if (name === undefined && at(root, 'name').value === undefined)
    wrong({ ...root, value: undefined }, "'name' is missing", 'a name');
  const workbook = name ?? '';
  const spec: WorkbookSpec = {
    name: workbook,
    description: readText(at(root, 'description')),
    tags: readTexts(at(root, 'tags')) ?? [],
    actions: readEntries(at(root, 'actions'), (source, key) =>
      checkBase(source, readAdhocAction(source, key, workbook), check),
    ),
    workflows: readEntries(at(root, 'workflows'), (source, key) =>
      checkTasks(source, readWorkflow(source, key, workbook), check),
    ),
    source: isJsonObject(root.value) ? root.value : {},
  };
  return finish(root, spec);
}

type ReadOne<Spec> = (source: Source, name: string) => Spec | undefined;

function parseList<Spec>(text: string, what: string, read: ReadOne<Spec>): Parsed<readonly Spec[]> {
  const root = open(text);
  const names = Object.keys(root.value as object).filter((key) => key !== 'version');
  if (names.length === 0) wrong(root, `no ${what} in the definition`, `at least one ${what}`);
  const specs = names.map((name) => read(at(root, name), name));
  return finish(
    root,
    specs.filter((spec): spec is NonNullable<typeof spec> => spec !== undefined),
  );
}

function readEntries<Spec>(source: Source, read: ReadOne<Spec>): Spec[] {
  if (source.value === undefined) return [];
  if (!isJsonObject(source.value) || Object.keys(source.value).length === 0) {
    wrong(source, 'wrong type', 'a mapping with at least one entry');
    return [];
  }
  const specs: Spec[] = [];
  for (const name of Object.keys(source.value)) {
    const spec = name === 'version' ? undefined : readNamed(at(source, name), name, read);
    if (spec !== undefined) specs.push(spec);
  }
  return specs;
}

function readNamed<Spec>(source: Source, name: string, read: ReadOne<Spec>): Spec | undefined {
  if (!/^[\w-]+$/.test(name))
    source.problems.error(source.path, 'a name in a workbook has letters, digits, _ and - only');
  return read(source, name);
}

function open(text: string): Source {
  const { value, problems } = parseYamlText(text, { hasAnchors: false });
  const root: Source = { value, path: [], problems };
  if (!isJsonObject(value)) {
    wrong(root, 'not a definition', "a mapping with 'version' and what it defines");
    problems.throwIfErrors();
  }
  checkVersion(at(root, 'version'));
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
