/** docs/senlin-compatibility.md names every endpoint, every recorded exchange and every difference. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deliberateDifferences } from './deliberate-differences.ts';
import { recordedExchanges } from './recorded-exchange.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/senlin-compatibility.md'), 'utf8');
const { paths } = JSON.parse(readFileSync(join(root, 'openapi.json'), 'utf8')) as {
  readonly paths: Readonly<Record<string, object>>;
};

test('every endpoint of the clustering API is on the page, and no other', () => {
  const endpoints = Object.entries(paths)
    .filter(([path]) => path === '/' || path === '/versions' || path.startsWith('/v1'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
  const listed = [...page.matchAll(/^\| `([A-Z]+ [^`]+)` \|/gm)].map(([, endpoint = '']) => endpoint);
  expect(listed.toSorted()).toEqual(endpoints.toSorted());
});

test('every recorded exchange is on the page', () => {
  const shown = new Set(page.split(/[|;\n]|: |\.$/m).map((part) => part.trim().replace(/\.$/, '')));
  const missing = recordedExchanges.filter(({ name }) => !shown.has(name) && !page.includes(`; ${name}`));
  expect(missing.map(({ name }) => name)).toEqual([]);
});

test('every difference that the replay allows has its heading', () => {
  const headings = new Set([...page.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading));
  expect(deliberateDifferences.filter(({ what }) => !headings.has(what))).toEqual([]);
});
