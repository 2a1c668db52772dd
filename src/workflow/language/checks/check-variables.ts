/**
 * Finds variables that an expression reads and that the workflow never sets: by no input, var, publish or
 * with-items. Reading one fails the task at run time.
 */
import { isJsonObject, type Json } from '../../../domain/json.ts';
import type { Template } from '../../expressions.ts';
import { hasExpression } from '../../expression-text.ts';
import type { DefinitionPath } from '../definition/problem.ts';
import { suggestion, type Source } from '../definition/source.ts';
import type { AdhocActionSpec, ClauseSpec, TaskSpec, WorkflowSpec } from '../definition/workflow-spec.ts';

/** Keys whose values hold no expressions of the workflow. */
const literal = new Set(['input', 'description', 'tags', 'name', 'version', 'type']);

export function checkVariables(workflow: WorkflowSpec, source: Source): void {
  const names = namesGiven(workflow);
  checkTexts(source, names, 'no input, var or publish of this workflow has this name', (path) => {
    // The `input` of a workflow holds declarations; that of a task holds values.
    const isWorkflowKey = path.length === source.path.length + 1;
    const key = path.at(-1);
    return isWorkflowKey ? literal.has(String(key)) : key === 'description' || key === 'tags';
  });
}

/** An ad-hoc action sees its own inputs only; its output is computed from the result. */
export function checkAdhocVariables(action: AdhocActionSpec, source: Source): void {
  const names = action.inputs.map(({ name }) => name);
  checkTexts(source, names, 'no input of this action has this name', (path) => {
    const isKey = path.length === source.path.length + 1;
    return isKey && path.at(-1) !== 'base-input' && path.at(-1) !== 'base';
  });
}

function checkTexts(
  source: Source,
  names: readonly string[],
  why: string,
  isLeftOut: (path: DefinitionPath) => boolean,
): void {
  const given = new Set(names);
  const waiting: { readonly value: Json; readonly path: DefinitionPath }[] = [
    { value: source.value ?? null, path: source.path },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value === 'string') checkText(source, value, path, given, why);
    else if (Array.isArray(value))
      value.forEach((item, index) => waiting.push({ value: item, path: [...path, index] }));
    else if (isJsonObject(value))
      for (const [key, item] of Object.entries(value)) {
        const inner = [...path, key];
        if (!isLeftOut(inner)) waiting.push({ value: item, path: inner });
      }
  }
}

function checkText(
  source: Source,
  text: string,
  path: DefinitionPath,
  given: ReadonlySet<string>,
  why: string,
): void {
  if (!hasExpression(text)) return;
  const compiled = source.texts.get(text);
  if ('error' in compiled) return;
  for (const name of compiled.variables) {
    if (given.has(name) || name.startsWith('__') || name === 'openstack') continue;
    source.problems.warn(
      path,
      `the variable '${name}' is never set: ${why}; reading it fails${suggestion(name, given)}`,
    );
  }
}

function namesGiven({ inputs, vars, tasks }: WorkflowSpec): string[] {
  const all = [...tasks.values()];
  return [
    ...inputs.map(({ name }) => name),
    ...[vars, ...all.flatMap(publishedBy)].flatMap(keysOf),
    ...all.flatMap(({ withItems }) => withItems.map(({ variable }) => variable)),
  ];
}

function publishedBy(task: TaskSpec): (Template | undefined)[] {
  const clauses: ClauseSpec[] = [task.onSuccess, task.onError, task.onComplete, task.onSkip];
  return [
    task.publish,
    task.publishOnError,
    task.publishOnSkip,
    ...clauses.flatMap(({ publishBranch, publishGlobal }) => [publishBranch, publishGlobal]),
  ];
}

/** Its reader has already checked that it is a mapping. */
function keysOf(template: Template | undefined): readonly string[] {
  if (template?.kind === 'object') return template.entries.map(([name]) => name);
  return template?.kind === 'constant' && isJsonObject(template.value) ? Object.keys(template.value) : [];
}
