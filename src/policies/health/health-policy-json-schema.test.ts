/**
 * The schema is held against the policies that there are, by the validator that the HTTP server brings along
 * (ajv, of fastify).
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cases } from '../../../test/support/soak.ts';
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

  it('is named by the first line of the examples, for the editor of a user who starts from them', () => {
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
    ['a rate over no time', changed(['safety', 'rate_limit', 'node'], '3/0h')],
    ['a rate of none', changed(['safety', 'rate_limit', 'cluster'], '0/1h')],
    ['no actions', changed(['recovery', 'actions'], undefined)],
    ['an empty list of actions', changed(['recovery', 'actions'], [])],
    ['no detection modes', changed(['detection', 'detection_modes'], undefined)],
    ['an empty list of detection modes', changed(['detection', 'detection_modes'], [])],
    ['a workflow without params', changed(['recovery', 'actions', 0], { name: 'WORKFLOW' })],
    ['a workflow without a name', changed(['recovery', 'actions', 0, 'params', 'workflow_name'], undefined)],
    ['a workflow whose name is empty', changed(['recovery', 'actions', 0, 'params', 'workflow_name'], '')],
    ['a workflow with other params', changed(['recovery', 'actions', 0, 'params', 'input'], {})],
    ['inputs that are no map', changed(['recovery', 'actions', 0, 'params', 'inputs'], ['a'])],
    [
      'a hook without a workflow_name',
      changed(['recovery', 'actions', 1, 'before', 0, 'params', 'workflow_name'], undefined),
    ],
    ['on_exhausted without one', changed(['recovery', 'on_exhausted', 0, 'params'], {})],
    [
      'RECREATE with params',
      changed(['recovery', 'actions', 0], { name: 'RECREATE', params: { type: 'SOFT' } }),
    ],
    ['an unknown version', withProperties('2.0', {})],
    ['a policy of another type', { ...withProperties('1.3', {}), type: 'senlin.policy.scaling' }],
  ])('refuses %s, and so does the check', (_, policy) => {
    expect(accepts(policy)).toBe(false);
    expect(passesCheck(policy)).toBe(false);
  });

  it('takes an empty list of actions before 1.3, as Senlin does', () => {
    expect(
      accepts(withProperties('1.2', { detection: { detection_modes: [] }, recovery: { actions: [] } })),
    ).toBe(true);
  });

  it('refuses nothing that the check takes, whatever is changed in a policy', () => {
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.nat(), fc.nat(), (file, where, how) => {
        const policy = document(file);
        const places = placesIn(policy);
        const place = places[where % places.length] ?? [];
        const values = wrongValues(valueAt(policy, place));
        const altered = replaced(policy, place, values[how % values.length]) as JsonObject;
        if (!accepts(altered)) expect(passesCheck(altered), JSON.stringify(altered)).toBe(false);
      }),
      cases(500),
    );
  });
});

type Place = readonly (string | number)[];

/** The policy that uses all of 1.3, with one value changed or taken away. */
function changed(place: Place, value: Json | undefined): JsonObject {
  const whole = document('test/data/policies/coppice-1.3-whole.yaml');
  return replaced(whole, ['properties', ...place], value) as JsonObject;
}

function replaced(whole: Json, [key, ...rest]: Place, value: Json | undefined): Json | undefined {
  if (key === undefined) return value;
  const inner = replaced((whole as Record<string | number, Json>)[key] ?? {}, rest, value);
  if (Array.isArray(whole))
    return whole.flatMap((item: Json, index) =>
      index === key ? (inner === undefined ? [] : [inner]) : [item],
    );
  const { [key]: _, ...others } = whole as JsonObject;
  return inner === undefined ? others : { ...others, [key]: inner };
}

function placesIn(value: Json, place: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [place];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [place, ...[...keys].flatMap((key) => placesIn(valueAt(value, [key]), [...place, key]))];
}

function valueAt(value: Json, place: Place): Json {
  return place.reduce<Json>((inner, key) => (inner as Record<string | number, Json>)[key] ?? null, value);
}

/** Scalars keep their type: "60" and `yes` are for the check what they are for Senlin. */
function wrongValues(value: Json): (Json | undefined)[] {
  const ofEveryType = [undefined, null, [], {}, [{}], { key: 1 }];
  if (typeof value === 'number') return [...ofEveryType, 0, -1, 0.5, 1e12];
  return typeof value === 'string'
    ? [...ofEveryType, '', 'NEXT', 'WORKFLOW', 'RECREATE', '3/0h', 'GOTO', 'a b']
    : ofEveryType;
}

function passesCheck(policy: Json): boolean {
  const read = readPolicyDocument(policy);
  return read.ok && read.type.check(read.properties).ok;
}
