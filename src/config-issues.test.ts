import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { configSchema } from './config.ts';

interface Described {
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
  readonly default?: unknown;
}

/** `cloud.use` and its default, for each key. Rules of access and the data directory are said in words. */
function keysOf({ properties = {} }: Described, path: string): [key: string, otherwise: unknown][] {
  return Object.entries(properties).flatMap(([name, part]): [string, unknown][] => {
    const key = path === '' ? name : `${path}.${name}`;
    if (key === 'auth.rules') return [[key, undefined]];
    if (part.properties !== undefined) return keysOf(part, key);
    return [[key, part.default], ...keysOf(part.items ?? {}, `${key}[]`)];
  });
}

test('docs/howto/configure.md lists every key of the configuration, with its default, and no other', () => {
  const page = readFileSync('docs/howto/configure.md', 'utf8');
  const listed = [...page.matchAll(/^\| `([^`]+)` \|(?: `(.*?)`)? \|/gm)].map(([, key, otherwise]) => [
    key,
    otherwise,
  ]);
  const schema = z.toJSONSchema(configSchema, { io: 'output', unrepresentable: 'any' }) as Described;
  const keys = keysOf(schema, '').map(([key, otherwise]) => [
    key,
    key === 'data_dir' ? '~/.local/share/coppice' : JSON.stringify(otherwise),
  ]);
  expect(new Set(listed)).toEqual(new Set(keys));
});
