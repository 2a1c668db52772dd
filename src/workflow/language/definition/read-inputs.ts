/** Reads `input: [node, {grace: 10}]`: declared inputs, with or without a default. */
import { isJsonObject } from '../../../domain/json.ts';
import { at, type Source, wrong } from './source.ts';
import type { InputSpec } from './workflow-spec.ts';

const expected = 'a list of names and of {name: default}';

export function readInputs(source: Source): readonly InputSpec[] {
  const { value } = source;
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length === 0) {
    wrong(source, 'wrong type', `${expected}, with at least one entry`);
    return [];
  }
  const inputs = value.flatMap((_, index) => readInput(at(source, index)));
  noteRepeated(source, inputs);
  return inputs;
}

function readInput(source: Source): InputSpec[] {
  const { value } = source;
  if (typeof value === 'string' && value !== '') return [{ name: value }];
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  const entry = entries[0];
  if (entry !== undefined && entries.length === 1) return [{ name: entry[0], default: entry[1] }];
  wrong(source, 'wrong type', 'a name, or one name with its default');
  return [];
}

/** Mistral refuses `[a, a]`, and takes the last of `[a, {a: 1}]`: here every name must be unique. */
function noteRepeated(source: Source, inputs: readonly InputSpec[]): void {
  const seen = new Set<string>();
  for (const { name } of inputs) {
    if (seen.has(name)) source.problems.error(source.path, `the input '${name}' is declared twice`);
    seen.add(name);
  }
}
