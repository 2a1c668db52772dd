/**
 * One word for one thing: an exported name of src/ is declared in one file. Where several files declare one
 * on purpose, the name stands here with the reason.
 */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '../..');

interface Shared {
  readonly why: string;
  /** The only files in which the names may be declared. */
  readonly files: RegExp;
  readonly names: readonly string[];
}

const shared: readonly Shared[] = [
  {
    why: 'each migration has one function, and only the list of migrations calls it',
    files: /^src\/store\/migrations\/\d{4}-[^/]+\.ts$/,
    names: ['up'],
  },
  {
    why: 'profile types are alike modules: the folder says of which type it is, and no file imports two of them',
    files: /^src\/profiles\/(?:local-process|os-nova-server|os-heat-stack)\//,
    names: [
      'checkSpec',
      'deleted',
      'fields',
      'instanceBeside',
      'nodeOf',
      'specOf',
      'verdictOn',
      'wholeSpecOf',
    ],
  },
  {
    why: 'the lexers of the three languages are alike modules, used inside of their own folders',
    files: /^src\/workflow\/(?:jinja|yaml|yaql)\//,
    names: ['Token', 'TokenKind', 'tokenize'],
  },
  {
    why: 'operators of two languages that differ in what they take, used by the evaluator beside them',
    files: /^src\/workflow\/(?:jinja|yaql)\/operators\.ts$/,
    names: ['compare', 'isIn'],
  },
  {
    why: 'kinds of the parameters of YAQL functions, and kinds of the fields of the API: short, as both are read in tables',
    files: /^src\/(?:workflow\/yaql\/function|http\/(?:fields|shapes\/common|mistral\/wire-fields))\.ts$/,
    names: ['flag', 'optional', 'text'],
  },
  {
    why: 'a request for a change, which checks who may and what else there is, and the write of the row that it ends in',
    files: /^src\/(?:requests|store)\//,
    names: [
      'deleteCluster',
      'deleteDefinition',
      'deleteNode',
      'deletePolicy',
      'deleteProfile',
      'deleteReceiver',
      'deleteRetained',
      'updateCluster',
      'updateNode',
      'updateProfile',
      'updateReceiver',
    ],
  },
];

const declaration =
  /^export (?:declare )?(?:async )?(?:abstract )?(?:function\*?|const|let|class|interface|type|enum) +([\w$]+)/gm;

/** Name -> the files that declare and export it, of those that are declared in several. */
function declaredTwice(sources: ReadonlyMap<string, string>): Map<string, string[]> {
  const files = new Map<string, Set<string>>();
  for (const [file, source] of sources)
    for (const [, name = ''] of source.matchAll(declaration))
      files.set(name, (files.get(name) ?? new Set()).add(file));
  const twice = [...files].filter(([, declaring]) => declaring.size > 1);
  return new Map(twice.map(([name, declaring]) => [name, [...declaring].toSorted()]));
}

function sourcesOfSrc(): Map<string, string> {
  const files = globSync('src/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'));
  return new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
}

const twice = declaredTwice(sourcesOfSrc());

test('an exported name is declared in one file, unless it is listed with a reason', () => {
  const wrong = [...twice].flatMap(([name, files]) => {
    const allowed = shared.find(({ names }) => names.includes(name));
    const elsewhere = allowed === undefined ? files : files.filter((file) => !allowed.files.test(file));
    return elsewhere.length === 0 ? [] : [`${name}: ${files.join(', ')}`];
  });
  expect(wrong).toEqual([]);
});

test('each name of the list is still declared in several files', () => {
  expect(shared.flatMap(({ names }) => names).filter((name) => !twice.has(name))).toEqual([]);
});

test('functions, constants, classes and types of one name are found, whatever they are', () => {
  const sources = new Map([
    ['a.ts', 'export interface Host {}\nexport async function read() {}\nconst own = 1;\n'],
    ['b.ts', 'export class Host {}\nexport const read = 1;\nexport const own = 1;\n'],
    ['c.ts', 'export function open(a: string): void;\nexport function open(a: number): void;\n'],
  ]);
  expect([...declaredTwice(sources)]).toEqual([
    ['Host', ['a.ts', 'b.ts']],
    ['read', ['a.ts', 'b.ts']],
  ]);
});
