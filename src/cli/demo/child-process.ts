/**
 * A program that the demo starts beside itself, ready once it has written a line with `{"ready": {"url":
 * ...}}`.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isJsonObject } from '../../domain/json.ts';
import type { JsonObject } from '../../domain/json.ts';
import { CliError } from '../cli-error.ts';

/** A machine that is busy with other work takes long to start a process; one that ends is seen at once. */
const readyWithinMs = 60_000;
const pollMs = 20;

export interface RunningChild {
  readonly process: ChildProcess;
  readonly url: string;
  /** All that it wrote with its URL. */
  readonly ready: JsonObject;
}

export interface ChildCommand {
  /** For messages: `the server`. */
  readonly name: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to the environment of this process; undefined takes a variable away. */
  readonly environment?: NodeJS.ProcessEnv;
  /** A file for its output: unlike a pipe it takes what is written after this process has ended. */
  readonly log: string;
}

/**
 * A group of its own keeps Ctrl-C from reaching it before the demo knows what to do. @throws CliError where
 * it does not get ready.
 */
export async function startChild(command: ChildCommand, signal: AbortSignal): Promise<RunningChild> {
  const log = openSync(command.log, 'a');
  const { size: begin } = await stat(command.log);
  const child = spawn(process.execPath, command.args, {
    cwd: command.cwd,
    env: { ...process.env, ...command.environment },
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  return { process: child, ...(await untilReady(child, command, begin, signal)) };
}

/** Kills it, and waits until it is gone. */
export async function killChild({ process: child }: RunningChild): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.ref();
  child.kill('SIGKILL');
  await gone;
}

async function untilReady(
  child: ChildProcess,
  command: ChildCommand,
  begin: number,
  signal: AbortSignal,
): Promise<Pick<RunningChild, 'url' | 'ready'>> {
  const giveUp = performance.now() + readyWithinMs;
  for (;;) {
    const output = (await readFile(command.log)).subarray(begin).toString();
    const ready = output
      .split('\n')
      .map(readyIn)
      .find((found) => found !== undefined);
    if (ready !== undefined) return ready;
    const ended = child.exitCode !== null || child.signalCode !== null;
    if (ended) throw new CliError(`${command.name} ended before it was ready: ${lastLine(output)}`);
    if (performance.now() > giveUp)
      throw new CliError(`${command.name} was not ready within ${readyWithinMs / 1000} s`);
    await delay(pollMs, undefined, { signal });
  }
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}

function readyIn(line: string): Pick<RunningChild, 'url' | 'ready'> | undefined {
  if (!line.startsWith('{"ready"') || !line.endsWith('}')) return undefined;
  const message: unknown = JSON.parse(line);
  const ready = isJsonObject(message) ? message['ready'] : undefined;
  return isJsonObject(ready) && typeof ready['url'] === 'string' ? { url: ready['url'], ready } : undefined;
}
