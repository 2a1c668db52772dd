/**
 * Reads an ad-hoc action: `base`, whose `base-input` is computed from the action's `input`, and `output`,
 * computed from the base's result.
 */
import { readInlineCall } from './inline-call.ts';
import { readInputs } from './read-inputs.ts';
import {
  at,
  emptyTemplate,
  has,
  readObject,
  readTemplate,
  readTemplateObject,
  readText,
  readTexts,
  refuseUnknownKeys,
  type Source,
  wrong,
} from './source.ts';
import type { AdhocActionSpec } from './workflow-spec.ts';

const keys = ['name', 'version', 'description', 'tags', 'base', 'base-input', 'input', 'output'];

export function readAdhocAction(
  source: Source,
  name: string,
  workbook: string | undefined,
): AdhocActionSpec | undefined {
  const value = readObject(source, 'an action: a mapping with base');
  if (value === undefined) return undefined;
  refuseUnknownKeys(source, keys, 'an ad-hoc action');
  const base = readText(at(source, 'base'));
  if (base === undefined && !has(source, 'base'))
    wrong({ ...source, value: undefined }, "'base' is missing", 'the name of an action');
  const call = readInlineCall(at(source, 'base'), base ?? '');
  return {
    name,
    workbook,
    fullName: workbook === undefined ? name : `${workbook}.${name}`,
    description: readText(at(source, 'description')),
    tags: readTexts(at(source, 'tags')) ?? [],
    base: call.name,
    baseInput: readTemplateObject(at(source, 'base-input')) ?? emptyTemplate,
    inlineInput: call.parameters,
    inputs: readInputs(at(source, 'input')),
    output: at(source, 'output').value === undefined ? undefined : readOutput(at(source, 'output')),
    source: { ...value, name, version: '2.0' },
  };
}

/** `output: null` means no output, as in Mistral. */
function readOutput(source: Source): AdhocActionSpec['output'] {
  return source.value === null ? undefined : readTemplate(source);
}
