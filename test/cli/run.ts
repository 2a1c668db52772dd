/** Runs the command line in this process, on a terminal that only remembers. */
import { runCli } from '../../src/cli/run-cli.ts';
import type { Terminal } from '../../src/cli/rendering/terminal.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** 2026-11-22T18:20:00Z */
export const testNow = Date.UTC(2026, 10, 22, 18, 20, 0);

export async function run(
  words: readonly string[],
  options: {
    readonly url?: string;
    readonly env?: Terminal['env'];
    readonly columns?: number;
    readonly now?: () => number;
  } = {},
): Promise<Ran> {
  let out = '';
  let err = '';
  const url = options.url === undefined ? {} : { COPPICE_URL: options.url };
  const terminal = plainTerminal({
    env: { ...url, ...options.env },
    size: () => ({ columns: options.columns ?? Infinity, rows: Infinity }),
    errorSize: () => ({ columns: options.columns ?? Infinity, rows: Infinity }),
    write: (text) => void (out += text),
    writeError: (text) => void (err += text),
    ...(options.now === undefined ? {} : { now: options.now }),
  });
  const code = await runCli(words, terminal);
  return { code, out, err };
}

/** No terminal at all: a pipe, without colours, that swallows what is written. */
export function plainTerminal(instead: Partial<Terminal> = {}): Terminal {
  return {
    env: {},
    isInteractive: false,
    isErrorInteractive: false,
    colours: false,
    errorColours: false,
    size: () => ({ columns: Infinity, rows: Infinity }),
    errorSize: () => ({ columns: Infinity, rows: Infinity }),
    write: () => undefined,
    writeError: () => undefined,
    onOutputLost: () => undefined,
    now: () => testNow,
    ...instead,
  };
}
