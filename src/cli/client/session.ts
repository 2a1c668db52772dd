/** What every command that talks to a server begins with: the global options, read once. */
import type { Command } from 'commander';
import type { Json } from '../../domain/json.ts';
import { ApiClient, DEFAULT_URL } from './api-client.ts';
import { styleFor } from '../rendering/style.ts';
import type { Style } from '../rendering/style.ts';
import type { Terminal } from '../rendering/terminal.ts';

export interface GlobalOptions {
  readonly url?: string;
  readonly json?: boolean;
}

export interface Session {
  readonly terminal: Terminal;
  readonly api: ApiClient;
  /** For a program: JSON on stdout and nothing else. */
  readonly json: boolean;
  readonly style: Style;
}

export function openSession(command: Command, terminal: Terminal): Session {
  const options = command.optsWithGlobals<GlobalOptions>();
  const named = terminal.env['COPPICE_URL'];
  const url = options.url ?? (named === undefined || named === '' ? DEFAULT_URL : named);
  const api = new ApiClient(url);
  return { terminal, api, json: options.json === true, style: styleFor(terminal.colours) };
}

export function writeJson(terminal: Terminal, value: Json): void {
  terminal.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
