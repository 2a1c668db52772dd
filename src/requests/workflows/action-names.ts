/** Names of actions: built-in ones, those of projects, and those that are neither. */
import { definitionNames, type Definition } from '../../store/workflow-definitions.ts';
import { CoppiceError } from '../../domain/errors.ts';
import type { Caller, RequestTools } from '../request-tools.ts';
import { deleteDefinition, listVisibleDefinitions, requireDefinition } from './definitions.ts';
import { badRequest, notFound, runnerOf } from './workflow-tools.ts';

/**
 * Ad-hoc actions with the name of a built-in one, which is called in their place: made before the server had
 * a cloud.
 */
export async function neverCalled(tools: RequestTools, caller: Caller): Promise<Definition[]> {
  const values = runnerOf(tools).registry.all.map(({ name }) => name);
  const conditions = [{ field: 'name', comparison: 'in', values }] as const;
  return await listVisibleDefinitions(tools, caller, 'adhoc_action', { conditions, nulls: [], sort: [] });
}

/** @throws CoppiceError `resource-not-found`, with why there is no action of that name. */
export async function requireAction(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  namespace?: string,
): Promise<Definition> {
  try {
    return await requireDefinition(tools, caller, 'adhoc_action', identity, namespace);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw await withReason(tools, caller, identity, namespace ?? '', error);
  }
}

/**
 * What says that there is no action, with why, or with the name that was meant.
 * @param error `resource-not-found`
 */
export async function withReason(
  tools: RequestTools,
  caller: Caller,
  name: string,
  namespace: string,
  error: CoppiceError,
): Promise<CoppiceError> {
  const { registry } = runnerOf(tools);
  const [sentence = ''] = error.message.split(/(?<=\])(?:: | \()/, 1);
  const reason = registry.reasonMissing(name);
  if (reason !== undefined) return notFound(`${sentence}: ${reason}`);
  if (error.message !== sentence) return error;
  const adhoc = await definitionNames(tools.store.db, 'adhoc_action', caller, namespace);
  return notFound(sentence, name, [...adhoc, ...registry.all.map((action) => action.name)]);
}

export function isNotFound(error: unknown): error is CoppiceError {
  return error instanceof CoppiceError && error.code === 'resource-not-found';
}

/**
 * What is built in stays; an ad-hoc action of such a name can be deleted by it.
 * @throws CoppiceError `bad-request`, `resource-not-found`, `forbidden`
 */
export async function deleteAction(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  namespace?: string,
): Promise<void> {
  try {
    await deleteDefinition(tools, caller, 'adhoc_action', identity, namespace);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    if (runnerOf(tools).registry.find(identity) !== undefined)
      throw badRequest(`Attempt to delete a system action: ${identity}`);
    throw await withReason(tools, caller, identity, namespace ?? '', error);
  }
}
