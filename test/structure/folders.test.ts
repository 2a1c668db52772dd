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

/** Two folders that import each other; empty where there are none. */
function circleIn(imports: ReadonlyMap<string, ReadonlyMap<string, string>>): string[] {
  for (const [folder, used] of imports)
    for (const [other, sentence] of used) {
      const back = imports.get(other)?.get(folder);
      if (back !== undefined) return [sentence, back];
    }
  return [];
}

test('no two folders of src/ import each other', () => {
  expect(circleIn(folderImports())).toEqual([]);
});

test('what healing, requests and the HTTP API share is not in actions/', () => {
  const imports = folderImports();
  for (const folder of ['healing', 'requests', 'http', 'store', 'engine'])
    expect(imports.get(folder)?.get('actions'), folder).toBeUndefined();
});
