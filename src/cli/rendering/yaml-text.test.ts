import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../domain/json.ts';
import { parseYamlText } from '../../workflow/language/definition/yaml-document.ts';
import { yamlText } from './yaml-text.ts';

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', ' ', ' ', '-', ':', '#', '"', "'", '\n', 'é', '[', '{', '|', '>') }),
  fc
    .array(fc.constantFrom('the', 'process', '4711', '#1', '- x', 'key: value', 'has', '"ended"'))
    .map((words) => words.join(' ')),
);
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.integer(),
    fc.boolean(),
    fc.array(tie('value')),
    fc.dictionary(fc.constantFrom('reason', 'name', 'a key', 'x-1'), tie('value')),
  ),
}));

test('what is wrapped means the same to a reader of YAML', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('spec', 'data'), value),
      fc.integer({ min: 8, max: 80 }),
      (map, columns) => {
        const { value: whole } = parseYamlText(yamlText(map));
        expect(parseYamlText(yamlText(map, columns)).value).toEqual(whole);
      },
    ),
  );
});

test('long texts continue on further lines, and a script stays as it was written', () => {
  const script = '#!/bin/sh\necho this line is longer than the terminal is wide\n';
  expect(yamlText({ reason: 'the process 4711 has ended', script }, 24)).toBe(
    [
      'reason: the process 4711',
      '  has ended',
      'script: |',
      '  #!/bin/sh',
      '  echo this line is longer than the terminal is wide',
    ].join('\n'),
  );
});
