/**
 * Checks the calls of tasks. Errors: refused actions. Warnings for calls that would fail at run time: unknown
 * or missing parameters, built-in actions that do not exist. Calls of something that the text does not define
 * (an ad-hoc action or a workflow stored on the server) are returned: only a server knows whether it exists.
 */
import type { Template } from '../../expressions.ts';
import { hasExpression } from '../../expression-text.ts';
import type { DefinitionPath, DefinitionProblem } from '../definition/problem.ts';
import { suggestion, type Source } from '../definition/source.ts';
import type { AdhocActionSpec, InputSpec, TaskSpec, WorkflowSpec } from '../definition/workflow-spec.ts';
import type { KnownActions, KnownParameter } from './known-actions.ts';

/** A call of an action or workflow that is neither defined in the text nor built in. */
export interface ExternalCall {
  readonly kind: 'action' | 'workflow';
  readonly name: string;
  /** The workbook whose members are searched first. */
  readonly workbook: string | undefined;
  readonly at: Pick<DefinitionProblem, 'path' | 'line' | 'column'>;
}

export interface DefinedHere {
  readonly workflows: readonly WorkflowSpec[];
  readonly actions: readonly AdhocActionSpec[];
}

export function checkCalls(
  root: Source,
  here: DefinedHere,
  known: KnownActions,
  pathOf: (spec: WorkflowSpec | AdhocActionSpec) => DefinitionPath,
): ExternalCall[] {
  const check = new CallCheck(root, here, known);
  const ofTasks = here.workflows.flatMap((workflow) =>
    [...workflow.tasks.values()].flatMap((task) =>
      check.task(workflow, task, [...pathOf(workflow), 'tasks', task.name]),
    ),
  );
  return [...ofTasks, ...here.actions.flatMap((action) => check.base(action, pathOf(action)))];
}

/** The parameters of a call; null: an expression computes which. */
type Given = ReadonlyMap<string, Template> | null;

class CallCheck {
  readonly #source: Source;
  readonly #here: DefinedHere;
  readonly #known: KnownActions;

  constructor(source: Source, here: DefinedHere, known: KnownActions) {
    this.#source = source;
    this.#here = here;
    this.#known = known;
  }

  task(workflow: WorkflowSpec, task: TaskSpec, path: DefinitionPath): ExternalCall[] {
    const { type, callName, workbook } = { ...task, workbook: workflow.workbook };
    if (hasExpression(callName)) return [];
    const given = givenBy(task.input, task.inlineInput);
    return type === 'ACTION'
      ? this.#action(callName, workbook, given, [...path, 'action'])
      : this.#workflow(callName, workbook, given, [...path, 'workflow']);
  }

  base(action: AdhocActionSpec, path: DefinitionPath): ExternalCall[] {
    const given = givenBy(action.baseInput, action.inlineInput);
    return this.#action(action.base, action.workbook, given, [...path, 'base']);
  }

  #action(name: string, workbook: string | undefined, given: Given, path: DefinitionPath): ExternalCall[] {
    const { problems } = this.#source;
    const reason = this.#known.refusal(name);
    if (reason !== undefined) {
      problems.error(path, reason);
      return [];
    }
    const parameters = this.#known.parametersOf(name) ?? this.#parametersHere(name, workbook);
    if (parameters !== undefined) {
      if (parameters !== null) this.#compare(`the action ${name}`, parameters, given, path);
      return [];
    }
    if (/^std\.\w*$/.test(name) && this.#known.names.length > 0) {
      problems.warn(path, `there is no action '${name}'${suggestion(name, this.#known.names)}`);
      return [];
    }
    return [this.#external('action', name, workbook, path)];
  }

  #parametersHere(name: string, workbook: string | undefined): readonly KnownParameter[] | null | undefined {
    if (this.#known.parametersOf(name) === null) return null;
    const found = this.#here.actions.find((one) => isNamed(one, name, workbook));
    return found?.inputs.map(asParameter);
  }

  #workflow(name: string, workbook: string | undefined, given: Given, path: DefinitionPath): ExternalCall[] {
    const found = this.#here.workflows.find((one) => isNamed(one, name, workbook));
    if (found === undefined) return [this.#external('workflow', name, workbook, path)];
    this.#compare(`the workflow ${name}`, found.inputs.map(asParameter), given, path);
    return [];
  }

  #external(
    kind: ExternalCall['kind'],
    name: string,
    workbook: string | undefined,
    path: DefinitionPath,
  ): ExternalCall {
    return { kind, name, workbook, at: { path, ...this.#source.problems.positionOf(path) } };
  }

  #compare(what: string, parameters: readonly KnownParameter[], given: Given, path: DefinitionPath): void {
    if (given === null) return;
    const names = parameters.map(({ name }) => name);
    for (const name of [...given.keys()].filter((one) => !names.includes(one)))
      this.#source.problems.warn(
        path,
        `${what} has no parameter '${name}'${suggestion(name, names)}: the task fails when it runs (it has ${names.join(', ') || 'none'})`,
      );
    for (const { name } of parameters.filter((one) => one.required && !given.has(one.name)))
      this.#source.problems.warn(
        path,
        `${what} requires the parameter '${name}', which is not given: the task fails when it runs`,
      );
    for (const { name, check } of parameters) {
      const value = given.get(name);
      const problem = value?.kind === 'constant' ? check?.(value.value) : undefined;
      if (problem !== undefined)
        this.#source.problems.warn(
          path,
          `the parameter '${name}' of ${what}: ${problem}: the task fails when it runs`,
        );
    }
  }
}

function isNamed(spec: WorkflowSpec | AdhocActionSpec, name: string, workbook: string | undefined): boolean {
  return spec.fullName === name || (spec.workbook === workbook && spec.name === name);
}

function asParameter({ name, default: fallback }: InputSpec): KnownParameter {
  return { name, required: fallback === undefined };
}

function givenBy(input: Template, inline: ReadonlyMap<string, Template>): Given {
  const entries = entriesIn(input);
  return entries === null ? null : new Map([...entries, ...inline]);
}

function entriesIn(input: Template): readonly (readonly [string, Template])[] | null {
  if (input.kind === 'object') return input.entries;
  if (input.kind !== 'constant') return null;
  const { value } = input;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).map(([name, item]) => [name, { kind: 'constant', value: item }]);
}
