/**
 * A workflow as a Mermaid flowchart: solid arrows for on-success, dotted for on-error, thick for on-complete;
 * a circle ends those of on-skip.
 */
import type { ClauseName } from '../../../domain/workflow-records.ts';
import type { TaskSpec, TransitionSpec, WorkflowSpec } from '../definition/workflow-spec.ts';
import { edgesOf } from './workflow-graph.ts';

const arrows: Readonly<Record<ClauseName, string>> = {
  'on-success': '-->',
  'on-error': '-.->',
  'on-complete': '==>',
  'on-skip': '--o',
};

export function toMermaid(workflow: WorkflowSpec): string {
  const ids = new Map([...workflow.tasks.keys()].map((name, index) => [name, `t${index}`]));
  const lines = [
    'flowchart TD',
    ...[...workflow.tasks.values()].map((task) => `  ${ids.get(task.name)}${shapeOf(task)}`),
  ];
  for (const task of workflow.tasks.values()) lines.push(...arrowsOf(workflow, task, ids));
  return `${lines.join('\n')}\n`;
}

function shapeOf(task: TaskSpec): string {
  const call = task.type === 'WORKFLOW' ? `workflow ${task.callName}` : task.callName;
  const details = [
    task.join === undefined ? '' : `join ${task.join}`,
    task.withItems.length === 0
      ? ''
      : `for each ${task.withItems.map(({ variable }) => variable).join(', ')}`,
  ].filter((detail) => detail !== '');
  const label = quote([task.name, call, ...details].join('\n'));
  if (task.join !== undefined) return `{{${label}}}`;
  return task.type === 'WORKFLOW' ? `[[${label}]]` : `[${label}]`;
}

function arrowsOf(workflow: WorkflowSpec, task: TaskSpec, ids: ReadonlyMap<string, string>): string[] {
  const id = ids.get(task.name) ?? '';
  if (workflow.type === 'reverse') return task.requires.map((required) => `  ${ids.get(required)} --> ${id}`);
  return edgesOf(task)
    .filter(({ transition }) => transition.command !== 'noop')
    .map(({ clause, transition }, index) => {
      const label = labelOf(clause, transition);
      return `  ${id} ${arrows[clause]}${label === '' ? '' : `|${quote(label)}|`} ${targetOf(transition, ids, `${id}c${index}`)}`;
    });
}

function labelOf(clause: ClauseName, transition: TransitionSpec): string {
  const name = clause === 'on-success' ? '' : clause.slice('on-'.length);
  return [name, transition.guardText ?? ''].filter((part) => part !== '').join(' ');
}

function targetOf(transition: TransitionSpec, ids: ReadonlyMap<string, string>, commandId: string): string {
  if (transition.command !== undefined) return `${commandId}([${quote(transition.command)}])`;
  return ids.get(transition.target) ?? quote(transition.target);
}

/** Mermaid takes almost anything in quotes once quotes and angle brackets are entities. */
function quote(text: string): string {
  const escaped = text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
  return `"${escaped.replaceAll('\n', '<br>')}"`;
}
