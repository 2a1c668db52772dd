/**
 * What a method creates, once: a call is repeated after a crash, and a request may be carried out though its
 * answer is lost. What was created carries the key of the call, and is looked for before and after.
 */
import { CloudError, isStatus } from '../cloud-error.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { MethodArguments, CalledService, MethodCall } from './client-method.ts';

/** @returns what an earlier one of the same call has created, as the method gives it. */
export type Look = (given: MethodArguments, service: CalledService) => Promise<Json | undefined>;

export function once(look: Look, create: MethodCall): MethodCall {
  return async (given, service) => {
    const earlier = await look(given, service);
    if (earlier !== undefined) return earlier;
    try {
      return await create(given, service);
    } catch (error) {
      if (!(error instanceof CloudError) || !error.mayHaveHappened) throw error;
      const created = await look(given, service).catch(() => undefined);
      if (created === undefined) throw error;
      return created;
    }
  };
}

/**
 * For a service that takes an id which is chosen, and gets the key of the call: it refuses a second one
 * (409), and shows the first.
 * @param own the argument by which the caller chooses another id: then it is created as it is.
 */
export function onceByKey(
  own: string,
  show: (service: CalledService) => Promise<Json>,
  create: MethodCall,
): MethodCall {
  return async (given, service) => {
    if (own in given) return await create(given, service);
    try {
      return await create({ [own]: service.key, ...given }, service);
    } catch (error) {
      const isThere = isStatus(error, 409) || (error instanceof CloudError && error.mayHaveHappened);
      const created = isThere ? await show(service).catch(() => undefined) : undefined;
      if (created === undefined) throw error;
      return created;
    }
  };
}

/** In the metadata of what is created. */
const KEY = 'coppice_action';

export function marked(metadata: Json | undefined, key: string): JsonObject {
  return { ...(isJsonObject(metadata) ? metadata : {}), [KEY]: key };
}

export function isMarked(object: Json, key: string): object is JsonObject {
  if (!isJsonObject(object)) return false;
  const { metadata } = object;
  return isJsonObject(metadata) && metadata[KEY] === key;
}
