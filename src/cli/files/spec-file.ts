/**
 * A spec in a file, YAML or JSON (which is YAML too): read with the positions of its keys, so that a finding
 * has a position.
 */
import { LARGEST_TEXT_FILE, readTextFile } from '../../bounded-file.ts';
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

/** @throws CliError for a file that cannot be read, or is not YAML: with the line and column. */
export async function readSpecFile(file: string): Promise<SpecFile> {
  const text = await readFileOrInput(file);
  try {
    const { value, problems } = parseYamlText(text);
    return { spec: value, problems };
  } catch (error) {
    if (error instanceof DefinitionError) throw new CliError(notYaml(file, error), { cause: error });
    throw error;
  }
}

/** @throws CliError for a file that cannot be read. */
export async function readFileOrInput(file: string): Promise<string> {
  try {
    return file === '-' ? await readInput() : readTextFile(file);
  } catch (error) {
    throw new CliError(`${file}: ${fileProblem(error)}`, { cause: error });
  }
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LARGEST_TEXT_FILE) throw Object.assign(new Error('too large'), { code: 'EFBIG' });
  }
  return Buffer.concat(chunks).toString();
}

function fileProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'no permission to read it';
  if (code === 'EFBIG') return `expected at most ${LARGEST_TEXT_FILE} bytes, found more`;
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
