/**
 * The actions that tasks can call, by name: an explicit list, and the names that are refused, with the
 * reason.
 */
import type { KnownActions } from '../language/checks/known-actions.ts';
import type { SystemAction } from '../language/conductor/lookups.ts';
import { didYouMean } from '../../domain/did-you-mean.ts';
import { absence } from './absent-actions.ts';
import type { ActionType } from './action-type.ts';
import { cloudActionSignatures } from './cloud-actions.ts';
import { basicActions } from './std-basic.ts';
import { httpActionSignatures, httpActions, type HttpActionServices } from './std-http.ts';

/**
 * Mistral's actions that Coppice does not have, with the reason and an alternative: reported when a
 * definition is created.
 */
const refused: Readonly<Record<string, string>> = {
  'std.js':
    'runs scripts inside the server, which Coppice does not do; compute with YAQL or Jinja expressions, or call a service with std.http',
  'std.javascript':
    'runs scripts inside the server, which Coppice does not do; compute with YAQL or Jinja expressions, or call a service with std.http',
  'std.ssh':
    'needs private keys on the server, which Coppice does not keep; call an agent or an automation service with std.http',
  'std.ssh_proxied':
    'needs private keys on the server, which Coppice does not keep; call an agent or an automation service with std.http',
  'std.email': 'needs a mail server and its password; call a mail or paging service with std.http',
};

type ActionSignature = Pick<ActionType, 'name' | 'parameters' | 'takesMore'>;

/** For the checks of a definition. */
function knownOf(actions: readonly ActionSignature[]): KnownActions {
  const byName = new Map(actions.map((action) => [action.name, action]));
  return {
    refusal,
    parametersOf: (name) => {
      const action = byName.get(name);
      return action?.takesMore === true ? null : action?.parameters;
    },
    names: [...byName.keys()],
  };
}

/**
 * For the checks of a definition where no server is asked: all actions that a server may have, with a cloud
 * or without one.
 */
export const standardKnown: KnownActions = knownOf([
  ...basicActions,
  ...httpActionSignatures,
  ...cloudActionSignatures,
]);

export class ActionRegistry {
  readonly #actions: ReadonlyMap<string, ActionType>;
  /** For the checks of definitions on this server. */
  readonly known: KnownActions;

  /** @throws Error for two actions with the same name. */
  constructor(actions: readonly ActionType[]) {
    this.#actions = new Map(actions.map((action) => [action.name, action]));
    if (this.#actions.size !== actions.length) throw new Error('Two workflow actions have the same name.');
    this.known = knownOf(actions);
  }

  get all(): readonly ActionType[] {
    return [...this.#actions.values()];
  }

  find(name: string): ActionType | undefined {
    return this.#actions.get(name);
  }

  /** The action in the form that the conductor needs. */
  describe(name: string): SystemAction | undefined {
    const action = this.#actions.get(name);
    if (action === undefined) return undefined;
    return { name, inputs: action.takesMore === true ? undefined : action.parameters };
  }

  /** Why an action of an OpenStack service is not there; undefined: it is, or its name is no such one. */
  absence(name: string): string | undefined {
    return this.#actions.has(name) ? undefined : absence(name);
  }

  /**
   * Why an action that no project has is not there either, as far as its name says it: a sentence. undefined:
   * it is there, or its name says nothing.
   */
  reasonMissing(name: string): string | undefined {
    if (this.#actions.has(name)) return undefined;
    const hint = name.startsWith('std.') ? didYouMean(name, this.known.names) : undefined;
    return refusal(name) ?? absence(name) ?? hint;
  }
}

/** Why a definition must not use an action; undefined if it may, or if the action is unknown. */
export function refusal(action: string): string | undefined {
  return Object.hasOwn(refused, action) ? `${action} ${refused[action] ?? ''}` : undefined;
}

export function standardActions(
  services: HttpActionServices,
  more: readonly ActionType[] = [],
): ActionRegistry {
  return new ActionRegistry([...basicActions, ...httpActions(services), ...more]);
}
