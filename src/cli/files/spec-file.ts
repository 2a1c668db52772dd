/**
 * A spec in a file, YAML or JSON (which is YAML too): read with the positions of its keys, so that a finding
 * has a position.
 */
import { readFile, stat } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import type { Json } from '../../domain/json.ts';
import { DefinitionError } from '../../workflow/language/definition/problem.ts';
import type { ProblemList } from '../../workflow/language/definition/problem.ts';
import { parseYamlText } from '../../workflow/language/definition/yaml-document.ts';
import { CliError } from '../cli-error.ts';

export interface SpecFile {
  readonly spec: Json;
  /** What is noted here gets its line and column. */
  readonly problems: ProblemList;
}

/** No spec written by hand comes near it. */
const LARGEST_FILE = 1024 * 1024;

/** @throws CliError for a file that cannot be read, or is not YAML: with the line and column. */
export async function readSpecFile(file: string): Promise<SpecFile> {
  const text = await readText(file);
  try {
    const { value, problems } = parseYamlText(text);
    return { spec: value, problems };
  } catch (error) {
    if (error instanceof DefinitionError) throw new CliError(notYaml(file, error), { cause: error });
    throw error;
  }
}

/** @throws CliError for a file that cannot be read. */
export async function readText(file: string): Promise<string> {
  if (file === '-') return readAll(process.stdin);
  try {
    const { size } = await stat(file);
    if (size > LARGEST_FILE)
      throw new CliError(`${file}: expected at most ${LARGEST_FILE} bytes, found ${size}`);
    return await readFile(file, 'utf8');
  } catch (error) {
    throw error instanceof CliError
      ? error
      : new CliError(`${file}: ${fileProblem(error)}`, { cause: error });
  }
}

function fileProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'no permission to read it';
  return code === 'EISDIR' ? 'expected a file, found a directory' : message;
}

function notYaml(file: string, { problems }: DefinitionError): string {
  return problems
    .map(({ message, line, column }) => {
      const at = line === undefined ? '' : `:${line}:${column ?? 1}`;
      return `${file}${at}: not readable as YAML: ${message.replace('Definition could not be parsed: ', '')}`;
    })
    .join('\n');
}
