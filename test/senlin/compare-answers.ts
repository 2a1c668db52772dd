/**
 * Where an answer of ours is not as the recorded one. Ids of objects are learned on the way: at the same
 * place, the same object. Times are compared by how they are written; what the recording left out, and texts
 * that describe a type, are not compared.
 */
import { isJsonObject, type Json, type JsonObject } from '../../src/domain/json.ts';
import { isId, type RecordedIds } from './recorded-ids.ts';
import { textOf } from './text-of.ts';

export interface Difference {
  /** `body.cluster.status`, `status`, `error.message` */
  readonly at: string;
  readonly recorded: Json | undefined;
  readonly ours: Json | undefined;
}

export function differences(
  ids: RecordedIds,
  at: string,
  recorded: Json | undefined,
  ours: Json | undefined,
): Difference[] {
  if (at.endsWith('.description') && typeof ours === 'string') return [];
  if (isNamedList(recorded) && isNamedList(ours)) return ofMaps(ids, at, byName(recorded), byName(ours));
  if (Array.isArray(recorded) && Array.isArray(ours)) return ofLists(ids, at, recorded, ours);
  if (isMap(recorded) && isMap(ours)) return ofMaps(ids, at, recorded, ours);
  return isAlike(ids, recorded, ours) ? [] : [{ at, recorded, ours }];
}

function isMap(value: Json | undefined): value is JsonObject {
  return isJsonObject(value);
}

function ofMaps(ids: RecordedIds, at: string, recorded: JsonObject, ours: JsonObject): Difference[] {
  return [...new Set([...Object.keys(recorded), ...Object.keys(ours)])].flatMap((key) =>
    differences(ids, `${at}.${key}`, recorded[key], ours[key]),
  );
}

/** Of types: their order is not compared, and each is found by its name. */
function isNamedList(value: Json | undefined): value is readonly JsonObject[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => isMap(one) && 'name' in one && !('id' in one))
  );
}

function byName(list: readonly JsonObject[]): JsonObject {
  return Object.fromEntries(
    list.map((one) => [`${textOf(one['name'])}${'version' in one ? `-${textOf(one['version'])}` : ''}`, one]),
  );
}

/** `"... 3 more"`: the recording left out three. */
const leftOut = /^\.\.\. \d+ more$/;

function ofLists(
  ids: RecordedIds,
  at: string,
  recorded: readonly Json[],
  ours: readonly Json[],
): Difference[] {
  const shown = recorded.filter((one) => typeof one !== 'string' || !leftOut.test(one));
  const isWhole = shown.length === recorded.length && !shown.some(isForeign);
  const isWrongLength = isWhole ? recorded.length !== ours.length : ours.length === 0;
  if (isWrongLength) return [{ at, recorded, ours }];
  if (isIdList(shown) && isIdList(ours)) return ofIdLists(ids, at, shown, ours);
  return shown.flatMap((one, place) =>
    isForeign(one)
      ? ofForeign(`${at}.${place}`, one, ours[0])
      : differences(ids, `${at}.${place}`, one, ours[place]),
  );
}

function isIdList(list: readonly Json[]): list is readonly string[] {
  return list.every((one) => typeof one === 'string' && isId(one));
}

/** In any order: Senlin has the nodes of a cluster by their ids, which are drawn by chance. */
function ofIdLists(
  ids: RecordedIds,
  at: string,
  recorded: readonly string[],
  ours: readonly string[],
): Difference[] {
  const missing = recorded.filter((id) => ids.isBound(id) && !ours.includes(ids.inText(id)));
  const free = ours.filter((id) => !recorded.some((one) => ids.inText(one) === id));
  for (const [place, id] of recorded.filter((one) => !ids.isBound(one)).entries())
    ids.learn(id, free[place] ?? '');
  return missing.length === 0 ? [] : [{ at, recorded, ours }];
}

/** An object of another user of the recording's Senlin, or a process of it: only its keys can be compared. */
function isForeign(one: Json): one is JsonObject {
  if (!isMap(one)) return false;
  return 'binary' in one || (typeof one['project'] === 'string' && one['project'] !== 'PROJECT');
}

function ofForeign(at: string, recorded: JsonObject, ours: Json | undefined): Difference[] {
  if (!isMap(ours)) return [{ at, recorded, ours }];
  return [...new Set([...Object.keys(recorded), ...Object.keys(ours)])].flatMap((key) =>
    Object.hasOwn(recorded, key) === Object.hasOwn(ours, key)
      ? []
      : [{ at: `${at}.${key}`, recorded: recorded[key], ours: ours[key] }],
  );
}

function isAlike(ids: RecordedIds, recorded: Json | undefined, ours: Json | undefined): boolean {
  if (typeof recorded === 'number' && typeof ours === 'number')
    return recorded === ours || (isEpoch(recorded) && isEpoch(ours));
  if (typeof recorded !== 'string' || typeof ours !== 'string')
    return recorded === ours || (recorded !== undefined && JSON.stringify(recorded) === JSON.stringify(ours));
  ids.learn(recorded, ours);
  return withoutTimes(ids.inText(recorded)) === withoutTimes(ours);
}

/** Seconds since 1970. */
function isEpoch(number: number): boolean {
  return number > 1_500_000_000;
}

function withoutTimes(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/g, 'TIME');
}
