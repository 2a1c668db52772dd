import type { FunctionDefinition } from './function.ts';
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
  readonly functions: ReadonlyMap<string, readonly FunctionDefinition[]>;
  readonly methods: ReadonlyMap<string, readonly FunctionDefinition[]>;
}

/** Overloads of one name are tried in order. */
const definitions: readonly FunctionDefinition[] = [
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

function byName(
  overloads: readonly FunctionDefinition[],
): ReadonlyMap<string, readonly FunctionDefinition[]> {
  const groups = new Map<string, FunctionDefinition[]>();
  for (const overload of overloads) {
    const group = groups.get(overload.name);
    if (group === undefined) groups.set(overload.name, [overload]);
    else group.push(overload);
  }
  return groups;
}
