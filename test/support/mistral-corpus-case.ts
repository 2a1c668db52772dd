/** Runs one recorded case against the pure conductor, and gives the answer in the recording's form. */
import { isJsonObject, type Json, type JsonObject } from '../../src/domain/json.ts';
import { RefusedRequest } from '../../src/workflow/language/conductor/fault.ts';
import { resultOfActions } from '../../src/workflow/language/conductor/task-view.ts';
import { inputText, interfaceOf } from '../../src/workflow/language/definition/describe-workflow.ts';
import { DefinitionError } from '../../src/workflow/language/definition/problem.ts';
import type { TaskRecord } from '../../src/domain/workflow-records.ts';
import type { Case, CaseDefinition, CaseStep } from './mistral-corpus.ts';
import { httpBase } from './mistral-corpus-actions.ts';
import { info, normal, prune, sortKey } from './mistral-corpus-form.ts';
import { VirtualRunner } from './mistral-corpus-runner.ts';

export function runCase(recorded: Case): JsonObject {
  const runner = new VirtualRunner(undefined, { forgetful: true });
  const definitions = recorded.spec.definitions.map((definition) => define(runner, recorded, definition));
  const isDefined = definitions.every((answer) => answer['status'] === 201);
  if (!isDefined || recorded.spec.workflow === undefined) return { definitions };
  const answer = { definitions, ...execute(runner, recorded) };
  return (recorded.spec.ignore ?? []).reduce<Json>(prune, answer) as JsonObject;
}

function define(
  runner: VirtualRunner,
  recorded: Case,
  { kind, file, namespace }: CaseDefinition,
): JsonObject {
  try {
    const workflows = runner.define(fill(recorded.text(file)) as string, kind, namespace);
    if (kind !== 'workflow') return { status: 201 };
    return {
      status: 201,
      interface: Object.fromEntries(workflows.map((workflow) => [workflow.name, interfaceOf(workflow)])),
      input: Object.fromEntries(workflows.map((workflow) => [workflow.name, inputText(workflow.inputs)])),
    };
  } catch (error) {
    if (error instanceof DefinitionError) return { status: 400 };
    throw error;
  }
}

function fill(value: Json): Json {
  return JSON.parse(JSON.stringify(value).replaceAll('${HTTP}', httpBase)) as Json;
}

function execute(runner: VirtualRunner, { spec }: Case): JsonObject {
  const name = spec.workflow ?? '';
  if (runner.spec(name, spec.namespace) === undefined) return { create: { status: 404 } };
  const from = runner.now;
  const input = fill(spec.input ?? {}) as JsonObject;
  try {
    const namespace = spec.namespace === undefined ? {} : { namespace: spec.namespace };
    const id = runner.start(name, input, { params: fill(spec.params ?? {}) as JsonObject, ...namespace });
    const create = { status: 201, input: normal(runner.record(id).input, httpBase) };
    return { create, ...finish(runner, spec, id, from) };
  } catch (error) {
    if (error instanceof RefusedRequest) return { create: { status: 400 } };
    throw error;
  }
}

function finish(runner: VirtualRunner, spec: Case['spec'], id: string, from: number): JsonObject {
  const steps = (spec.steps ?? []).flatMap((step) => doStep(runner, id, step));
  const wanted = spec.final === undefined ? ['SUCCESS', 'ERROR', 'CANCELLED'] : [spec.final];
  runner.waitUntil(() => wanted.includes(runner.record(id).state), wanted.join(' or '));
  const took = (runner.now - from) / 1000;
  runner.sleep(spec.settle ?? 0);
  return {
    ...(steps.length === 0 ? {} : { steps }),
    execution: snapshot(runner, id),
    ...(took < (spec.min_seconds ?? 0) ? { min_seconds_violated: took } : {}),
    ...(took > (spec.max_seconds ?? Infinity) ? { max_seconds_violated: took } : {}),
  };
}

function doStep(runner: VirtualRunner, id: string, step: CaseStep): JsonObject[] {
  if ('wait' in step) return wait(runner, id, step.wait, step.settle);
  if ('wait_task' in step) {
    const { name, state } = step.wait_task;
    runner.waitUntil(() => runner.task(id, name)?.state === state, `${name} in ${state}`);
    return [];
  }
  if ('sleep' in step) {
    runner.sleep(step.sleep);
    return [];
  }
  if ('snapshot' in step) return [{ snapshot: step.snapshot, ...snapshot(runner, id) }];
  return [control(runner, id, step)];
}

function wait(runner: VirtualRunner, id: string, state: string, settle = 0): JsonObject[] {
  runner.waitUntil(() => runner.record(id).state === state, state);
  runner.sleep(settle);
  return [];
}

function control(
  runner: VirtualRunner,
  id: string,
  step: Extract<CaseStep, { set_state: string } | { complete_action: object } | { rerun_task: object }>,
): JsonObject {
  if ('complete_action' in step) {
    const { task, state, output = {}, where } = step.complete_action;
    return { complete_action: { status: statusOf(runner.completeAction(id, task, state, output, where)) } };
  }
  if ('rerun_task' in step) {
    const taskId = runner.task(id, step.rerun_task.name)?.id ?? '';
    return {
      rerun_task: {
        status: statusOf(
          runner.sendEvent(id, { type: 'rerun', taskId, reset: step.rerun_task.reset ?? true }),
        ),
      },
    };
  }
  const stateInfo = step.state_info ?? null;
  if (step.set_state === 'PAUSED')
    return { set_state: { status: statusOf(runner.sendEvent(id, { type: 'pause' })) } };
  if (step.set_state === 'RUNNING')
    return { set_state: { status: statusOf(runner.sendEvent(id, { type: 'resume', env: step.env ?? {} })) } };
  const state = step.set_state as 'SUCCESS' | 'ERROR' | 'CANCELLED';
  return { set_state: { status: statusOf(runner.sendEvent(id, { type: 'stop', state, stateInfo })) } };
}

function statusOf(step: { refusal: unknown }): number {
  return step.refusal === undefined ? 200 : 400;
}

export function snapshot(runner: VirtualRunner, id: string): JsonObject {
  const { workflow, state, stateInfo, output, globals, vars } = runner.record(id);
  const published = Object.fromEntries(
    Object.entries(globals).filter(([name]) => !Object.hasOwn(vars, name)),
  );
  const tasks = runner.tasks(id).map((task) => taskForm(runner, id, task));
  return {
    workflow,
    state,
    state_info: info(stateInfo, httpBase),
    output: outputForm(state, output),
    ...(Object.keys(published).length === 0 ? {} : { published_global: normal(published, httpBase) }),
    tasks: tasks.toSorted((left, right) =>
      compareKeys(sortKey([left['name'] ?? '', left]), sortKey([right['name'] ?? '', right])),
    ),
  };
}

function outputForm(state: string, output: JsonObject): Json {
  const form = normal(output, httpBase);
  if (state !== 'ERROR' || !isJsonObject(form) || typeof form['result'] !== 'string') return form;
  return { ...form, result: info(form['result'], httpBase) };
}

function taskForm(runner: VirtualRunner, id: string, task: TaskRecord): JsonObject {
  const actions = runner.actionsOf(id, task.id);
  const hasItems =
    (runner.spec(runner.record(id).workflow, runner.record(id).namespace)?.tasks.get(task.name)?.withItems
      .length ?? 0) > 0;
  const result = normal(resultOfActions(actions, hasItems), httpBase);
  const kind = typeof result === 'string' && task.state === 'ERROR' ? info(result, httpBase) : null;
  const children =
    task.type === 'WORKFLOW'
      ? { executions: sorted(actions.map((action) => snapshot(runner, action.id))) }
      : {
          actions: sorted(
            actions.map(({ name, state, accepted, input }) => ({
              name,
              state,
              accepted,
              input: normal(input, httpBase),
            })),
          ),
        };
  return {
    name: task.name,
    type: task.type,
    state: task.state,
    state_info: info(task.stateInfo, httpBase),
    published: normal(task.published, httpBase),
    result: isJsonObject(kind) && kind['kind'] !== 'text' ? kind : result,
    ...children,
  };
}

function sorted(items: JsonObject[]): JsonObject[] {
  return items.toSorted((left, right) => compareKeys(sortKey(left), sortKey(right)));
}

function compareKeys(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
