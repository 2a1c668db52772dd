/** The file of the configuration: its values, and where each of them stands in it. */
import { isCollection, isMap, isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { readTextFile } from './bounded-file.ts';
import { ConfigError } from './config-error.ts';
import { describeIssue, quoteValue, type Issue } from './domain/errors.ts';

export interface ConfigFile {
  readonly values: Readonly<Record<string, unknown>>;
  /** Of all that is wrong, each with `FILE:LINE:COLUMN` where its field, or what it should be in, stands. */
  readonly refusal: (issues: readonly Issue[]) => ConfigError;
}

/** Where no file was given. */
export const noConfigFile: ConfigFile = {
  values: {},
  refusal: (issues) => refusal(issues.map((issue) => ['configuration', issue])),
};

/** @throws ConfigError for a file that cannot be read, or is no map in YAML. */
export function readConfigFile(path: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(readFile(path), { lineCounter: lines });
  const placeOf = (offset: number | undefined): string => {
    if (offset === undefined) return path;
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const [broken] = document.errors;
  if (broken?.code === 'TAB_AS_INDENT') {
    const issue = {
      field: '',
      expected: 'YAML',
      found: 'a tab',
      hint: 'a tab cannot indent a line: use blanks',
    };
    throw refusal([[placeOf(broken.pos[0]), issue]]);
  }
  if (broken !== undefined) {
    const isSecond = broken.code === 'MULTIPLE_DOCS';
    const expected = isSecond ? 'one YAML document' : 'YAML';
    const found = isSecond
      ? 'another behind `---`'
      : // Behind it the library draws the line, with its own count of lines before.
        (broken.message.split('\n')[0] ?? 'something else').replace(/ at line \d+, column \d+:$/, '');
    throw refusal([[placeOf(broken.pos[0]), { field: '', expected, found }]]);
  }
  const value = valueOf(document, path);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refusal([[path, { field: '', expected: 'a map', found: quoteValue(value) }]]);
  }
  return {
    values: { ...value },
    refusal: (issues) => {
      const placed = issues.map((issue) => ({ issue, offset: offsetOf(document, issue.field) }));
      const inOrder = placed.toSorted((a, b) => (a.offset ?? 0) - (b.offset ?? 0));
      return refusal(inOrder.map(({ issue, offset }) => [placeOf(offset), issue]));
    },
  };
}

function refusal(issues: readonly (readonly [place: string, issue: Issue])[]): ConfigError {
  return new ConfigError(issues.map(([place, issue]) => `${place}: ${describeIssue(issue)}`).join('\n'));
}

function readFile(path: string): string {
  try {
    return readTextFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const found =
      {
        ENOENT: 'no such file',
        EACCES: 'one that may not be read',
        EISDIR: 'a directory',
        EFBIG: 'one of more than 1 MiB',
      }[code] ?? code;
    throw refusal([[path, { field: '', expected: 'a readable file', found }]]);
  }
}

/** A few aliases of aliases stand for millions of values. */
function valueOf(document: Document, path: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    const expected = 'a file whose aliases stand for few values';
    const { message } = refusal([[path, { field: '', expected, found: 'too many' }]]);
    throw new ConfigError(message, { cause: error });
  }
}

/** Of the key, or of the last of its parents that is there: `auth.tokens[0].role`, `auth.tokens.0.role`. */
function offsetOf(document: Document, field: string): number | undefined {
  let offset: number | undefined;
  let node: unknown = document.contents;
  for (const key of field.match(/[^.[\]]+/g) ?? []) {
    if (!isCollection(node)) break;
    const pair = isMap(node) ? node.items.find((item) => String(item.key) === key) : undefined;
    const next: unknown = node.get(isMap(node) ? key : Number(key), true);
    const at = pair?.key ?? next;
    if (!isNode(at)) break;
    offset = at.range?.[0] ?? offset;
    node = next;
  }
  return offset;
}
