/**
 * Wraps the help of a command to a width. Lines have two columns, a term and what it means, with two or more
 * blanks between them: the second column is wrapped below itself or, where the first leaves too little room,
 * begins on a line of its own. A command of an example is never broken, so that it can be copied.
 */
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** With less room than this a text is a column of a few words a line. */
const leastRoom = 40;
const deeper = 6;

export function wrapHelp(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => (stringWidth(line) <= width ? line : wrapLine(line, width)))
    .join('\n');
}

function wrapLine(line: string, width: number): string {
  const [, indent = '', first = '', gap = '', second = ''] =
    /^(\s*)(\S+(?: \S+)*)(?:(\s{2,})(.*))?$/s.exec(line) ?? [];
  const begin = stringWidth(indent + first + gap);
  if (second !== '' && width - begin >= leastRoom)
    return `${indent}${first}${gap}${hanging(second, begin, width)}`;
  const head = first.startsWith('$') ? indent + first : `${indent}${hanging(first, indent.length, width)}`;
  if (second === '') return head;
  const below = indent.length + deeper;
  return `${head}\n${' '.repeat(below)}${hanging(second, below, width)}`;
}

/** The lines after the first are indented as far as the first one begins. */
function hanging(text: string, begin: number, width: number): string {
  return wrapAnsi(text, Math.max(1, width - begin)).replaceAll('\n', `\n${' '.repeat(begin)}`);
}
