import pino, { type Logger } from 'pino';

/** One JSON object a line on stderr; stdout belongs to what a command answers. What may be secret is cut out by its name. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secretPaths, censor: '***' },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

const secretNames = ['password', 'admin_pass', 'token', 'secret', 'authorization', 'env'];
const secretPaths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
