/** Which folder of src/ uses which: from the top to the pure core, and never in a circle. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('../../src/', import.meta.url).pathname;

/** Folder by folder, the folders that it imports from, each with one import that does. */
function folderImports(): Map<string, Map<string, string>> {
  const imports = new Map<string, Map<string, string>>();
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts') || !file.includes('/')) continue;
    const from = folderOf(file);
    const source = readFileSync(path.join(root, file), 'utf8');
    for (const [, imported = ''] of source.matchAll(/from '(\.{1,2}\/[^']+)'/g)) {
      const to = folderOf(path.posix.join(path.posix.dirname(file), imported));
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

/** The imports that lead from a folder back to it, over as many folders as it takes; empty: no circle. */
function circleIn(imports: ReadonlyMap<string, ReadonlyMap<string, string>>): string[] {
  const free = new Set<string>();
  const search = (folder: string, path: readonly { folder: string; sentence: string }[]): string[] => {
    const start = path.findIndex((step) => step.folder === folder);
    if (start !== -1) return path.slice(start).map(({ sentence }) => sentence);
    if (free.has(folder)) return [];
    for (const [next, sentence] of imports.get(folder) ?? []) {
      const circle = search(next, [...path, { folder, sentence }]);
      if (circle.length > 0) return circle;
    }
    free.add(folder);
    return [];
  };
  for (const folder of imports.keys()) {
    const circle = search(folder, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

test('no folders of src/ import each other, over any number of others', () => {
  expect(circleIn(folderImports())).toEqual([]);
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
  const imports = folderImports();
  for (const folder of ['healing', 'requests', 'http', 'store', 'engine'])
    expect(imports.get(folder)?.get('actions'), folder).toBeUndefined();
});
