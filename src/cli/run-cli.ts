/**
 * Runs what was typed, and turns every outcome into an exit code and, where it failed, a few lines on stderr.
 */
import { CommanderError } from 'commander';
import { tokenHint } from './client/client-tokens.ts';
import { ApiError, InvalidIdentityError, NotReadyError, UnreachableError } from '../client/api-client.ts';
import { CliError, SilentExit } from './cli-error.ts';
import { programName } from './client/session.ts';
import { typedCommands } from './client/typed-commands.ts';
import { buildProgram } from './program.ts';
import { inOwnWords } from './rendering/mistral-words.ts';
import { styleFor } from './rendering/style.ts';
import { wrapProse } from './rendering/prose.ts';
import type { Terminal } from './rendering/terminal.ts';

/** @param words what was typed behind `coppice`. */
export async function runCli(words: readonly string[], terminal: Terminal): Promise<number> {
  const typed = withHelpLast(words);
  const program = await buildProgram(terminal, typed, { json: wantsJson(words) });
  try {
    if (words.length === 0) program.help();
    await program.parseAsync(typed, { from: 'user' });
    return 0;
  } catch (error) {
    return exitCodeOf(error, terminal, words);
  }
}

/** `help cluster create` is `cluster create --help`: commander's own `help` goes one level deep. */
function withHelpLast(words: readonly string[]): readonly string[] {
  return words[0] === 'help' && words.length > 1 ? [...words.slice(1), '--help'] : words;
}

function exitCodeOf(error: unknown, terminal: Terminal, words: readonly string[]): number {
  const json = wantsJson(words);
  if (error instanceof CommanderError) {
    const wasAsked = error.code === 'commander.helpDisplayed' || error.code === 'commander.version';
    if (wasAsked || error.exitCode === 0) return 0;
    if (json) writeJsonError(terminal, error, error.message.replace(/^error: /, ''));
    return 2;
  }
  if (error instanceof SilentExit) return error.exitCode;
  const exitCode = error instanceof InvalidIdentityError ? 2 : error instanceof CliError ? error.exitCode : 1;
  if (json) {
    writeJsonError(terminal, error, messageOf(error, terminal));
    return exitCode;
  }
  const style = styleFor(terminal.errorColours);
  const here = (typed: string): string => `${programName(terminal.env)} ${typed}`;
  const message = typedCommands(messageOf(error, terminal), here);
  const columns = words.includes('--wide') ? Infinity : terminal.errorSize().columns;
  terminal.writeError(`${style('bad', 'coppice:')} ${renderMessage(message, columns)}`);
  if (terminal.env['DEBUG'] === 'coppice' && error instanceof Error)
    terminal.writeError(`${stackOf(error)}\n`);
  return exitCode;
}

/** Behind the name of the program; of several lines each continues a little further right than it begins. */
function renderMessage(message: string, columns: number): string {
  const begin = 'coppice: '.length;
  const sentences = message.split('\n');
  const indent = sentences.length > 1 ? begin + 2 : begin;
  return sentences
    .map((sentence, at) => {
      const lines = wrapProse(sentence, { columns, begin, indent });
      return `${at === 0 ? '' : ' '.repeat(begin)}${lines.join('\n')}\n`;
    })
    .join('');
}

/** The one shape of an error for programs. */
function writeJsonError(terminal: Terminal, error: unknown, message: string): void {
  const { status = null, type = null, issues = [] } = error instanceof ApiError ? error : {};
  const body = { error: { message, status, type: type === '' ? null : type, issues } };
  terminal.writeError(`${JSON.stringify(body, undefined, 2)}\n`);
}

/** Before what ends the options. */
function wantsJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end === -1 ? words.length : end).includes('--json');
}

/**
 * What is our own mistake is of little use in words: how to see where it happened helps the user who reports
 * it.
 */
function messageOf(error: unknown, { env }: Terminal): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof UnreachableError && !(error instanceof NotReadyError))
    return `${error.message}\nStart one with: ${programName(env)} serve    with the --data-dir and --config that it had, or name another with --url or COPPICE_URL.`;
  if (error instanceof ApiError && error.status === 401) return `${error.message}\n${tokenHint(env)}`;
  if (error instanceof ApiError) return inOwnWords(error.message, (words) => `${programName(env)} ${words}`);
  const isBug = ['TypeError', 'SyntaxError', 'ReferenceError', 'RangeError'].includes(error.name);
  return isBug ? `this is a mistake in Coppice: ${error.message} (DEBUG=coppice shows where)` : error.message;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
