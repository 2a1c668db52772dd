/**
 * What will fail in a workflow that a policy names, known before it runs: its inputs, and what its tasks
 * call.
 */
import { didYouMean } from '../domain/did-you-mean.ts';
import { CoppiceError, type Issue } from '../domain/errors.ts';
import type { Session } from '../domain/session.ts';
import type { NamedWorkflow } from '../policies/policy-type.ts';
import { getDefinition } from '../store/workflow-definitions.ts';
import { describeProblem } from '../workflow/language/definition/problem.ts';
import type { WorkflowDescription } from '../workflow/workflow-service.ts';
import { parseSourceInParts } from '../workflow/runner/parse-source.ts';
import type { RequestTools } from './request-tools.ts';
import { missingCalls } from './workflows/external-calls.ts';

/** Given by Coppice where the workflow declares them. */
const given: readonly string[] = ['cluster_id', 'node_id'];

export async function workflowWarnings(
  tools: Pick<RequestTools, 'store' | 'runner'>,
  named: NamedWorkflow,
  workflow: WorkflowDescription,
  { project }: Session,
): Promise<Issue[]> {
  return [...inputWarnings(named, workflow), ...(await callWarnings(tools, named, workflow, project))];
}

/** Of a definition that the policy carries: what only this server knows, whether it has the actions. */
export async function definitionWarnings(
  { runner }: Pick<RequestTools, 'runner'>,
  { field, definition }: NamedWorkflow,
  { project }: Session,
): Promise<Issue[]> {
  if (runner === undefined || definition === null) return [];
  const { library, registry } = runner;
  try {
    const parsed = await parseSourceInParts('workflow', definition, registry.known);
    const absent = await library.absentActions({ project, namespace: '' }, parsed);
    const expected = 'a workflow that can be made on this server';
    return absent.map((problem) => ({
      field: field.replace(/workflow_name$/, 'inputs.definition'),
      expected,
      found: describeProblem(problem),
    }));
  } catch (error) {
    // What is wrong with it otherwise was said when the policy was checked.
    if (error instanceof CoppiceError) return [];
    throw error;
  }
}

function inputWarnings(
  { field, inputs }: NamedWorkflow,
  { name, inputs: declared }: WorkflowDescription,
): Issue[] {
  const names = declared.map((input) => input.name);
  const inputsField = field.replace(/workflow_name$/, 'inputs');
  const missing = declared.filter(
    (input) => input.required && !inputs.includes(input.name) && !given.includes(input.name),
  );
  const unknown = inputs.filter((one) => !names.includes(one));
  return [
    ...missing.map((input) => ({
      field: `${inputsField}.${input.name}`,
      expected: `a value: the workflow ${name} requires it`,
      found: 'nothing',
      hint: 'until it is given, this step fails',
    })),
    ...unknown.map((one) => ({
      field: `${inputsField}.${one}`,
      expected:
        names.length === 0 ? `no input: the workflow ${name} takes none` : `one of ${names.join(', ')}`,
      found: 'an input that the workflow does not have',
      hint: didYouMean(one, names) ?? 'this step fails',
    })),
  ];
}

/** Only of workflows that are kept here. */
async function callWarnings(
  tools: Pick<RequestTools, 'store' | 'runner'>,
  { field }: NamedWorkflow,
  { id, name }: WorkflowDescription,
  project: string,
): Promise<Issue[]> {
  const definition = await getDefinition(tools.store.db, 'workflow', id);
  if (definition === undefined || tools.runner === undefined) return [];
  const { parsed } = await tools.runner.library.describe(definition);
  const own = [definition.name, 'workflows'];
  const place = { project, definitionProject: definition.project, namespace: definition.namespace };
  const problems = [...parsed.warnings, ...(await missingCalls(tools, place, parsed))];
  return problems
    .filter(({ path }) => own.includes(String(path[0])))
    .map((problem) => ({
      field,
      expected: `a workflow that can succeed`,
      found: `${name}, ${describeProblem(problem)}`,
    }));
}
