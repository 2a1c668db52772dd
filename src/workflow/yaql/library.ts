import type { Definition } from './function.ts';
import { branching } from './library/branching.ts';
import { collections } from './library/collections.ts';
import { conversions } from './library/conversions.ts';
import { dicts } from './library/dicts.ts';
import { generators } from './library/generators.ts';
import { grouping } from './library/grouping.ts';
import { math } from './library/math.ts';
import { queries } from './library/queries.ts';
import { regexes } from './library/regexes.ts';
import { serialization } from './library/serialization.ts';
import { sets } from './library/sets.ts';
import { strings } from './library/strings.ts';
import { system } from './library/system.ts';
import { times } from './library/times.ts';

export interface Library {
  readonly functions: ReadonlyMap<string, readonly Definition[]>;
  readonly methods: ReadonlyMap<string, readonly Definition[]>;
}

/** Overloads of one name are tried in order. */
const definitions: readonly Definition[] = [
  ...system,
  ...branching,
  ...conversions,
  ...math,
  ...strings,
  ...regexes,
  ...dicts,
  ...sets,
  ...collections,
  ...queries,
  ...grouping,
  ...generators,
  ...times,
  ...serialization,
];

export const library: Library = {
  functions: byName(definitions.filter(({ kind }) => kind !== 'method')),
  methods: byName(definitions.filter(({ kind }) => kind !== 'function')),
};

function byName(overloads: readonly Definition[]): ReadonlyMap<string, readonly Definition[]> {
  const groups = new Map<string, Definition[]>();
  for (const overload of overloads) {
    const group = groups.get(overload.name);
    if (group === undefined) groups.set(overload.name, [overload]);
    else group.push(overload);
  }
  return groups;
}
