/**
 * The terminal's second screen, so that what stood there before is back afterwards, however the command ends.
 */
import { cutTo } from './table.ts';
import type { Terminal } from './terminal.ts';

const ENTER = '\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l';
const LEAVE = '\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l';
const HOME = '\u{1B}[H';
const CLEAR_LINE = '\u{1B}[K';
const CLEAR_BELOW = '\u{1B}[J';

export interface FullScreen {
  /** Shows these lines in place of those before, each cut to the width of the screen. */
  draw(lines: readonly string[]): void;
  leave(): void;
}

export function fullScreen(terminal: Terminal): FullScreen {
  let isOpen = true;
  const leave = (): void => {
    if (isOpen) terminal.write(LEAVE);
    isOpen = false;
  };
  terminal.write(ENTER);
  process.once('exit', leave);
  return {
    draw(lines) {
      if (!isOpen) return;
      const { columns } = terminal.size();
      const shown = lines.map((line) => CLEAR_LINE + cutTo(line, columns));
      terminal.write(HOME + shown.join('\n') + CLEAR_BELOW);
    },
    leave() {
      leave();
      process.removeListener('exit', leave);
    },
  };
}
