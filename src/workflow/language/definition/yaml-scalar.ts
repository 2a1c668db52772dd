/** Resolves scalars of a definition's YAML by PyYAML's rules, as far as JSON can represent them. */
import type { Json } from '../../../domain/json.ts';
import type { MappingNode, ScalarNode, SequenceNode, YamlNode } from '../../yaml/nodes.ts';
import { EvaluationError } from '../../yaql/python/errors.ts';
import { floatText, isInt, isNumber, numberOf } from '../../yaql/python/numbers.ts';
import type { Value } from '../../yaql/python/values.ts';
import { plainScalar } from '../../yaql/python/yaml-scalars.ts';

export type ScalarRead =
  | {
      readonly value: Json;
      /** The value as the key of a mapping, as Python's json writes it: `true`, `null`, `1.0`. */
      readonly key: string;
    }
  | { readonly problem: string };

export function scalarOf(node: ScalarNode): ScalarRead {
  const word = node.text;
  const tag = tagOf(node);
  if (tag === undefined) return node.isPlain ? readWord(word) : read(word);
  switch (tag) {
    case 'str':
    case 'timestamp':
      return read(word);
    case 'null':
      return read(null);
    case 'bool':
      return readWord(word, (value) => typeof value === 'boolean');
    case 'int':
      return readWord(word, isInt);
    case 'float':
      // With the tag, Python's float() parses the word.
      return /^[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?$/.test(word)
        ? read(Number(word))
        : readWord(word, isNumber);
    default:
      return { problem: unknownTag(node) };
  }
}

/** The problem with the tag of a mapping or a list. */
export function collectionProblem(node: MappingNode | SequenceNode): string | undefined {
  const tag = tagOf(node);
  const isKnown = tag === undefined || tag === (node.kind === 'mapping' ? 'map' : 'seq');
  return isKnown ? undefined : unknownTag(node);
}

const yamlTags = 'tag:yaml.org,2002:';

/** A single `!` has no meaning. */
function tagOf({ tag }: YamlNode): string | undefined {
  if (tag === undefined || tag === '!') return undefined;
  return tag.startsWith(yamlTags) ? tag.slice(yamlTags.length) : tag;
}

function unknownTag({ tag = '' }: YamlNode): string {
  const written = tag.replace(yamlTags, '!!');
  return `the YAML tag ${written} is not supported here: expected none, or !!str, !!int, !!float, !!bool, !!null, !!map, !!seq where it fits`;
}

function readWord(word: string, fits: (value: Value) => boolean = () => true): ScalarRead {
  const value = valueOf(word);
  if (value === undefined)
    return {
      problem: 'a whole number beyond 2^53 cannot be kept exactly: quote it, if it may be text',
    };
  return fits(value) ? read(value) : { problem: 'the value does not fit its YAML tag' };
}

/** Undefined for a whole number that is too large. */
function valueOf(word: string): Value | undefined {
  if (word.length > 100 && /^[-+]?[1-9][\d_]*$/.test(word)) return undefined;
  try {
    return plainScalar(word);
  } catch (error) {
    if (error instanceof EvaluationError) return undefined;
    throw error;
  }
}

function read(value: Value): ScalarRead {
  if (typeof value === 'string') return { value, key: value };
  if (typeof value === 'boolean') return { value, key: String(value) };
  const number = numberOf(value);
  if (number === undefined) return { value: null, key: 'null' };
  if (!Number.isFinite(number))
    return { problem: 'a number that JSON cannot carry: expected a finite number' };
  return { value: number, key: isInt(value) ? String(value) : floatText(number) };
}
