/**
 * Standalone actions, run without a workflow: `mistral run-action std.echo '{"output": 1}'`. The action runs
 * while the caller waits. It is stored only if requested, or if it is completed from outside. If the process
 * dies while it runs, its result is lost and it is not run again.
 */
import { randomUUID } from 'node:crypto';
import { CoppiceError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Session } from '../../domain/session.ts';
import {
  changeStandaloneAction,
  insertStandaloneAction,
  noExecution,
  standaloneSettings,
  type StandaloneSetting,
} from '../../store/standalone-actions.ts';
import type { Store } from '../../store/store.ts';
import { isPure, raised, type ActionOutcome, type ActionType } from '../actions/action-type.ts';
import type { ActionRegistry } from '../actions/registry.ts';
import { EngineFault } from '../language/conductor/fault.ts';
import {
  findAction,
  resolveAction,
  transformResult,
  type CallSite,
  type ResolvedAction,
} from '../language/conductor/resolve-call.ts';
import { StepLookups, LookupNeeded } from '../language/conductor/lookups.ts';
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
  /** For whom it works. */
  readonly session: Session;
  readonly isKept: boolean;
  /** The caller needs the result in the response: an action that is completed from outside is refused. */
  readonly mustEnd: boolean;
}

/** Where definitions are looked for. */
type Place = Pick<StandaloneSetting, 'namespace' | 'project'>;

/** About as long as clients wait for a response. */
const maxRunMs = 60_000;

export class StandaloneActions {
  readonly #tools: StandaloneTools;

  constructor(tools: StandaloneTools) {
    this.#tools = tools;
  }

  /**
   * @throws CoppiceError `resource-not-found` (no such action), `bad-request` (input, an action that cannot
   * run synchronously).
   */
  async run(request: StandaloneRequest): Promise<ActionRecord> {
    const { store, now } = this.#tools;
    const { isKept, mustEnd, name, input, session, ...setting } = request;
    const resolved = await this.#resolve(name, input, setting);
    const started = newRecord(resolved, now());
    const outcome = await this.#perform(resolved, started.id, session);
    if (outcome.kind !== 'ended' && mustEnd)
      throw badRequest('Action does not support synchronous execution.');
    const record =
      outcome.kind === 'ended' ? await this.#ended(started, setting, outcome.state, outcome.result) : started;
    if (isKept || record.state === 'RUNNING')
      await store.write((tx) => insertStandaloneAction(tx, record, setting));
    return record;
  }

  /** Completes the action from outside. @returns false if it has already ended. */
  async complete(action: ActionRecord, state: EndState, result: Json): Promise<boolean> {
    const { store } = this.#tools;
    const setting = (await standaloneSettings(store.db, [action.id])).get(action.id);
    const ended = await this.#ended(action, setting ?? { namespace: '', project: '' }, state, result);
    return await store.write((tx) => changeStandaloneAction(tx, ended));
  }

  /** Pauses or resumes the action. @returns false if it has already ended. */
  async change(action: ActionRecord, state: 'PAUSED' | 'RUNNING'): Promise<boolean> {
    const { store, now } = this.#tools;
    return await store.write((tx) => changeStandaloneAction(tx, { ...action, state, updatedAt: now() }));
  }

  async #resolve(name: string, input: JsonObject, place: Place): Promise<ResolvedAction> {
    try {
      return await this.#withLookups(place, (site) => {
        if (findAction(site, name) === null) throw this.#notFound(name);
        return resolveAction(site, name, input, (own) => ({
          variables: own,
          functions: { env: () => ({}) },
        }));
      });
    } catch (error) {
      if (error instanceof EngineFault) throw badRequest(error.message);
      throw error;
    }
  }

  #notFound(name: string): CoppiceError {
    const reason = this.#tools.registry.reasonMissing(name);
    const sentence = `Failed to find action [action_name=${name}]`;
    return new CoppiceError('resource-not-found', reason === undefined ? sentence : `${sentence}: ${reason}`);
  }

  /** Runs work that may need a definition, and repeats it once the definition is loaded. */
  async #withLookups<Result>(
    { namespace, project }: Place,
    work: (site: CallSite) => Result,
  ): Promise<Result> {
    const { store, library } = this.#tools;
    const cache = new LookupCache(store.db, library, { project, definitionProject: project });
    for (;;) {
      try {
        return work({ workflow: {}, execution: { namespace }, lookups: new StepLookups(cache) });
      } catch (error) {
        if (!(error instanceof LookupNeeded)) throw error;
        await cache.lookUp(error.lookup);
      }
    }
  }

  async #perform(
    { base, baseInput: input }: ResolvedAction,
    id: string,
    session: Session,
  ): Promise<ActionOutcome> {
    const action = this.#tools.registry.find(base);
    if (action === undefined) throw this.#notFound(base);
    const call = { id, input, workflowName: '', executionId: noExecution, taskId: '', session };
    const outcome = await outcomeOf(action, call);
    if (outcome.kind !== 'delayed') return outcome;
    const waitMs = outcome.seconds * 1000;
    if (waitMs > maxRunMs)
      throw badRequest(`an action that takes more than ${maxRunMs / 1000} seconds needs a workflow`);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    return { kind: 'ended', ...outcome.ending };
  }

  async #ended(action: ActionRecord, place: Place, state: EndState, result: Json): Promise<ActionRecord> {
    const ended = { ...action, state, result, updatedAt: this.#tools.now() };
    if (!action.isAdhoc || state !== 'SUCCESS') return ended;
    try {
      const transformed = await this.#withLookups(place, (site) =>
        transformResult(site, action.name, result),
      );
      return { ...ended, result: transformed };
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
  if (isPure(action)) return action.evaluate(call);
  try {
    return await action.perform(call, AbortSignal.timeout(maxRunMs));
  } catch (error) {
    return raised(action.name, call, error instanceof Error ? error.message : String(error));
  }
}

function badRequest(sentence: string): CoppiceError {
  return new CoppiceError('bad-request', sentence);
}
