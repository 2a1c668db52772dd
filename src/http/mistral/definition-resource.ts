/** What is shown of workflows, workbooks and actions. */
import { stringify } from 'yaml';
import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { workflowOf, type DescribedDefinition } from '../../requests/workflows/definitions.ts';
import type { ActionType } from '../../workflow/actions/action-type.ts';
import { inputText, interfaceOf } from '../../workflow/language/definition/describe-workflow.ts';
import type { AdhocActionSpec } from '../../workflow/language/definition/workflow-spec.ts';
import { field, resource } from './resource.ts';
import {
  flag,
  jsonText,
  nullableMistralTime,
  toMistralTimeOrNull,
  texts,
  mistralTime,
} from './wire-fields.ts';
import { nullableText, text } from '../shapes/common.ts';
import { toMistralTime } from '../../domain/time-text.ts';

type Described = DescribedDefinition;

const named = {
  id: field(text, ({ definition }: Described) => definition.id),
  name: field(text, ({ definition }: Described) => definition.name),
  namespace: field(text, ({ definition }: Described) => definition.namespace),
  tags: field(texts, ({ definition }: Described) => [...definition.tags]),
  scope: field(text, ({ definition }: Described) => definition.scope),
  project_id: field(text, ({ definition }: Described) => definition.project),
  created_at: field(mistralTime, ({ definition }: Described) => toMistralTime(definition.createdAt)),
  updated_at: field(nullableMistralTime, ({ definition }: Described) =>
    toMistralTimeOrNull(definition.updatedAt),
  ),
};

export interface ShownWorkflow extends Described {
  /** An answer to POST and PUT has it as an object, one to GET as text: Mistral's clients know both. */
  readonly interfaceAs: 'object' | 'text';
}

export const workflowResource = resource<ShownWorkflow>()('Workflow', {
  ...named,
  tags: [texts, (shown) => [...workflowOf(shown).tags]],
  input: [text.describe('`node, grace="2"`'), (shown) => inputText(workflowOf(shown).inputs)],
  interface: [
    z.union([z.looseObject({}), jsonText]),
    (shown) => {
      const described = interfaceOf(workflowOf(shown));
      return shown.interfaceAs === 'object' ? { ...described } : JSON.stringify(described);
    },
  ],
  definition: [text.describe('The YAML.'), (shown) => ownText(shown, 'workflow', workflowOf(shown))],
});

export const workbookResource = resource<Described>()('Workbook', {
  ...named,
  definition: [text.describe('The YAML.'), ({ source }) => source.text],
});

/** An ad-hoc action, or a built-in one: that has no row, and its name is its id. */
export interface ShownAction {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly tags: readonly string[];
  readonly scope: string;
  readonly project: string | null;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly isSystem: boolean;
  readonly description: string | null;
  readonly input: string;
  readonly text: string | null;
}

export const workflowActionResource = resource<ShownAction>()('WorkflowAction', {
  id: [text, ({ id }) => id],
  name: [text, ({ name }) => name],
  namespace: [text, ({ namespace }) => namespace],
  tags: [texts, ({ tags }) => [...tags]],
  scope: [text, ({ scope }) => scope],
  project_id: [nullableText, ({ project }) => project],
  created_at: [nullableMistralTime, ({ createdAt }) => toMistralTimeOrNull(createdAt)],
  updated_at: [nullableMistralTime, ({ updatedAt }) => toMistralTimeOrNull(updatedAt)],
  is_system: [flag.describe('Built in: there is no definition.'), ({ isSystem }) => isSystem],
  description: [nullableText, ({ description }) => description],
  input: [text, ({ input }) => input],
  definition: [nullableText, ({ text: written }) => written],
});

export function adhocAction(described: Described, spec: AdhocActionSpec): ShownAction {
  const { id, name, namespace, tags, scope, project, createdAt, updatedAt } = described.definition;
  return {
    id,
    name,
    namespace,
    tags,
    scope,
    project,
    createdAt,
    updatedAt,
    isSystem: false,
    description: spec.description ?? null,
    input: inputText(spec.inputs),
    text: ownText(described, 'action', spec),
  };
}

export function systemAction({ name, description, parameters, takesMore = false }: ActionType): ShownAction {
  const inputs = parameters.map(({ name: parameter, required, default: value = null }) =>
    // As Mistral writes them: in JSON.
    required ? parameter : `${parameter}=${JSON.stringify(value)}`,
  );
  return {
    id: name,
    name,
    namespace: '',
    tags: [],
    scope: 'public',
    project: null,
    createdAt: null,
    updatedAt: null,
    isSystem: true,
    description,
    input: [...inputs, ...(takesMore ? ['**kwargs'] : [])].join(', '),
    text: null,
  };
}

/**
 * Where a text defines several things, the text of one of them: cut out with its comments where it stands in
 * lines of its own.
 */
function ownText(
  { source, parsed }: Described,
  kind: 'workflow' | 'action',
  { name, source: plain }: { readonly name: string; readonly source: JsonObject },
): string {
  const isOnly = source.kind === kind && parsed.workflows.length + parsed.actions.length === 1;
  if (isOnly) return source.text;
  const own = source.kind === 'workbook' ? undefined : cutOut(source.text, name);
  return own === undefined ? stringify({ version: '2.0', [name]: plain }) : `version: '2.0'\n\n${own}`;
}

function cutOut(written: string, name: string): string | undefined {
  const top = [
    ...written.matchAll(/^(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#"'{}[\]&*!|>%@,?-][^\n]*?))\s*:(?=\s)/gm),
  ];
  const at = top.findIndex(([, double, single, plain]) => (double ?? single ?? plain) === name);
  if (at === -1) return undefined;
  return `${written.slice(top[at]?.index, top[at + 1]?.index).trimEnd()}\n`;
}
