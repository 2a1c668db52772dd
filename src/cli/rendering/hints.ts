/** Commands that show more, each with what it shows: beside each other where there is room. Pure. */
import stringWidth from 'string-width';
import { printable } from './printable.ts';
import { renderProse } from './prose.ts';
import type { Style } from './style.ts';

export interface Hint {
  /** As it is typed here. */
  readonly command: string;
  readonly what: string;
}

const indent = 2;
const gap = '   ';
const deeper = 6;

/** An empty line, and then each hint; without one, nothing. */
export function renderHints(hints: readonly Hint[], columns: number, style: Style): string {
  const lines = hints.map(({ command, what }) => {
    const beside = `${' '.repeat(indent)}${printable(command)}${gap}${printable(what)}`;
    if (stringWidth(beside) <= columns) return `${style('quiet', beside)}\n`;
    const own = renderProse(
      [[{ text: command, tone: 'quiet', isCommand: true }]],
      { columns, indent },
      style,
    );
    return own + renderProse([[{ text: what, tone: 'quiet' }]], { columns, indent: deeper }, style);
  });
  return lines.length === 0 ? '' : `\n${lines.join('')}`;
}
