/**
 * Which folder of src/ uses which: from the top to the pure core. Neither folders nor files use each other
 * in a circle.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('../../src/', import.meta.url).pathname;

/** A file or folder -> those that it imports from, each with one import that does. */
type Imports = Map<string, Map<string, string>>;

/** @param placeOf what of a path, relative to src/, is told apart. */
function importsBetween(placeOf: (file: string) => string): Imports {
  const imports: Imports = new Map();
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const from = placeOf(file);
    const source = readFileSync(path.join(root, file), 'utf8');
    for (const [, imported = ''] of source.matchAll(/from '(\.{1,2}\/[^']+)'/g)) {
      const to = placeOf(path.posix.join(path.posix.dirname(file), imported));
      if (to === from) continue;
      const known = imports.get(from) ?? new Map<string, string>();
      known.set(to, `${file} imports ${imported}`);
      imports.set(from, known);
    }
  }
  return imports;
}

function folderOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function fileItself(file: string): string {
  return file;
}

/** The imports that lead from a place back to it, over as many places as it takes; empty: no circle. */
function circleIn(imports: ReadonlyMap<string, ReadonlyMap<string, string>>): string[] {
  const free = new Set<string>();
  const search = (place: string, path: readonly { place: string; sentence: string }[]): string[] => {
    const start = path.findIndex((step) => step.place === place);
    if (start !== -1) return path.slice(start).map(({ sentence }) => sentence);
    if (free.has(place)) return [];
    for (const [next, sentence] of imports.get(place) ?? []) {
      const circle = search(next, [...path, { place, sentence }]);
      if (circle.length > 0) return circle;
    }
    free.add(place);
    return [];
  };
  for (const place of imports.keys()) {
    const circle = search(place, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

test('no folders of src/ import each other, over any number of others', () => {
  expect(circleIn(importsBetween(folderOf))).toEqual([]);
});

test('no files of src/ import each other, over any number of others, not even for types', () => {
  expect(circleIn(importsBetween(fileItself))).toEqual([]);
});

test('a circle is shown with the imports that make it', () => {
  const imports = new Map([
    ['a', new Map([['b', 'a/1.ts imports b']])],
    ['b', new Map([['c', 'b/1.ts imports c']])],
    ['c', new Map([['b', 'c/1.ts imports b']])],
  ]);
  expect(circleIn(imports)).toEqual(['b/1.ts imports c', 'c/1.ts imports b']);
});

test('what healing, requests and the HTTP API share is not in actions/', () => {
  const imports = importsBetween(folderOf);
  for (const folder of ['healing', 'requests', 'http', 'store', 'engine'])
    expect(imports.get(folder)?.get('actions'), folder).toBeUndefined();
});
