/** The schema is held against the policies that there are, by the validator that the HTTP server brings along (ajv, of fastify). */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json, JsonObject } from '../../domain/json.ts';
import { readPolicyDocument } from '../policy-document.ts';
import { healthPolicyJsonSchema, healthPolicyTypes } from './health-policy-type.ts';

const root = join(import.meta.dirname, '../../..');
const ajv = new Ajv2020({ strict: false, allErrors: true });
const accepts = ajv.compile(healthPolicyJsonSchema);

const files = ['examples/**/*.yaml', 'test/data/policies/*.yaml']
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .filter((file) => readFileSync(join(root, file), 'utf8').includes('type: senlin.policy.health'));

function document(file: string): JsonObject {
  return parse(readFileSync(join(root, file), 'utf8')) as JsonObject;
}

function withProperties(version: string, properties: Json): JsonObject {
  return { type: 'senlin.policy.health', version, properties };
}

describe('the JSON Schema of the health policy', () => {
  it('has policies of every version to be held against', () => {
    const versions = new Set(files.map((file) => Number(document(file)['version'])));
    expect(versions).toEqual(new Set([1, 1.1, 1.2, 1.3]));
  });

  it.each(files)('accepts %s, in the file for editors and in the schema of its version', (file) => {
    const policy = document(file);
    expect(accepts(policy), ajv.errorsText(accepts.errors)).toBe(true);
    const read = readPolicyDocument(policy);
    if (!read.ok) throw new Error(JSON.stringify(read.issues));
    expect(ajv.validate(read.type.jsonSchema, policy), ajv.errorsText()).toBe(true);
    const others = healthPolicyTypes.filter(({ version }) => version !== read.type.version);
    for (const { jsonSchema } of others) expect(ajv.validate(jsonSchema, policy)).toBe(false);
  });

  it('is named by the first line of the examples, for the editor of whoever starts from them', () => {
    for (const file of files.filter((each) => /^examples.(first-steps|policies)/.test(each))) {
      const [, path = ''] =
        /^# yaml-language-server: \$schema=(\S+)/.exec(readFileSync(join(root, file), 'utf8')) ?? [];
      const schema = JSON.parse(readFileSync(join(root, file, '..', path), 'utf8')) as unknown;
      expect(schema).toEqual(healthPolicyJsonSchema);
    }
  });

  it.each([
    ['an unknown key', withProperties('1.3', { recoverie: {} })],
    ['a key of a later version', withProperties('1.2', { safety: {} })],
    ['a word that it does not know', withProperties('1.3', { recovery: { strategy: 'CHAINS' } })],
    [
      'an action of a later version',
      withProperties('1.1', { recovery: { actions: [{ name: 'WORKFLOW' }] } }),
    ],
    ['an interval of nothing', withProperties('1.3', { detection: { interval: 0 } })],
    ['a rate that is none', withProperties('1.3', { safety: { rate_limit: { node: 'three' } } })],
    ['an unknown version', withProperties('2.0', {})],
    ['a policy of another type', { ...withProperties('1.3', {}), type: 'senlin.policy.scaling' }],
  ])('refuses %s', (_, policy) => {
    expect(accepts(policy)).toBe(false);
  });
});
