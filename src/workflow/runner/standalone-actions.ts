/**
 * An action by itself, without a workflow: `mistral run-action std.echo '{"output": 1}'`. It is run while the
 * caller waits, and kept only if that is asked for, or if it has to be completed from outside. A process
 * that dies meanwhile has run it for nobody.
 */
import { randomUUID } from 'node:crypto';
import { CoppiceError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import {
  changeStandaloneAction,
  insertStandaloneAction,
  noExecution,
  standaloneSettings,
  type StandaloneSetting,
} from '../../store/standalone-actions.ts';
import type { Store } from '../../store/store.ts';
import { isDecided, raised, type ActionOutcome, type ActionType } from '../actions/action-type.ts';
import type { ActionRegistry } from '../actions/registry.ts';
import { EngineFault } from '../language/conductor/fault.ts';
import {
  findAction,
  resolveAction,
  transformResult,
  type CallSite,
  type ResolvedAction,
} from '../language/conductor/resolve-call.ts';
import { Facts, LookupNeeded } from '../language/conductor/lookups.ts';
import type { ActionRecord, EndState } from '../../domain/workflow-records.ts';
import type { DefinitionLibrary } from './definition-library.ts';
import { LookupCache } from './lookup-cache.ts';

export interface StandaloneTools {
  readonly store: Store;
  readonly library: DefinitionLibrary;
  readonly registry: ActionRegistry;
  readonly now: () => number;
}

export interface StandaloneRequest extends StandaloneSetting {
  readonly name: string;
  readonly input: JsonObject;
  readonly isKept: boolean;
  /** The answer has to be the result: an action that is completed from outside is refused. */
  readonly mustEnd: boolean;
}

/** As long as a client waits for an answer. */
const longestRunMs = 60_000;

export class StandaloneActions {
  readonly #tools: StandaloneTools;

  constructor(tools: StandaloneTools) {
    this.#tools = tools;
  }

  /**
   * @throws CoppiceError `resource-not-found` (no such action), `bad-request` (input, an action that cannot
   * run so).
   */
  async run(request: StandaloneRequest): Promise<ActionRecord> {
    const { store, now } = this.#tools;
    const { isKept, mustEnd, name, input, ...setting } = request;
    const resolved = await this.#resolve(name, input, setting.namespace);
    const started = newRecord(resolved, now());
    const outcome = await this.#perform(resolved, started.id);
    if (outcome.kind !== 'ended' && mustEnd)
      throw badRequest('Action does not support synchronous execution.');
    const record =
      outcome.kind === 'ended'
        ? await this.#ended(started, setting.namespace, outcome.state, outcome.result)
        : started;
    if (isKept || record.state === 'RUNNING')
      await store.write((tx) => insertStandaloneAction(tx, record, setting));
    return record;
  }

  /** From outside. @returns false where it has ended already. */
  async complete(action: ActionRecord, state: EndState, result: Json): Promise<boolean> {
    const { store } = this.#tools;
    const setting = (await standaloneSettings(store.db, [action.id])).get(action.id);
    const ended = await this.#ended(action, setting?.namespace ?? '', state, result);
    return await store.write((tx) => changeStandaloneAction(tx, ended));
  }

  /** It is held, or goes on. @returns false where it has ended already. */
  async change(action: ActionRecord, state: 'PAUSED' | 'RUNNING'): Promise<boolean> {
    const { store, now } = this.#tools;
    return await store.write((tx) => changeStandaloneAction(tx, { ...action, state, updatedAt: now() }));
  }

  async #resolve(name: string, input: JsonObject, namespace: string): Promise<ResolvedAction> {
    try {
      return await this.#lookingUp(namespace, (place) => {
        if (findAction(place, name) === null)
          throw new CoppiceError('resource-not-found', `Failed to find action [action_name=${name}]`);
        return resolveAction(place, name, input, (own) => ({
          variables: own,
          functions: { env: () => ({}) },
        }));
      });
    } catch (error) {
      if (error instanceof EngineFault) throw badRequest(error.message);
      throw error;
    }
  }

  /** Work that may need a definition: it is done again once that is at hand. */
  async #lookingUp<Result>(namespace: string, work: (place: CallSite) => Result): Promise<Result> {
    const atHand = new LookupCache(this.#tools.store.db, this.#tools.library);
    for (;;) {
      try {
        return work({ workflow: {}, execution: { namespace }, facts: new Facts(atHand) });
      } catch (error) {
        if (!(error instanceof LookupNeeded)) throw error;
        await atHand.lookUp(error.lookup);
      }
    }
  }

  async #perform({ base, baseInput }: ResolvedAction, id: string): Promise<ActionOutcome> {
    const action = this.#tools.registry.find(base);
    if (action === undefined)
      throw new CoppiceError('resource-not-found', `Failed to find action [action_name=${base}]`);
    const call = { id, input: baseInput, workflowName: '', executionId: noExecution, taskId: '' };
    const outcome = await outcomeOf(action, call);
    if (outcome.kind !== 'after') return outcome;
    const waitMs = outcome.seconds * 1000;
    if (waitMs > longestRunMs)
      throw badRequest(`an action that takes more than ${longestRunMs / 1000} seconds needs a workflow`);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    return { kind: 'ended', ...outcome.ending };
  }

  async #ended(
    action: ActionRecord,
    namespace: string,
    state: EndState,
    result: Json,
  ): Promise<ActionRecord> {
    const ended = { ...action, state, result, updatedAt: this.#tools.now() };
    if (!action.isAdhoc || state !== 'SUCCESS') return ended;
    try {
      const bent = await this.#lookingUp(namespace, (place) => transformResult(place, action.name, result));
      return { ...ended, result: bent };
    } catch (error) {
      if (error instanceof EngineFault) return { ...ended, state: 'ERROR', result: error.message };
      throw error;
    }
  }
}

function newRecord({ name, input, isAdhoc }: ResolvedAction, now: number): ActionRecord {
  return {
    id: randomUUID(),
    executionId: noExecution,
    taskId: '',
    type: 'ACTION',
    name,
    isAdhoc,
    input,
    index: 0,
    attempt: 1,
    createdAt: now,
    state: 'RUNNING',
    accepted: true,
    result: null,
    updatedAt: now,
  };
}

async function outcomeOf(
  action: ActionType,
  call: Parameters<Extract<ActionType, { perform: unknown }>['perform']>[0],
): Promise<ActionOutcome> {
  if (isDecided(action)) return action.decide(call);
  try {
    return await action.perform(call, AbortSignal.timeout(longestRunMs));
  } catch (error) {
    return raised(action.name, call, error instanceof Error ? error.message : String(error));
  }
}

function badRequest(sentence: string): CoppiceError {
  return new CoppiceError('bad-request', sentence);
}
