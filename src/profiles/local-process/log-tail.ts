/**
 * The end of what a process wrote, fit to be shown: short, without control characters, and without the values
 * of its environment.
 */
import { stripVTControlCharacters } from 'node:util';
import { openLog } from './log-file.ts';
import type { NodeDirectory } from './node-directory.ts';
import type { WholeProcessSpec } from './spec.ts';

const mostLines = 20;
const mostCharacters = 8192;
// Shorter values (`1`, `true`, `de`) are no secrets, and blotting them out would make the text unreadable.
const shortestSecret = 6;

/** At most 20 lines and 8192 characters; empty where nothing was written. */
export async function readLogTail(directory: NodeDirectory, spec: WholeProcessSpec): Promise<string> {
  const newest = await readEnd(directory.log, 0, spec);
  if (countLines(newest) >= mostLines) return presentable(newest);
  // -1: the older one begins wherever log-limit.ts cut it off.
  return presentable((await readEnd(directory.olderLog, -1, spec)) + newest);
}

/** Whether readLogTail shows anything. */
export async function hasLog({ log, olderLog }: NodeDirectory): Promise<boolean> {
  for (const path of [log, olderLog])
    if ((await readBytes(path, 0, mostCharacters)).text.trim() !== '') return true;
  return false;
}

/** As readLogTail, without what stood in the log before `offset`. */
export async function readLogSince(
  offset: number,
  directory: NodeDirectory,
  spec: WholeProcessSpec,
): Promise<string> {
  return presentable(await readEnd(directory.log, offset, spec));
}

/** Replaces what the spec's `env` holds by ***, wherever it stands. */
export function withoutSecrets(text: string, spec: WholeProcessSpec): string {
  return secretsOf(spec).reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
}

function presentable(text: string): string {
  const clean = stripVTControlCharacters(text)
    .replaceAll(/\r\n?/g, '\n')
    // All controls but tab and newline.
    .replaceAll(/[^\P{Cc}\t\n]/gu, '\uFFFD');
  return clean.trimEnd().split('\n').slice(-mostLines).join('\n').slice(-mostCharacters);
}

/** The longest first: one may be a part of another. */
function secretsOf({ env }: WholeProcessSpec): string[] {
  const secrets = Object.values(env).filter((value) => value.length >= shortestSecret);
  return secrets.sort((a, b) => b.length - a.length);
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}

/**
 * The end of a file from `from` on, without secrets. Where it was cut off from something before, its first
 * characters may be the second half of a secret, and go: as many as the longest secret has bytes.
 */
async function readEnd(path: string, from: number, spec: WholeProcessSpec): Promise<string> {
  const margin = Buffer.byteLength(secretsOf(spec)[0] ?? '');
  const { text, isCut } = await readBytes(path, from, mostCharacters + margin);
  return withoutSecrets(text, spec).slice(isCut ? margin : 0);
}

async function readBytes(
  path: string,
  from: number,
  most: number,
): Promise<{ text: string; isCut: boolean }> {
  const file = await openLog(path, 'read');
  if (file === undefined) return { text: '', isCut: false };
  await using _open = file;
  const { size } = await file.stat();
  // A log that was shortened meanwhile (log-limit.ts) begins again.
  const begin = Math.max(from > size ? 0 : from, size - most);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - begin), 0, size - begin, begin);
  return { text: buffer.toString('utf8', 0, bytesRead), isCut: begin > from };
}
