/** Functions that every template has: those of Jinja, and those that Mistral adds. */
import { EvaluationError } from '../yaql/python/errors.ts';
import { Dict, isMapping, mapEntries } from '../yaql/python/mapping.ts';
import { dumpJson, parseJson, parseYaml } from '../yaql/python/serialize.ts';
import { dumpYaml } from '../yaql/python/yaml-dump.ts';
import { parseMoment } from '../yaql/python/time-format.ts';
import type { Value } from '../yaql/python/values.ts';
import { Attributed } from './attributes.ts';
import { asInt, asText, type JinjaEnvironment, iterate, listOf, type Native, native } from './native.ts';
import { defined } from './undefined.ts';

/**
 * An object whose attributes templates may set: `{% set ns.found = true %}` takes effect outside of a loop.
 */
export class Namespace extends Attributed {
  readonly typeName = 'Namespace';
  readonly #values: Map<string, Value>;

  constructor(values: ReadonlyMap<string, Value>) {
    super();
    this.#values = new Map(values);
  }

  attribute(name: string): Value | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }
}

/** As in Jinja's sandbox: a longer range is refused. */
const maxRangeLength = 100_000;

function range(first: number, second: number | undefined, step: number, { meter }: JinjaEnvironment): Value {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (step === 0) throw new EvaluationError('the step of range() must not be zero');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > maxRangeLength) throw new EvaluationError(`range() is longer than ${maxRangeLength} items`);
  meter.collect(length);
  return Array.from({ length }, (_, index) => start + index * step);
}

function entriesOf(value: Value, environment: JinjaEnvironment): Iterable<readonly [Value, Value]> {
  if (isMapping(value)) return mapEntries(value, environment.meter);
  return listOf(value, environment).map((pair) => {
    const [key, item] = iterate(pair, environment);
    if (key === undefined || item === undefined) throw new EvaluationError('dict() takes pairs');
    return [key, item] as const;
  });
}

const pretty = { indent: 4, sortKeys: false } as const;
const dump = native(['data'], ({ meter }, [data = null]) => dumpJson(defined(data), pretty, meter));

export const globals: ReadonlyMap<string, Native> = new Map([
  [
    'range',
    native(['start', ['stop', null], ['step', 1]], (environment, [start = 0, stop = null, step = 1]) =>
      range(
        asInt(start, 'start'),
        stop === null ? undefined : asInt(stop, 'stop'),
        asInt(step, 'step'),
        environment,
      ),
    ),
  ],
  [
    'dict',
    native(
      [['entries', null]],
      (environment, [entries = null], named) => {
        const dict = new Dict(environment.meter, entries === null ? [] : entriesOf(entries, environment));
        for (const [key, value] of named) dict.set(key, value);
        return dict;
      },
      { takesNamed: true },
    ),
  ],
  ['namespace', native([], (_environment, _args, named) => new Namespace(named), { takesNamed: true })],
  ['json_dump', dump],
  ['json_pp', dump],
  ['json_parse', native(['data'], ({ meter }, [data = null]) => parseJson(asText(data, 'data'), meter))],
  ['yaml_dump', native(['data'], ({ meter }, [data = null]) => dumpYaml(defined(data), meter))],
  ['yaml_parse', native(['data'], ({ meter }, [data = null]) => parseYaml(asText(data, 'data'), meter))],
  [
    'now',
    native([], ({ now }) => {
      if (now === undefined) throw new EvaluationError('now() is not known here');
      return parseMoment(now);
    }),
  ],
]);
