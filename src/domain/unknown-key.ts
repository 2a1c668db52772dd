/** What is said of a key that a map does not have: the keys that it has, and what may have been meant. */
import { closestWord, didYouMean } from './did-you-mean.ts';
import type { Issue } from './errors.ts';
import { fieldsIn } from './spec-schema.ts';
import type { Field, Fields } from './spec-schema.ts';

export interface KeyLocation {
  /** Of the whole document, and of the map in which the key stands. */
  readonly document: Fields;
  readonly map: Fields;
  /** The keys that mean something here, where that is not all that the map may have. */
  readonly known: readonly string[];
  /** Version of the type. */
  readonly version: string;
}

/** @param path of the key itself. */
export function unknownKey(key: string, path: string, location: KeyLocation): Issue {
  const { known } = location;
  const expected = known.length === 0 ? 'no key' : `one of ${known.toSorted().join(', ')}`;
  const hint = hintFor(key, location);
  const issue = { field: path, expected, found: 'an unknown key' };
  return hint === undefined ? issue : { ...issue, hint };
}

function hintFor(key: string, location: KeyLocation): string | undefined {
  const { map, known, version } = location;
  const declared = Object.hasOwn(map, key) ? map[key] : undefined;
  if (declared?.since !== undefined && fieldsIn({ declared }, version).length === 0)
    return `it came with version ${declared.since} of this type`;
  const place = placeOf(key, location);
  const here = closestWord(key, known);
  if (here !== undefined)
    return place === undefined ? didYouMean(key, known) : `did you mean ${here}, or ${key} ${place}?`;
  return inChild(key, location) ?? (place === undefined ? undefined : `${key} belongs ${place}`);
}

/** `url` beside `options` means `options.poll_url`. */
function inChild(key: string, { map, version }: KeyLocation): string | undefined {
  for (const [name, { fields }] of fieldsIn(map, version)) {
    const meant = fields === undefined ? undefined : closestWord(key, namesOf(fields, version));
    if (meant !== undefined) return `did you mean ${name}.${meant}?`;
  }
  return undefined;
}

/** Where the document has a key of this name, if that is one place. */
function placeOf(key: string, { document, map, version }: KeyLocation): string | undefined {
  const places = [...mapsIn(document, '', version)].flatMap(([path, fields]) =>
    fields !== map && namesOf(fields, version).includes(key) ? [path] : [],
  );
  const [place] = places;
  if (place === undefined || places.length > 1) return undefined;
  if (place === '') return 'at the top of the properties';
  const [list = '', inEntry] = place.split('[]');
  if (inEntry === undefined) return `in ${place}`;
  return `in ${inEntry === '' ? '' : `${inEntry.slice(1)} of `}an entry of ${list}`;
}

function* mapsIn(fields: Fields, path: string, version: string): Generator<[path: string, fields: Fields]> {
  yield [path, fields];
  for (const [name, field] of fieldsIn(fields, version)) {
    const place = path === '' ? name : `${path}.${name}`;
    for (const [suffix, inner] of innerMaps(field)) yield* mapsIn(inner, `${place}${suffix}`, version);
  }
}

function innerMaps({ fields, keysOfSome, items }: Field): [suffix: string, fields: Fields][] {
  const inner = fields ?? keysOfSome;
  if (inner !== undefined) return [['', inner]];
  return items?.fields === undefined ? [] : [['[]', items.fields]];
}

function namesOf(fields: Fields, version: string): string[] {
  return fieldsIn(fields, version).map(([name]) => name);
}
