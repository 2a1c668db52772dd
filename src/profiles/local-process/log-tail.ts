/** The end of what a process wrote, fit to be shown: short, without control characters, and without the values of its environment. */
import { open } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import type { NodeDirectory } from './node-directory.ts';
import type { ProcessSpec } from './spec.ts';

const mostLines = 20;
const mostBytes = 8192;
// Shorter values (`1`, `true`, `de`) are no secrets, and blotting them out would make the text unreadable.
const shortestSecret = 6;

/** At most 20 lines and 8 KiB; empty where nothing was written. */
export async function readLogTail(directory: NodeDirectory, spec: ProcessSpec): Promise<string> {
  const newest = await readEnd(directory.log, 0);
  const all = countLines(newest) < mostLines ? (await readEnd(directory.olderLog, 0)) + newest : newest;
  return presentable(all, spec);
}

/** As readLogTail, without what stood in the log before `offset`. */
export async function readLogSince(
  offset: number,
  directory: NodeDirectory,
  spec: ProcessSpec,
): Promise<string> {
  return presentable(await readEnd(directory.log, offset), spec);
}

function presentable(all: string, spec: ProcessSpec): string {
  const clean = withoutSecrets(withoutControls(all), spec);
  return clean.trimEnd().split('\n').slice(-mostLines).join('\n').slice(-mostBytes);
}

/** Replaces what the spec's `env` holds by ***, wherever it stands. */
export function withoutSecrets(text: string, spec: ProcessSpec): string {
  const secrets = Object.values(spec.env).filter((value) => value.length >= shortestSecret);
  // The longest first: one may be a part of another.
  secrets.sort((a, b) => b.length - a.length);
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
}

function withoutControls(text: string): string {
  // oxfmt would join what belongs apart: all controls but tab and newline.
  return stripVTControlCharacters(text)
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\P{Cc}\t\n]/gu, '\uFFFD');
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}

async function readEnd(path: string, from: number): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    // A log that was shortened meanwhile begins anew.
    const length = Math.min(from > size ? size : size - from, mostBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
