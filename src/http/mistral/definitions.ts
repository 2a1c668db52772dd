/** What the routes of workflows, workbooks and ad-hoc actions have in common. */
import { CoppiceError } from '../../domain/errors.ts';
import {
  findDefinition,
  getDefinition,
  type Definition,
  type DefinitionTable,
  type SourceKind,
} from '../../store/workflow-definitions.ts';
import { parseSource, type ParsedSource } from '../../workflow/runner/parse-source.ts';
import {
  badRequest,
  notFound,
  type MistralAnswer,
  type MistralRequest,
  type MistralRoute,
} from './mistral-route.ts';
import { validitySchema } from './schemas.ts';
import type { Described } from './shapes.ts';

const keys: Readonly<Record<DefinitionTable, readonly [string, string]>> = {
  workflow: ['Workflow', 'workflow_identifier'],
  workbook: ['Workbook', 'workbook_name'],
  adhoc_action: ['Action', 'action_name'],
};

/** By id, or by name in the namespace asked for. @throws CoppiceError */
export async function definitionAsked(request: MistralRequest, table: DefinitionTable): Promise<Definition> {
  const { store } = request.options;
  const namespace = request.query['namespace'] ?? '';
  const found =
    (await findDefinition(store.db, table, request.id, namespace)) ??
    (await getDefinition(store.db, table, request.id));
  if (found !== undefined) return found;
  const [word, key] = keys[table];
  throw notFound(`${word} not found [${key}=${request.id}, namespace=${namespace}]`);
}

export async function describe(
  { options }: MistralRequest,
  definition: Definition,
): Promise<Described & { readonly parsed: ParsedSource }> {
  const { source, parsed } = await options.workflows.runner.library.describe(definition);
  return { definition, source, parsed, neighbours: parsed.workflows.length + parsed.actions.length };
}

const scopes = ['private', 'public'];

function placeOf({ query, caller }: MistralRequest) {
  const { scope = 'private', namespace = '' } = query;
  if (!scopes.includes(scope)) {
    throw badRequest(`Scope must be one of the following: ('private', 'public'); actual: ${scope}`);
  }
  return { namespace, scope, project: caller.project };
}

/** @throws CoppiceError */
export async function create(request: MistralRequest, kind: SourceKind): Promise<Definition[]> {
  return await request.options.workflows.runner.library.create(kind, request.text, placeOf(request));
}

/** @throws CoppiceError */
export async function replace(request: MistralRequest, kind: SourceKind): Promise<Definition[]> {
  return await request.options.workflows.runner.library.replace(kind, request.text, placeOf(request));
}

/** Whatever the text is, the answer is 200. */
export function validationRoute(path: string, kind: SourceKind): MistralRoute {
  return {
    method: 'POST',
    path: `${path}/validate`,
    summary: `Check a definition without creating it (${kind})`,
    answers: { status: 200, schema: validitySchema },
    takes: 'text',
    query: ['namespace', 'scope'],
    handle: ({ text }) => Promise.resolve({ status: 200, body: validate(kind, text) }),
  };
}

function validate(kind: SourceKind, text: string): { valid: true } | { valid: false; error: string } {
  try {
    parseSource(kind, text);
    return { valid: true };
  } catch (error) {
    if (!(error instanceof CoppiceError)) throw error;
    return { valid: false, error: error.message };
  }
}

export function deletionRoute(path: string, table: DefinitionTable): MistralRoute {
  return {
    method: 'DELETE',
    path: `${path}/{id}`,
    summary: `Delete a definition (${table}); its executions go on`,
    answers: { status: 204 },
    query: ['namespace'],
    handle: (request) => remove(request, table),
  };
}

async function remove(request: MistralRequest, table: DefinitionTable): Promise<MistralAnswer> {
  const definition = await definitionAsked(request, table);
  await request.options.workflows.runner.library.delete(table, definition);
  return { status: 204 };
}
