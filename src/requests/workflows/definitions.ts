/** Workflows, workbooks and ad-hoc actions as texts: found, created, replaced, checked, deleted. */
import { CoppiceError } from '../../domain/errors.ts';
import {
  allDefinitionsNamed,
  definitionNames,
  findDefinition,
  getDefinition,
  type Definition,
  type DefinitionName,
  type DefinitionTable,
  type DefinitionSource,
  type SourceKind,
} from '../../store/workflow-definitions.ts';
import { listDefinitions, type PageQuery } from '../../store/workflow-listing.ts';
import { parseSourceInParts, type ParsedSource } from '../../workflow/runner/parse-source.ts';
import type { WorkflowSpec } from '../../workflow/language/definition/workflow-spec.ts';
import type { DefinitionProblem } from '../../workflow/language/definition/problem.ts';
import type { Caller, RequestTools } from '../request-tools.ts';
import { missingCalls } from './external-calls.ts';
import {
  badRequest,
  isVisible,
  notFound,
  refuseForeign,
  runnerOf,
  seesAllProjects,
  visiblePage,
} from './workflow-tools.ts';

const keys: Readonly<Record<DefinitionTable, readonly [word: string, key: string]>> = {
  workflow: ['Workflow', 'workflow_identifier'],
  workbook: ['Workbook', 'workbook_name'],
  adhoc_action: ['Action', 'action_name'],
};

/**
 * By id, or by name in a namespace. The id comes first: what another project shares under a name that is an
 * id takes no place of it.
 * @throws CoppiceError `resource-not-found`
 */
export async function requireDefinition(
  { store }: RequestTools,
  caller: Caller,
  table: DefinitionTable,
  identity: string,
  namespace = '',
): Promise<Definition> {
  const { db } = store;
  const byId = await getDefinition(db, table, identity);
  if (byId !== undefined && isVisible(caller, byId.project, byId.scope)) return byId;
  const name = { name: identity, namespace };
  const named = await findDefinition(db, table, name, caller);
  if (named !== undefined) return named;
  const [word, key] = keys[table];
  const names = await definitionNames(db, table, caller, namespace);
  const foreign = seesAllProjects(caller) ? await allDefinitionsNamed(db, table, name) : [];
  throw notFound(`${word} not found [${key}=${identity}, namespace=${namespace}]`, identity, names, foreign);
}

/** `workflow drain` */
function labelOf(table: DefinitionTable, name: string): string {
  return `${keys[table][0].toLowerCase()} ${name}`;
}

export async function listVisibleDefinitions(
  { store }: RequestTools,
  caller: Caller,
  table: DefinitionTable,
  page: PageQuery,
): Promise<Definition[]> {
  return await listDefinitions(store.db, table, visiblePage(caller, page));
}

export interface DescribedDefinition {
  readonly definition: Definition;
  readonly source: DefinitionSource;
  readonly parsed: ParsedSource;
}

export async function describeDefinition(
  tools: RequestTools,
  definition: Definition,
): Promise<DescribedDefinition> {
  return { definition, ...(await runnerOf(tools).library.describe(definition)) };
}

/** @throws Error for a definition that is no workflow. */
export function workflowOf({ definition, parsed }: DescribedDefinition): WorkflowSpec {
  const spec = parsed.workflows.find(({ fullName }) => fullName === definition.name);
  if (spec === undefined) throw new Error(`The definition text has no workflow ${definition.name}.`);
  return spec;
}

export interface DefinitionText {
  readonly kind: SourceKind;
  readonly text: string;
  readonly namespace: string | undefined;
  readonly scope: string | undefined;
  /** Of a replacement: what is not there is created, instead of refusing the whole text. */
  readonly createsMissing?: boolean;
}

/** @throws CoppiceError `bad-request`, `action-conflict` */
export async function createDefinitions(
  tools: RequestTools,
  caller: Caller,
  request: DefinitionText,
): Promise<Definition[]> {
  return await runnerOf(tools).library.create(request.kind, request.text, scopeOf(caller, request));
}

/** One definition, as a path names it: its id, or its name. */
export interface DefinitionAddress {
  readonly table: DefinitionTable;
  readonly identity: string;
}

/**
 * @param address the only one that the text may define; absent: all that it defines, by their names.
 * @throws CoppiceError `bad-request`, `resource-not-found`, `forbidden`
 */
export async function replaceDefinitions(
  tools: RequestTools,
  caller: Caller,
  request: DefinitionText,
  address?: DefinitionAddress,
): Promise<Definition[]> {
  const { kind, text, createsMissing = false } = request;
  const target =
    address === undefined
      ? undefined
      : await requireDefinition(tools, caller, address.table, address.identity, request.namespace);
  return await runnerOf(tools).library.replace(
    kind,
    text,
    scopeOf(caller, request),
    async ({ db }, table, name) => {
      if (target !== undefined) refuseOther(target, table, name);
      const found = target ?? (await findDefinition(db, table, name, caller));
      if (found !== undefined) refuseForeign(caller, found.project, labelOf(table, name.name));
      return found;
    },
    createsMissing,
  );
}

/** A definition keeps its name: what calls it would run another one, or none. */
function refuseOther(target: Definition, table: DefinitionTable, { name }: DefinitionName): void {
  if (name === target.name) return;
  const label = labelOf(table, target.name);
  throw badRequest(`The text may define ${label} alone, which is addressed; found ${labelOf(table, name)}`);
}

const scopes = ['private', 'public'];

function scopeOf({ project }: Caller, { scope = 'private', namespace = '' }: DefinitionText) {
  if (!scopes.includes(scope)) {
    throw badRequest(`Scope must be one of the following: ('private', 'public'); actual: ${scope}`);
  }
  return { namespace, scope, project };
}

/** Its executions continue. @throws CoppiceError `resource-not-found`, `forbidden` */
export async function deleteDefinition(
  tools: RequestTools,
  caller: Caller,
  table: DefinitionTable,
  identity: string,
  namespace?: string,
): Promise<void> {
  const definition = await requireDefinition(tools, caller, table, identity, namespace);
  refuseForeign(caller, definition.project, labelOf(table, definition.name));
  await runnerOf(tools).library.delete(table, definition);
}

export type Validity =
  | { readonly valid: true; readonly warnings: readonly DefinitionProblem[] }
  | { readonly valid: false; readonly error: string };

/**
 * `warnings`: Mistral takes it as well, and it fails when it runs, or means something else than it seems to.
 */
export async function validateDefinition(
  tools: RequestTools,
  { project }: Pick<Caller, 'project'>,
  { kind, text, namespace = '' }: Pick<DefinitionText, 'kind' | 'text' | 'namespace'>,
): Promise<Validity> {
  try {
    const { registry, library } = runnerOf(tools);
    const parsed = await parseSourceInParts(kind, text, registry.known);
    library.refuseBuiltInNames(parsed);
    await library.refuseAbsent({ project, namespace }, parsed);
    const place = { project, definitionProject: project, namespace };
    const missing = await missingCalls(tools, place, parsed);
    return { valid: true, warnings: [...parsed.warnings, ...missing] };
  } catch (error) {
    if (!(error instanceof CoppiceError)) throw error;
    return { valid: false, error: error.message };
  }
}
