/**
 * One line that says what a command waits for, drawn over itself on stderr and gone once there is a result.
 * Where stderr is no terminal there is none: a log needs no line for each second.
 */
import { printable } from './printable.ts';
import { cutTo } from './table.ts';
import type { Terminal } from './terminal.ts';

const BEGIN_OF_LINE = '\r';
const CLEAR_LINE = '\u{1B}[K';

export interface ProgressLine {
  show(text: string): void;
  /** Whatever else is written begins on an empty line. */
  clear(): void;
}

export function progressLine(terminal: Terminal): ProgressLine {
  if (!terminal.isErrorInteractive) return { show: () => undefined, clear: () => undefined };
  let isShown = false;
  return {
    show(text) {
      isShown = true;
      // The last column is left free: a terminal may begin a new line behind it.
      const line = cutTo(
        printable(text).replaceAll('\n', ' '),
        Math.max(1, terminal.errorSize().columns - 1),
      );
      terminal.writeError(`${BEGIN_OF_LINE}${line}${CLEAR_LINE}`);
    },
    clear() {
      if (isShown) terminal.writeError(`${BEGIN_OF_LINE}${CLEAR_LINE}`);
      isShown = false;
    },
  };
}
