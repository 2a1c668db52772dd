/**
 * Runs a recorded case against a Mistral v2 API over HTTP, step by step, and gives what came out in the
 * recording's form.
 */
import { isJsonObject, type Json, type JsonObject } from '../../src/domain/json.ts';
import type { Case, CaseDefinition, CaseStep } from './mistral-corpus.ts';
import { info, normal, prune, sortKey } from './mistral-corpus-form.ts';

export interface RestAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/** A client of `<url>/v2`. */
export class MistralRest {
  readonly #url: string;

  constructor(url: string) {
    this.#url = `${url}/v2`;
  }

  async call(method: string, path: string, body?: JsonObject | string): Promise<RestAnswer> {
    const isText = typeof body === 'string';
    const response = await fetch(this.#url + path, {
      method,
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      headers: body === undefined ? {} : { 'Content-Type': isText ? 'text/plain' : 'application/json' },
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as JsonObject) };
  }

  async items(path: string, name: string): Promise<JsonObject[]> {
    const { status, body } = await this.call('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body[name] as unknown as JsonObject[];
  }
}

const terminal = ['SUCCESS', 'ERROR', 'CANCELLED'];
const patienceMs = 40_000;

/** Dictionaries travel as JSON text. */
function unjson(value: Json | undefined): Json {
  if (typeof value !== 'string') return value ?? null;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

export class CaseDriver {
  readonly #rest: MistralRest;
  readonly #case: Case;
  readonly #base: string;
  #id = '';

  /** `base`: URL of the little HTTP service. */
  constructor(rest: MistralRest, recorded: Case, base: string) {
    this.#rest = rest;
    this.#case = recorded;
    this.#base = base;
  }

  async run(): Promise<JsonObject> {
    const { spec } = this.#case;
    for (const { name, variables } of spec.environments ?? [])
      await this.#rest.call('POST', '/environments', { name, variables: JSON.stringify(variables) });
    const definitions: JsonObject[] = [];
    for (const definition of spec.definitions) definitions.push(await this.#define(definition));
    const isDefined = definitions.every((answer) => answer['status'] === 201);
    const answer =
      isDefined && spec.workflow !== undefined
        ? { definitions, ...(await this.#execute()) }
        : { definitions };
    return (spec.ignore ?? []).reduce<Json>(prune, answer) as JsonObject;
  }

  #fill(value: Json): Json {
    return JSON.parse(JSON.stringify(value).replaceAll('${HTTP}', this.#base)) as Json;
  }

  async #define({ kind, file, namespace = '' }: CaseDefinition): Promise<JsonObject> {
    const query = namespace === '' ? '' : `?namespace=${namespace}`;
    const text = this.#fill(this.#case.text(file)) as string;
    const { status, body } = await this.#rest.call('POST', `/${kind}s${query}`, text);
    if (status !== 201 || kind !== 'workflow') return { status };
    const workflows = body['workflows'] as unknown as { name: string; interface: Json; input: Json }[];
    return {
      status,
      interface: Object.fromEntries(workflows.map((workflow) => [workflow.name, workflow.interface])),
      input: Object.fromEntries(workflows.map((workflow) => [workflow.name, workflow.input])),
    };
  }

  async #execute(): Promise<JsonObject> {
    const { spec, name } = this.#case;
    const from = performance.now();
    const { status, body } = await this.#rest.call('POST', '/executions', {
      workflow_name: spec.workflow ?? '',
      description: name,
      ...(spec.namespace === undefined ? {} : { workflow_namespace: spec.namespace }),
      ...(spec.input == null ? {} : { input: JSON.stringify(this.#fill(spec.input)) }),
      ...(spec.params == null ? {} : { params: JSON.stringify(this.#fill(spec.params)) }),
    });
    if (status !== 201) return { create: { status } };
    this.#id = body['id'] as string;
    const create = { status, input: normal(unjson(body['input']), this.#base) };
    return { create, ...(await this.#finish(from)) };
  }

  async #finish(from: number): Promise<JsonObject> {
    const { spec } = this.#case;
    const steps: JsonObject[] = [];
    for (const step of spec.steps ?? []) steps.push(...(await this.#step(step)));
    await this.#until(spec.final === undefined ? terminal : [spec.final], () => this.#state());
    const took = (performance.now() - from) / 1000;
    await pause(spec.settle ?? 0);
    return {
      ...(steps.length === 0 ? {} : { steps }),
      execution: await this.#snapshot(this.#id),
      ...(took < (spec.min_seconds ?? 0) ? { min_seconds_violated: took } : {}),
      ...(took > (spec.max_seconds ?? Infinity) ? { max_seconds_violated: took } : {}),
    };
  }

  async #until(wanted: readonly string[], read: () => Promise<string>): Promise<void> {
    const until = performance.now() + patienceMs;
    for (let found = await read(); !wanted.includes(found); found = await read()) {
      if (performance.now() > until) throw new Error(`waited for ${wanted.join(' or ')}, found ${found}`);
      await pause(0.02);
    }
  }

  async #state(): Promise<string> {
    return (await this.#rest.call('GET', `/executions/${this.#id}`)).body['state'] as string;
  }

  async #task(name: string): Promise<JsonObject | undefined> {
    const tasks = await this.#rest.items(`/executions/${this.#id}/tasks`, 'tasks');
    return tasks.findLast((task) => task['name'] === name);
  }

  async #step(step: CaseStep): Promise<JsonObject[]> {
    if ('wait' in step) {
      await this.#until([step.wait], () => this.#state());
      await pause(step.settle ?? 0);
      return [];
    }
    if ('wait_task' in step) {
      const { name, state } = step.wait_task;
      await this.#until([state], async () => ((await this.#task(name))?.['state'] as string) ?? 'absent');
      return [];
    }
    if ('sleep' in step) return await pause(step.sleep).then(() => []);
    if ('snapshot' in step) return [{ snapshot: step.snapshot, ...(await this.#snapshot(this.#id)) }];
    return [await this.#control(step)];
  }

  async #control(
    step: Extract<CaseStep, { set_state: string } | { complete_action: object } | { rerun_task: object }>,
  ): Promise<JsonObject> {
    if ('complete_action' in step) {
      const { state, output } = step.complete_action;
      const id = await this.#runningAction(step.complete_action);
      const body = { state, ...(output === undefined ? {} : { output: JSON.stringify(output) }) };
      const { status } = await this.#rest.call('PUT', `/action_executions/${id}`, body);
      return { complete_action: { status } };
    }
    if ('rerun_task' in step) {
      const id = (await this.#task(step.rerun_task.name))?.['id'] as string;
      const body = { id, state: 'RUNNING', reset: step.rerun_task.reset ?? true };
      return { rerun_task: { status: (await this.#rest.call('PUT', `/tasks/${id}`, body)).status } };
    }
    const { set_state: state, state_info, env } = step;
    const { status } = await this.#rest.call('PUT', `/executions/${this.#id}`, {
      state,
      ...(state_info === undefined ? {} : { state_info }),
      ...(env === undefined ? {} : { params: JSON.stringify({ env }) }),
    });
    return { set_state: { status } };
  }

  async #runningAction(wanted: { readonly task: string; readonly where?: JsonObject }): Promise<string> {
    let found: JsonObject | undefined;
    await this.#until(['found'], async () => {
      const task = await this.#task(wanted.task);
      const actions = task === undefined ? [] : await this.#actionsOf(task);
      found = actions.find(
        (action) =>
          action['state'] === 'RUNNING' &&
          (wanted.where === undefined || sortKey(unjson(action['input'])) === sortKey(wanted.where)),
      );
      return found === undefined ? `no running action of ${wanted.task}` : 'found';
    });
    return found?.['id'] as string;
  }

  async #actionsOf(task: JsonObject): Promise<JsonObject[]> {
    return await this.#rest.items(`/tasks/${task['id'] as string}/action_executions`, 'action_executions');
  }

  async #snapshot(id: string): Promise<JsonObject> {
    const { body } = await this.#rest.call('GET', `/executions/${id}`);
    const state = body['state'] as string;
    const published = unjson(body['published_global']);
    const hasPublished = isJsonObject(published) && Object.keys(published).length > 0;
    const tasks: JsonObject[] = [];
    for (const task of await this.#rest.items(`/executions/${id}/tasks`, 'tasks'))
      tasks.push(await this.#taskForm(task));
    return {
      workflow: body['workflow_name'] ?? null,
      state,
      state_info: info(body['state_info'] as string | null, this.#base),
      output: this.#outputForm(state, unjson(body['output'])),
      ...(hasPublished ? { published_global: normal(published, this.#base) } : {}),
      tasks: sorted(tasks, (task) => sortKey([task['name'] ?? '', task])),
    };
  }

  #outputForm(state: string, output: Json): Json {
    const form = normal(output, this.#base);
    if (state !== 'ERROR' || !isJsonObject(form) || typeof form['result'] !== 'string') return form;
    return { ...form, result: info(form['result'], this.#base) };
  }

  async #taskForm(task: JsonObject): Promise<JsonObject> {
    const { body } = await this.#rest.call('GET', `/tasks/${task['id'] as string}`);
    const result = normal(unjson(body['result']), this.#base);
    const kind = typeof result === 'string' && task['state'] === 'ERROR' ? info(result, this.#base) : null;
    return {
      name: task['name'] ?? null,
      type: task['type'] ?? null,
      state: task['state'] ?? null,
      state_info: info(task['state_info'] as string | null, this.#base),
      published: normal(unjson(task['published']), this.#base),
      result: isJsonObject(kind) && kind['kind'] !== 'text' ? kind : result,
      ...(await this.#callsForm(task)),
    };
  }

  async #callsForm(task: JsonObject): Promise<JsonObject> {
    if (task['type'] === 'WORKFLOW') {
      const path = `/tasks/${task['id'] as string}/workflow_executions`;
      const executions: JsonObject[] = [];
      for (const { id } of await this.#rest.items(path, 'executions'))
        executions.push(await this.#snapshot(id as string));
      return { executions: sorted(executions, sortKey) };
    }
    const actions = (await this.#actionsOf(task)).map((action) => ({
      name: action['name'] ?? null,
      state: action['state'] ?? null,
      accepted: action['accepted'] ?? null,
      input: normal(unjson(action['input']), this.#base),
    }));
    return { actions: sorted(actions, sortKey) };
  }
}

function sorted<Item>(items: readonly Item[], key: (item: Item) => string): Item[] {
  const keyed = items.map((item) => [key(item), item] as const);
  return keyed
    .toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .map(([, item]) => item);
}

async function pause(seconds: number): Promise<void> {
  if (seconds > 0) await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
