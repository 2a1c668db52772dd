/**
 * The actions that tasks can call, by name: an explicit list, and the names that are refused, with the
 * reason.
 */
import type { KnownActions } from '../language/checks/known-actions.ts';
import type { SystemAction } from '../language/conductor/lookups.ts';
import type { ActionParameter, ActionType } from './action-type.ts';
import { basicActions } from './std-basic.ts';
import { httpActionNames, httpActions, httpParameters, type HttpActionServices } from './std-http.ts';

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

/** Names of the built-in actions. */
export const standardNames: readonly string[] = [...basicActions.map(({ name }) => name), ...httpActionNames];

/** The parameters of a standard action; null: it accepts any; undefined: there is no such action. */
export function standardParameters(name: string): readonly ActionParameter[] | null | undefined {
  if ((httpActionNames as readonly string[]).includes(name)) return httpParameters;
  const action = basicActions.find((one) => one.name === name);
  return action === undefined ? undefined : (action.parameters ?? null);
}

/** For the checks of a definition. */
export const standardKnown: KnownActions = {
  refusal,
  parametersOf: standardParameters,
  names: standardNames,
};

export class ActionRegistry {
  readonly #actions: ReadonlyMap<string, ActionType>;

  /** @throws Error for two actions with the same name. */
  constructor(actions: readonly ActionType[]) {
    this.#actions = new Map(actions.map((action) => [action.name, action]));
    if (this.#actions.size !== actions.length) throw new Error('Two workflow actions have the same name.');
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
    return action === undefined ? undefined : { name, inputs: action.parameters };
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
