/** What every command that talks to a server begins with: the global options, read once. */
import type { Command } from 'commander';
import { ApiClient } from '../../client/api-client.ts';
import { usageError } from '../cli-error.ts';
import { renderProse, type Prose } from '../rendering/prose.ts';
import { styleFor } from '../rendering/style.ts';
import type { Style } from '../rendering/style.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { timesFor } from '../rendering/times.ts';
import type { Times } from '../rendering/times.ts';
import { clientTokens } from './client-tokens.ts';
import { typedCommands } from './typed-commands.ts';

export const DEFAULT_URL = 'http://127.0.0.1:8777';

export interface GlobalOptions {
  readonly url?: string;
  readonly json?: boolean;
  readonly utc?: boolean;
  readonly wide?: boolean;
}

export interface CliSession {
  readonly terminal: Terminal;
  readonly api: ApiClient;
  /** For a program: JSON on stdout and nothing else. */
  readonly json: boolean;
  readonly style: Style;
  /** Of the terminal; Infinity where there is none, and with --wide. */
  readonly columns: number;
  /** The same of stderr. */
  readonly errorColumns: number;
  /** How times are written, as of now. */
  readonly times: () => Times;
  /**
   * A command as the user can type it here, `coppice action show ID`: through npx, and for the server that
   * this command asked. Commands in sentences of the server are so already, but for a program.
   */
  readonly typed: (words: string) => string;
}

export function openSession(command: Command, terminal: Terminal): CliSession {
  const options = command.optsWithGlobals<GlobalOptions>();
  const named = terminal.env['COPPICE_URL'];
  const url = options.url ?? (named === undefined || named === '' ? DEFAULT_URL : named);
  const server = options.url === undefined ? '' : `--url ${options.url} `;
  const typed = (words: string): string => `${programName(terminal.env)} ${server}${words}`;
  const json = options.json === true;
  const word = json ? undefined : (sentence: string): string => typedCommands(sentence, typed);
  return {
    terminal,
    api: new ApiClient(checkedUrl(url), clientTokens(terminal.env), word),
    json,
    style: styleFor(terminal.colours),
    columns: options.wide === true ? Infinity : terminal.size().columns,
    errorColumns: options.wide === true ? Infinity : terminal.errorSize().columns,
    times: () => timesFor(terminal.now(), options.utc === true),
    typed,
  };
}

/** npm names the command that started us: without it, `coppice` alone is not found. */
export function programName(env: Terminal['env']): string {
  return (env['npm_command'] ?? '') === '' ? 'coppice' : 'npx coppice';
}

function checkedUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed !== null && /^https?:$/.test(parsed.protocol)) return url;
  throw usageError(`--url: expected an address like ${DEFAULT_URL}, found ${JSON.stringify(url)}`);
}

/** Sentences on stdout, each from a line of its own. */
export function writeProse(
  { terminal, columns, style }: Pick<CliSession, 'terminal' | 'columns' | 'style'>,
  sentences: readonly Prose[],
  indent = 0,
): void {
  terminal.write(renderProse(sentences, { columns, indent }, style));
}

/** To stderr, so that what a program reads stays as it is. */
export function writeErrorProse(
  { terminal, errorColumns, style }: Pick<CliSession, 'terminal' | 'errorColumns' | 'style'>,
  sentences: readonly Prose[],
): void {
  terminal.writeError(renderProse(sentences, { columns: errorColumns }, style));
}

export function writeWarning(session: Parameters<typeof writeErrorProse>[0], sentence: string): void {
  writeErrorProse(session, [[{ text: 'warning', tone: 'busy' }, { text: ` ${sentence}` }]]);
}

export function writeJson(terminal: Terminal, value: unknown): void {
  terminal.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
