/**
 * The vocabulary and the code agree: what the page names exists, and the words that it replaced are used
 * nowhere.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const page = readFileSync('docs/vocabulary.md', 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| word '))
  .map((line) => {
    const [word, , code] = line.split(' | ').map((cell) => cell.replace(/^\| | ?\|$/g, ''));
    return { word: word ?? '', code: code ?? '' };
  });
const isPath = (text: string) => /^(?:src|test|docs|examples)\//.test(text);

/** `src/a.ts`: `Name`, `other`; `src/b.ts` */
const locations = rows.flatMap(({ word, code }) =>
  code.split(/; |, (?=`src\/)/).flatMap((part) => {
    const [path, ...names] = [...part.matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? '');
    return path === undefined ? [] : [{ word, path, names }];
  }),
);

describe('vocabulary.md', () => {
  test('each word stands once, and most have a file', () => {
    expect(new Set(rows.map(({ word }) => word)).size).toBe(rows.length);
    expect(locations.length).toBeGreaterThan(rows.length - 3);
  });

  test.each(locations)('$word: $path holds $names', ({ path, names }) => {
    expect(isPath(path) && existsSync(path)).toBe(true);
    const text = readFileSync(path, 'utf8');
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
  });
});

test('each file that the tour names exists', () => {
  const tour = readFileSync('docs/tour.md', 'utf8');
  const paths = [...tour.matchAll(/`([^`\s]+)`/g)].map(([, text]) => text ?? '').filter(isPath);
  expect(paths.length).toBeGreaterThan(60);
  expect(paths.filter((path) => !existsSync(path))).toEqual([]);
});

const avoided: readonly RegExp[] = [
  /\bbreathe/i,
  /\bheed(?:s|ed)?\b/i,
  /\banew\b/i,
  /\blook_?Around/,
  /\bnoteWell\b/,
  /\bputBack\b/,
  /\bwhoever\b/i,
  /\bwell again\b/i,
  /\b(?:somebody|nobody)\b/i,
  /\ba person\b/i,
  /\bcourier/i,
  /\bill\b/i,
  /\bat hand\b/i,
  /\bwho asks\b/i,
  /\btellStory\b/,
  /\bFactsAtHand\b/,
  /\bFactsNeeded\b/,
  /\b(?:GO_ON|LOOK)\b/,
  /\bhealthy formed\b/i,
  /\bmend(?:s|ed|ing)?\b/i,
  /\bbrought to its end\b/i,
  /episode/i,
];

/** Wire and stored words, and names of files that others link to. */
const allowed: readonly RegExp[] = [
  /\bepisodes:/,
  /\braw\.episodes\b/,
  /\{ episodes, /,
  /\$\{episodes\}/,
  /^\s*episode: \[/,
  /`?retry\.episodes`?/,
  /`episodes`/,
  /`episode`/,
  /\(episodes - 1\)/,
  /healing\.episode/,
  /healing\['episode'\]/,
  /get\(episode,/,
  /\$?\.episode\b/,
  // The context of expressions: `healing.episode`.
  /readonly episode: JsonObject/,
  /^\s*episode: \{ id: /,
  /failure, episode, steps/,
  /any of episodes, window/,
  /\{episodes: /,
  // The sender without a token, in names of recorded exchanges.
  /['-]nobody'/,
];

const everything = [
  'README.md',
  'CHANGELOG.md',
  'docs/*.md',
  'docs/howto/*.md',
  'docs/decisions/*.md',
  'examples/**/*.{md,yaml,mjs}',
  'bin/*.js',
  'scripts/*.ts',
  'bench/*.ts',
  'src/**/*.ts',
  'test/**/*.{ts,scenario}',
];

describe('plain words', () => {
  test.each(everything)('%s', (pattern) => {
    const files = globSync(pattern).filter((file) => file !== 'test/vocabulary.test.ts');
    expect(files.length).toBeGreaterThan(0);
    const found = files.flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, index) => {
          const text = allowed.reduce((rest, word) => rest.replaceAll(new RegExp(word, 'g'), ''), line);
          return avoided.some((word) => word.test(text)) ? [`${file}:${index + 1}: ${line.trim()}`] : [];
        }),
    );
    expect(found).toEqual([]);
  });
});
