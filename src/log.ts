import pino, { type Logger } from 'pino';
import { isStorageFailure } from './domain/errors.ts';
import { secretPropertyNames } from './profiles/secret-names.ts';

/** What waits to be written where stderr takes nothing for a while (a full disk); more is dropped. */
const MOST_WAITING = 1_048_576;

/**
 * One JSON object a line on stderr; stdout belongs to what a command answers. What may be secret is cut out
 * by its name.
 */
export function createLog(level: string): Logger {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: MOST_WAITING });
  // A failing log cannot be reported; without a listener the error would end the process.
  destination.on('error', () => undefined);
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secretPaths, censor: '***' },
      hooks: {
        logMethod(args, method) {
          if (!wasSaidAlready(args[0])) method.apply(this, args);
        },
      },
    },
    destination,
  );
}

/** That the database fails is said once, by who watches it (app.ts), and not by everyone who meets it. */
function wasSaidAlready(details: unknown): boolean {
  return isStorageFailure((details as { err?: unknown } | undefined)?.err);
}

const secretNames = ['password', 'token', 'secret', 'authorization', ...secretPropertyNames];
const secretPaths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
