import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../src/cli/program.ts';
import type { Terminal } from '../src/cli/rendering/terminal.ts';

const root = join(import.meta.dirname, '..');
const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root })];
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };

const program = await buildProgram({} as Terminal);

/** Whether a word that stands where a subcommand is expected is one. */
function isCommand(words: readonly string[], from: Command = program): boolean {
  const [first, ...others] = words;
  if (first === undefined || from.commands.length === 0) return true;
  const found = from.commands.find((each) => each.name() === first);
  return found !== undefined && isCommand(others, found);
}

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8');

  it('names only paths that are there', () => {
    const named = [
      ...text.matchAll(/(?<![\w./-])((?:src|docs|examples|test|scripts|bench|bin)\/[\w./-]*\w)/g),
    ];
    const missing = named.map(([, path = '']) => path).filter((path) => !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  it('links only to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
    const local = links.filter((target) => !target.includes('://'));
    const missing = local.filter((target) => !existsSync(join(root, dirname(page), target)));
    expect(missing).toEqual([]);
  });

  it('names only npm scripts that there are', () => {
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });

  it('names only commands that there are', () => {
    const named = [...text.matchAll(/(?:npx |`|\$ )coppice ((?:[a-z][a-z-]* ?)+)/g)];
    const commands = named.map(([, words = '']) => words.trim().split(' '));
    expect(commands.filter((words) => !isCommand(words))).toEqual([]);
  });
});

it('every option of the server stands in a page that operators read', () => {
  const text = pages.map((page) => readFileSync(join(root, page), 'utf8')).join('\n');
  const serve = program.commands.find((command) => command.name() === 'serve');
  const options = serve?.options.map(({ long }) => long ?? '') ?? [];
  expect(options).toContain('--new');
  expect(options.filter((option) => !new RegExp(`${option}\\b`).test(text))).toEqual([]);
});
