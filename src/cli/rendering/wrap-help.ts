/**
 * Wraps the help of a command to a width. Lines have two columns, a term and what it means, with two or more
 * blanks between them. Where one line of a block is too long, the second column of the whole block is wrapped
 * below itself, in one place: behind the longest term that leaves it room; a longer term stands on a line of
 * its own. A command of an example is never broken, so that it can be copied.
 */
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** With less room than this a text is a column of a few words a line. */
const leastRoom = 40;

interface HelpLine {
  readonly indent: string;
  readonly term: string;
  /** '': it has one column. */
  readonly text: string;
}

export function wrapHelp(text: string, width: number): string {
  return blocksOf(text.split('\n'))
    .map((block) => (block.every((line) => stringWidth(line) <= width) ? block : wrapBlock(block, width)))
    .flat()
    .join('\n');
}

/** Lines below each other whose terms begin in the same column. */
function blocksOf(lines: readonly string[]): string[][] {
  const blocks: string[][] = [];
  let known: string | null = null;
  for (const line of lines) {
    const { indent, text } = columnsOf(line);
    const own = text === '' ? null : indent;
    const last = blocks.at(-1);
    if (own !== null && own === known && last !== undefined) last.push(line);
    else blocks.push([line]);
    known = own;
  }
  return blocks;
}

function columnsOf(line: string): HelpLine {
  const [, indent = '', term = '', text = ''] = /^(\s*)(\S+(?: \S+)*)(?:\s{2,}(.*))?$/s.exec(line) ?? [];
  return { indent, term, text };
}

function wrapBlock(block: readonly string[], width: number): string[] {
  const lines = block.map(columnsOf);
  const most = width - leastRoom - gap.length;
  const fitting = lines.map(({ indent, term }) => stringWidth(indent + term)).filter((each) => each <= most);
  const begin = Math.max(0, ...fitting) + gap.length;
  return lines.map((line) => wrapLine(line, begin, width));
}

const gap = '  ';

function wrapLine({ indent, term, text }: HelpLine, begin: number, width: number): string {
  const isExample = term.startsWith('$');
  if (text === '') return isExample ? indent + term : `${indent}${hanging(term, indent.length, width)}`;
  const beside = begin - stringWidth(indent + term);
  if (beside >= gap.length) return `${indent}${term}${' '.repeat(beside)}${hanging(text, begin, width)}`;
  const below = Math.max(begin, indent.length + deeper);
  const head = isExample ? indent + term : `${indent}${hanging(term, indent.length, width)}`;
  return `${head}\n${' '.repeat(below)}${hanging(text, below, width)}`;
}

const deeper = 6;

/** The lines after the first are indented as far as the first one begins. */
function hanging(text: string, begin: number, width: number): string {
  return wrapAnsi(text, Math.max(1, width - begin)).replaceAll('\n', `\n${' '.repeat(begin)}`);
}
