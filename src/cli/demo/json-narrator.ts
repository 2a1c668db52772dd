/** One JSON object a line; the last one is the summary. */
import type { Terminal } from '../rendering/terminal.ts';
import type { Narrator } from './narrator.ts';

export function jsonNarrator(terminal: Terminal): Narrator {
  const write = (value: object): void => terminal.write(`${JSON.stringify(value)}\n`);
  return {
    narrate: (event, atMs) => write({ at_ms: Math.round(atMs), ...event }),
    end(summary, kept, atMs) {
      if (kept !== undefined) write({ at_ms: Math.round(atMs), event: 'kept', ...kept });
      write({ summary });
    },
  };
}
