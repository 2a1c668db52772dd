/**
 * Runs what was typed, and turns every outcome into an exit code and, where it failed, a few lines on stderr.
 */
import { CommanderError } from 'commander';
import { InvalidIdentityError, UnreachableError } from '../client/api-client.ts';
import { CliError, EndedBySignal } from './cli-error.ts';
import { programName } from './client/session.ts';
import { buildProgram } from './program.ts';
import { styleFor } from './rendering/style.ts';
import { printable } from './rendering/table.ts';
import type { Terminal } from './rendering/terminal.ts';

/** @param words what was typed behind `coppice`. */
export async function runCli(words: readonly string[], terminal: Terminal): Promise<number> {
  const typed = withHelpLast(words);
  const program = await buildProgram(terminal, typed);
  try {
    if (words.length === 0) program.help();
    await program.parseAsync(typed, { from: 'user' });
    return 0;
  } catch (error) {
    return exitCodeOf(error, terminal);
  }
}

/** `help cluster create` is `cluster create --help`: commander's own `help` goes one level deep. */
function withHelpLast(words: readonly string[]): readonly string[] {
  return words[0] === 'help' && words.length > 1 ? [...words.slice(1), '--help'] : words;
}

function exitCodeOf(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) {
    const wasAsked = error.code === 'commander.helpDisplayed' || error.code === 'commander.version';
    return wasAsked || error.exitCode === 0 ? 0 : 2;
  }
  if (error instanceof EndedBySignal) return error.exitCode;
  const style = styleFor(terminal.errorColours);
  const lines = printable(messageOf(error, terminal)).split('\n');
  terminal.writeError(`${style('bad', 'coppice:')} ${lines.join('\n         ')}\n`);
  if (terminal.env['DEBUG'] === 'coppice' && error instanceof Error)
    terminal.writeError(`${stackOf(error)}\n`);
  if (error instanceof InvalidIdentityError) return 2;
  return error instanceof CliError ? error.exitCode : 1;
}

/**
 * What is our own mistake is of little use in words: how to see where it happened helps the user who reports
 * it.
 */
function messageOf(error: unknown, { env }: Terminal): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof UnreachableError)
    return `${error.message}\nStart one with: ${programName(env)} serve    or name another with --url or COPPICE_URL.`;
  const isBug = ['TypeError', 'SyntaxError', 'ReferenceError', 'RangeError'].includes(error.name);
  return isBug ? `this is a mistake in Coppice: ${error.message} (DEBUG=coppice shows where)` : error.message;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
