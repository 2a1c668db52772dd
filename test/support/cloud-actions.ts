/** Actions of a cloud's services, called one by one as a workflow's tasks call them. */
import { randomUUID } from 'node:crypto';
import { startCloudSimulator, type CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import type { SimulatorSettings } from '../../src/cloud-simulator/settings.ts';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { Session } from '../../src/domain/session.ts';
import { ServiceClouds } from '../../src/openstack/cloud.ts';
import { findSettings } from '../../src/openstack/find-settings.ts';
import type { PerformedAction } from '../../src/workflow/actions/action-type.ts';
import { cloudActions } from '../../src/workflow/actions/cloud-actions.ts';
import { eventually } from './eventually.ts';
import { testSession } from './session.ts';

export interface CallOptions {
  /** Of the action execution: the same one is the same call, repeated. */
  readonly id?: string;
  readonly session?: Session | null;
}

export class CloudActionCalls {
  /** Names of all that were called. */
  readonly called = new Set<string>();
  readonly names: readonly string[];
  readonly #actions: ReadonlyMap<string, PerformedAction>;
  readonly #clouds: ServiceClouds;
  readonly #patienceMs: number | undefined;

  constructor(env: Readonly<Record<string, string | undefined>>, patienceMs?: number) {
    this.#patienceMs = patienceMs;
    this.#clouds = new ServiceClouds(findSettings({ env }));
    this.#actions = new Map(cloudActions(this.#clouds).map((action) => [action.name, action]));
    this.names = [...this.#actions.keys()];
  }

  /** @returns the result. @throws Error with the text of an action that failed. */
  async call(name: string, input: JsonObject = {}, options: CallOptions = {}): Promise<Json> {
    const action = this.#actions.get(name);
    if (action === undefined) throw new Error(`no action ${name}`);
    this.called.add(name);
    const { id = randomUUID(), session = testSession } = options;
    const call = { id, input, workflowName: 'w', executionId: 'e', taskId: 't', session };
    const outcome = await action.perform(call, AbortSignal.timeout(60_000));
    if (outcome.kind !== 'ended') throw new Error(outcome.kind);
    if (outcome.state === 'ERROR') throw new Error(JSON.stringify(outcome.result));
    return outcome.result;
  }

  async object(name: string, input: JsonObject = {}, options: CallOptions = {}): Promise<JsonObject> {
    return (await this.call(name, input, options)) as JsonObject;
  }

  async list(name: string, input: JsonObject = {}): Promise<readonly JsonObject[]> {
    return (await this.call(name, input)) as JsonObject[];
  }

  /** Waits until an object has these values. */
  async until(name: string, input: JsonObject, wanted: JsonObject): Promise<JsonObject> {
    return await this.eventually(`${name} with ${JSON.stringify(wanted)}`, async () => {
      const object = await this.object(name, input);
      return Object.entries(wanted).every(([key, value]) => object[key] === value) && object;
    });
  }

  /** A real cloud takes its time. */
  async eventually<T>(what: string, look: () => Promise<T | false>): Promise<T> {
    return await eventually(what, look, this.#patienceMs);
  }

  async close(): Promise<void> {
    await this.#clouds.close();
  }
}

export interface SimulatedActions {
  readonly simulator: CloudSimulator;
  readonly calls: CloudActionCalls;
  close(): Promise<void>;
}

export async function startCloudActions(
  settings: Partial<SimulatorSettings> = {},
): Promise<SimulatedActions> {
  const latency = { answer_ms: 0, operation_ms: 5 };
  const simulator = await startCloudSimulator({ settings: { latency, ...settings } });
  const calls = new CloudActionCalls(simulator.environment);
  return {
    simulator,
    calls,
    async close() {
      await calls.close();
      await simulator.close();
    },
  };
}
