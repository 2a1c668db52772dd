/**
 * The last few steps before a process runs are those of a small shell program, because they must be taken
 * whole even if Coppice is killed meanwhile: write down who I am, link that to `claim` (which only the first
 * can), become the command. A launcher that comes second, or after its start was retired, finds no place for
 * its claim and goes without a word.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { CoppiceError } from '../../domain/errors.ts';
import { inOwnTurn } from '../../event-loop.ts';
import { openLogToAppend } from './log-file.ts';
import { spawnDetached, type Exit } from './spawner.ts';

// Start time and boot stand beside the number so that the claim names one process for ever (identity.ts).
// dash ends in its EXIT trap if exec fails; bash needs execfail for that.
const script = [
  'd=$1; shift',
  '{ read -r boot </proc/sys/kernel/random/boot_id && read -r stat </proc/$$/stat; } 2>/dev/null || {' +
    ' boot=$(command -p sysctl -n kern.bootsessionuuid); stat=$(LC_ALL=C TZ=UTC command -p ps -o lstart= -p $$); }',
  '{ printf "%s\\n%s\\n%s\\n" "$boot" "$$" "$stat" >"$d/claim.$$" && command -p ln "$d/claim.$$" "$d/claim"; won=$?;' +
    ' command -p rm -f "$d/claim.$$"; [ "$won" -eq 0 ] || exit 0; } 2>/dev/null',
  'exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-',
  'shopt -s execfail 2>/dev/null',
  `trap 'echo "$?" >"$d/failed"' EXIT`,
  'exec "$@"',
  'exit "$?"',
].join('; ');

export interface Launch {
  /** The start's directory. */
  readonly start: string;
  /** An absolute path first: the shell searches nothing. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: string;
  /** Called once, when the process that was started has ended. */
  readonly ended?: (pid: number, exit: Exit) => void;
}

export interface Launcher {
  readonly pid: number;
  /** Where in the log its output begins. */
  readonly logOffset: number;
  /** undefined while it runs. It may have lost, and ended for that reason. */
  exit(): Exit | undefined;
}

/**
 * A launcher in a session of its own, which outlives Coppice. @throws CoppiceError where the system would not
 * start one.
 */
export async function launch(request: Launch): Promise<Launcher> {
  await using output = await openLogToAppend(request.log);
  await using nothing = await open('/dev/null', 'r+');
  const { size } = await output.stat();
  // Many at once would take the processor from all requests that wait meanwhile.
  return await inOwnTurn(() => spawnLauncher(request, output.fd, nothing.fd, size));
}

async function spawnLauncher(
  { start, command, cwd, env, ended }: Launch,
  output: number,
  nothing: number,
  logOffset: number,
): Promise<Launcher> {
  let exit: Exit | undefined;
  const request = {
    file: '/bin/sh',
    args: ['-c', script, 'coppice-launcher', start, ...command],
    cwd,
    env,
    stdio: ['ignore' as const, output, output, ...covered(nothing)],
  };
  const onEnd = (endedPid: number, found: Exit): void => {
    exit = found;
    ended?.(endedPid, found);
  };
  const pid = await spawnDetached(request, onEnd).catch((error: NodeJS.ErrnoException) => {
    throw refusal(error, cwd);
  });
  return { pid, logOffset, exit: () => exit };
}

/** Whether a command line is that of a launcher which has not become its command yet. */
export function isLauncher(commandLine: string): boolean {
  return commandLine.includes(script);
}

let inherited: readonly number[] | undefined;

/**
 * Descriptors that the parent of Coppice left open in it: a process that outlives Coppice must not hold their
 * pipes and locks for ever. Node cannot close them in a child, but put something in their place (the shell
 * closes those that it can name).
 */
function covered(nothing: number): ('ignore' | number)[] {
  inherited ??= inheritedDescriptors();
  const list: ('ignore' | number)[] = [];
  for (const descriptor of inherited) {
    while (list.length + 3 < descriptor) list.push('ignore');
    list.push(nothing);
  }
  return list;
}

/**
 * All that Node opened itself close in a child; O_CLOEXEC is 02000000 in the octal flags of
 * proc_pid_fdinfo(5).
 */
function inheritedDescriptors(): number[] {
  const names = existsSync('/proc/self/fdinfo') ? readdirSync('/proc/self/fdinfo') : [];
  const open = names.map(Number).filter((descriptor) => descriptor > 2 && !closesInChild(descriptor));
  return open.sort((a, b) => a - b);
}

function closesInChild(descriptor: number): boolean {
  try {
    const [, flags = '0'] =
      /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')) ?? [];
    return (Number.parseInt(flags, 8) & 0o2000000) !== 0;
  } catch {
    return true;
  }
}

function refusal(error: NodeJS.ErrnoException, cwd: string): CoppiceError {
  const why = error.code ?? error.message;
  const impossible = ['E2BIG', 'EACCES', 'ENOTDIR', 'ENOENT'].includes(why);
  const code = impossible ? 'operation-impossible' : 'operation-failed';
  return new CoppiceError(code, `no process could be started in ${cwd}: ${why}`, { cause: error });
}
