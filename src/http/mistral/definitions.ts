/** What the routes of workflows, workbooks and ad-hoc actions have in common. */
import { z } from 'zod';
import {
  createDefinitions,
  deleteDefinition,
  listVisibleDefinitions,
  replaceDefinitions,
  requireDefinition,
  validateDefinition,
  type Validity,
} from '../../requests/workflows/definitions.ts';
import type { RequestTools } from '../../requests/request-tools.ts';
import type { Definition, DefinitionTable, SourceKind } from '../../store/workflow-definitions.ts';
import { param, type Answer, type Route, type RouteRequest } from '../route.ts';
import { answerList, listParameters, wholePage, type MistralListDeclaration } from './mistral-list.ts';
import { listSchema } from './resource.ts';
import { flag } from './wire-fields.ts';
import { text } from '../shapes/common.ts';
import { definitionText, parameters, workflowRoute } from './workflow-route.ts';

const warningSchema = z.strictObject({
  path: text,
  message: text,
  line: z.int().optional(),
  column: z.int().optional(),
});

/** `warnings` is ours: Mistral answers with the other two only, so it is left out where there is none. */
export const validitySchema = z.strictObject({
  valid: flag,
  error: text.optional(),
  warnings: z.array(warningSchema).optional(),
});

function toValidityBody(validity: Validity): z.infer<typeof validitySchema> {
  if (!validity.valid) return validity;
  const warnings = validity.warnings.map(({ path, message, line, column }) => ({
    path: path.join('.'),
    message,
    ...(line === undefined ? {} : { line, column: column ?? 1 }),
  }));
  return { valid: true, ...(warnings.length === 0 ? {} : { warnings }) };
}

export const placement = parameters('namespace', 'scope');

/** `create_missing` is ours: Mistral refuses the whole text where one of its names is new. */
const replacement = z.strictObject({
  namespace: z.string().optional(),
  scope: z.string().optional(),
  create_missing: z
    .enum(['true', 'false'])
    .optional()
    .describe('true: what the text defines and is not there is created; absent: it is refused with 404.'),
});

/** Whatever the text is, the answer is 200. */
export function validationRoute(path: string, kind: SourceKind): Route {
  return workflowRoute({
    method: 'POST',
    path: `${path}/validate`,
    summary: `Check a definition without creating it (${kind})`,
    answer: [200, validitySchema],
    ...definitionText,
    query: placement,
    handle: async ({ tools, caller, body, query }) => ({
      status: 200,
      body: toValidityBody(
        await validateDefinition(tools, caller, { kind, text: body, namespace: query.namespace }),
      ),
    }),
  });
}

type Shown = (request: DefinitionRequest, definitions: readonly Definition[]) => Promise<object>;

interface Writing {
  readonly path: string;
  readonly kind: SourceKind;
  readonly summary: string;
  readonly schema: z.ZodType;
  readonly show: Shown;
  /** Where the path ends with `{id}`: what is addressed by it. */
  readonly addressed?: DefinitionTable;
}

export type DefinitionRequest = Pick<
  RouteRequest<{ readonly namespace?: string | undefined; readonly scope?: string | undefined }, unknown>,
  'tools' | 'caller' | 'params' | 'query'
>;

export function creationRoute({ path, kind, summary, schema, show }: Writing): Route {
  return workflowRoute({
    method: 'POST',
    path,
    summary,
    answer: [201, schema],
    ...definitionText,
    query: placement,
    async handle(request) {
      const { namespace, scope } = request.query;
      const requested = { kind, text: request.body, namespace, scope };
      const definitions = await createDefinitions(request.tools, request.caller, requested);
      return { status: 201, body: await show(request, definitions) };
    },
  });
}

export function replacementRoute({ path, kind, summary, schema, show, addressed }: Writing): Route {
  return workflowRoute({
    method: 'PUT',
    path,
    summary,
    answer: [200, schema],
    ...definitionText,
    query: replacement,
    async handle(request) {
      const { namespace, scope, create_missing: missing } = request.query;
      const createsMissing = missing === 'true';
      const requested = { kind, text: request.body, namespace, scope, createsMissing };
      const target =
        addressed === undefined ? undefined : { table: addressed, identity: param(request, 'id') };
      const definitions = await replaceDefinitions(request.tools, request.caller, requested, target);
      return { status: 200, body: await show(request, definitions) };
    },
  });
}

/** The list of the definitions of one kind. */
export function listRoute(
  { path, summary, schema }: Pick<Writing, 'path' | 'summary'> & { readonly schema: z.ZodObject },
  table: DefinitionTable,
  list: MistralListDeclaration<Definition>,
): Route {
  return workflowRoute({
    method: 'GET',
    path,
    summary,
    answer: [200, listSchema(list.name, schema)],
    query: listParameters(list),
    handle: (request) =>
      answerList(
        request,
        list,
        wholePage(
          (page) => listVisibleDefinitions(request.tools, request.caller, table, page),
          ({ id }) => id,
        ),
      ),
  });
}

/** One definition, by its name or id. */
export function definitionRoute(
  { path, summary, schema }: Pick<Writing, 'path' | 'summary' | 'schema'>,
  table: DefinitionTable,
  show: (tools: RequestTools, definition: Definition) => Promise<object>,
): Route {
  return workflowRoute({
    method: 'GET',
    path: `${path}/{id}`,
    summary,
    answer: [200, schema],
    query: parameters('namespace', 'fields'),
    async handle(request) {
      const { tools, caller, query } = request;
      const definition = await requireDefinition(tools, caller, table, param(request, 'id'), query.namespace);
      return { status: 200, body: await show(tools, definition) };
    },
  });
}

export function deletionRoute(path: string, table: DefinitionTable): Route {
  return workflowRoute({
    method: 'DELETE',
    path: `${path}/{id}`,
    summary: `Delete a definition (${table}); its executions continue`,
    answer: [204],
    query: parameters('namespace'),
    async handle(request): Promise<Answer> {
      const { tools, caller, query } = request;
      await deleteDefinition(tools, caller, table, param(request, 'id'), query.namespace);
      return { status: 204 };
    },
  });
}
