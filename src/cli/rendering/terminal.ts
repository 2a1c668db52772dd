/**
 * Where a command writes, and what it may know of the user's terminal. Tests put a plain object in its place.
 */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether stdout is an interactive terminal, so that lines may be drawn again. */
  readonly isInteractive: boolean;
  /** The same of stderr. */
  readonly isErrorInteractive: boolean;
  /** Colours on stdout, and on stderr. */
  readonly colours: boolean;
  readonly errorColours: boolean;
  /** Size of stdout in characters as it is now; a pipe has no width to keep to. */
  size(): Size;
  /** The same of stderr. */
  errorSize(): Size;
  /** Writes to stdout, as it is. */
  write(text: string): void;
  /** Writes to stderr, as it is. */
  writeError(text: string): void;
  /**
   * What the command does, instead of ending at once, when what it writes is not read any more: the pipe or
   * the terminal was closed. It may be called again for each further write.
   */
  onOutputLost(act: () => void): void;
  /** Milliseconds since 1970. */
  now(): number;
}

export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  let lost = endAtOnce;
  for (const stream of [stdout, stderr]) stream.on('error', (error: NodeJS.ErrnoException) => lost(error));
  return {
    env,
    isInteractive: stdout.isTTY && env['TERM'] !== 'dumb',
    isErrorInteractive: stderr.isTTY && env['TERM'] !== 'dumb',
    colours: wantsColours(env, stdout.isTTY),
    errorColours: wantsColours(env, stderr.isTTY),
    size: () => sizeOf(stdout),
    errorSize: () => sizeOf(stderr),
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    onOutputLost: (act) => (lost = act),
    now: () => Date.now(),
  };
}

/** Of the oldest terminals, and of a terminal that says nothing of its size (a pty of width 0). */
const assumed: Size = { columns: 80, rows: 24 };

/** @param stream stdout or stderr; one that is no terminal has no size to keep to. */
export function sizeOf({
  isTTY = false,
  columns = 0,
  rows = 0,
}: {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}): Size {
  if (!isTTY) return { columns: Infinity, rows: Infinity };
  return { columns: columns > 0 ? columns : assumed.columns, rows: rows > 0 ? rows : assumed.rows };
}

/** NO_COLOR (no-color.org) and FORCE_COLOR win over what the terminal is. */
export function wantsColours(env: Terminal['env'], isTty: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTty && env['TERM'] !== 'dumb';
}

/**
 * `coppice node list | head` closes the pipe early, which is no failure; EIO is a terminal that was closed.
 */
function endAtOnce({ code, message }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE' || code === 'EIO') process.exit(0);
  process.stderr.write(`coppice: what was to be written could not be: ${message}\n`);
  process.exit(1);
}
