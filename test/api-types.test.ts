import { expect, test } from 'vitest';
import { apiTypes } from '../scripts/api-types.ts';

const text = { type: 'string' };

test('named schemas and operations become types', () => {
  const types = apiTypes({
    components: {
      schemas: {
        Thing: {
          type: 'object',
          required: ['id', 'tags', 'until'],
          properties: {
            id: { ...text, description: 'Ends with */ here.' },
            tags: { type: 'array', items: { type: 'string', enum: ['a', "b'c"] } },
            until: { type: ['string', 'null'] },
            'x-rest': { type: 'object', additionalProperties: { type: 'integer' } },
            data: { type: 'object', properties: {}, additionalProperties: {} },
          },
        },
      },
    },
    paths: {
      '/things/{thing}': {
        get: {
          summary: 'Show a thing',
          parameters: [
            { name: 'thing', in: 'path', schema: text },
            { name: 'deep', in: 'query', schema: { type: 'boolean' } },
          ],
          responses: {
            200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
            default: {},
          },
        },
      },
    },
  });
  expect(types.slice(types.indexOf('import'))).toBe(`import type { JsonObject } from '../domain/json.ts';

export interface Schemas {
  readonly Thing: {
    /** Ends with * / here. */
    readonly id: string;
    readonly tags: readonly ('a' | 'b\\'c')[];
    readonly until: string | null;
    readonly 'x-rest'?: { readonly [key: string]: number };
    readonly data?: JsonObject;
  };
}

export interface Operations {
  /** Show a thing */
  readonly 'GET /things/{thing}': {
    readonly path: {
      readonly thing: string;
    };
    readonly query: {
      readonly deep?: boolean | undefined;
    };
    readonly body: undefined;
    readonly answer: Schemas['Thing'];
  };
}
`);
});

test('a schema that has no type in TypeScript is refused, not guessed', () => {
  const odd = { type: 'date' };
  expect(() => apiTypes({ components: { schemas: { Odd: odd } }, paths: {} })).toThrow(
    'found {"type":"date"}',
  );
});
