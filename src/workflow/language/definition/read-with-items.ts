/**
 * Reads `with-items: i in <% $.list %>`, or several lists iterated in parallel; a list may be written as
 * JSON.
 */
import type { Json } from '../../../domain/json.ts';
import { readTemplate, type Source, wrong } from './source.ts';
import type { ItemsSpec } from './workflow-spec.ts';

const form = /^\s*([\p{L}\p{N}_-]+)\s+in\s*(\[.+\]|<%.*?%>|\{\{.*?\}\}|\{%.*?%\})\s*$/su;
const expected = "'var in <% $.list %>' or 'var in [1, 2]'";

export function readWithItems(source: Source): readonly ItemsSpec[] {
  const { value } = source;
  if (value === undefined) return [];
  const lines = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(lines) || lines.length === 0) {
    wrong(source, 'wrong type', `${expected}, or a list of them`);
    return [];
  }
  const items = lines.flatMap((line: Json, index) => readLine(pathOf(source, index), line));
  if (new Set(items.map(({ variable }) => variable)).size !== items.length)
    wrong(source, 'a variable is repeated', 'each once');
  return items;
}

function pathOf(source: Source, index: number): Source {
  return Array.isArray(source.value) ? { ...source, path: [...source.path, index] } : source;
}

function readLine(source: Source, line: Json): ItemsSpec[] {
  const match = typeof line === 'string' ? form.exec(line) : null;
  const [, variable, list] = match ?? [];
  if (variable === undefined || list === undefined) {
    wrong({ ...source, value: line }, "wrong form of 'with-items'", expected);
    return [];
  }
  if (!list.startsWith('[')) return [{ variable, values: readTemplate({ ...source, value: list }) }];
  return readJsonList(source, variable, list);
}

function readJsonList(source: Source, variable: string, list: string): ItemsSpec[] {
  try {
    return [{ variable, values: readTemplate({ ...source, value: JSON.parse(list) as Json }) }];
  } catch {
    wrong({ ...source, value: list }, "the list of 'with-items' is no JSON", expected);
    return [];
  }
}
