/** Files of examples/ as a demo sends them to Coppice: with their ${...} filled in. */
import path from 'node:path';
import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { readSpecFile } from '../files/spec-file.ts';
import { packageRoot } from '../../package-root.ts';

export const examples = path.join(packageRoot, 'examples');

/** @param values of the names in `${NAME}`. @throws CliError for a file that cannot be read. */
export async function exampleSpec(
  file: string,
  values: Readonly<Record<string, string>> = {},
): Promise<JsonObject> {
  const { spec } = await readSpecFile(path.join(examples, file));
  return filledIn(spec, values) as JsonObject;
}

function filledIn(value: Json, values: Readonly<Record<string, string>>): Json {
  if (typeof value === 'string')
    return value.replaceAll(/\$\{([A-Z]+)\}/g, (whole, name: string) => values[name] ?? whole);
  if (Array.isArray(value)) return value.map((entry: Json) => filledIn(entry, values));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, filledIn(entry, values)]));
}
