import { constants } from 'node:os';

/** Something that ends a command: its message goes to stderr, without a stack. */
export class CliError extends Error {
  /** 1: it did not work. 2: the command was used wrongly. */
  readonly exitCode: 1 | 2;

  constructor(message: string, options: { exitCode?: 1 | 2; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'CliError';
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The command was used wrongly; the message names what is right. */
export function usageError(message: string): CliError {
  return new CliError(message, { exitCode: 2 });
}

/** The signals that end a command; SIGQUIT is Ctrl-\. */
export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** The command has written what it had to: there is no message, only the exit code. */
export class SilentExit extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, why: string) {
    super(why);
    this.name = 'SilentExit';
    this.exitCode = exitCode;
  }
}

/** A signal ended the command as it should: its exit code is 128 and the signal's number. */
export class EndedBySignal extends SilentExit {
  constructor(signal: NodeJS.Signals) {
    super(128 + constants.signals[signal], `ended by ${signal}`);
    this.name = 'EndedBySignal';
  }
}

/**
 * The signals stay taken: one that comes twice (from the terminal, and passed on by npm) must not cut the
 * stop short.
 */
export function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of endingSignals) process.on(signal, resolve);
  });
}
