/**
 * Finds what an operator wrote about the cloud, where OpenStack's clients find it: an entry of `clouds.yaml`
 * (with `secure.yaml` beside it) that is named by `OS_CLOUD` or the configuration, else the `OS_*` variables.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseDocument } from 'yaml';
import { readTextFile } from '../bounded-file.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { CloudSettings } from './cloud-settings.ts';
import { CloudSettingsError, readSettings, type CloudOptions } from './read-settings.ts';

export interface SettingsRequest {
  /** The entry of clouds.yaml; absent: `OS_CLOUD`, and without it the variables. */
  readonly cloud?: string | undefined;
  /** The file; absent: `OS_CLIENT_CONFIG_FILE`, then the usual places. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where `clouds.yaml` is looked for first; absent: the working directory. */
  readonly directory?: string;
}

/** @throws CloudSettingsError */
export function findSettings({ cloud, file, env, directory = '.' }: SettingsRequest): CloudSettings {
  const name = cloud ?? env['OS_CLOUD'];
  if (name === undefined) return fromVariables(env);
  const path = file ?? env['OS_CLIENT_CONFIG_FILE'] ?? usualPlaces(env, directory).find(existsSync);
  if (path === undefined)
    throw refusal(
      'clouds.yaml',
      '',
      `a file for the cloud ${name}`,
      `none in ${usualPlaces(env, directory).join(', ')}`,
    );
  return fromCloudsYaml(path, name);
}

function usualPlaces(env: SettingsRequest['env'], directory: string): string[] {
  const own = env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? homedir(), '.config');
  return [directory, join(own, 'openstack'), '/etc/openstack'].map((folder) => join(folder, 'clouds.yaml'));
}

function fromVariables(env: SettingsRequest['env']): CloudSettings {
  const options = Object.entries(env).flatMap(([name, value]) =>
    name.startsWith('OS_') && value !== undefined && value !== ''
      ? [[name.slice(3).toLowerCase(), value] as const]
      : [],
  );
  if (options.length === 0)
    throw refusal(
      'the environment',
      'OS_AUTH_URL',
      'the variables OS_... of a cloud, or OS_CLOUD with a name of clouds.yaml',
      'nothing',
    );
  return readSettings(Object.fromEntries(options), {
    name: 'the environment',
    field: (option) => `OS_${option.toUpperCase()}`,
    where: 'in the environment of the server',
    test: 'openstack token issue',
  });
}

function fromCloudsYaml(path: string, name: string): CloudSettings {
  const entry = cloudIn(readYaml(path), path, name);
  const secure = join(dirname(path), 'secure.yaml');
  const secret = existsSync(secure) ? cloudsOf(readYaml(secure))[name] : undefined;
  const parts = [entry, ...(isJsonObject(secret) ? [secret] : [])];
  const options = Object.assign({}, ...parts.map(optionsOf)) as CloudOptions;
  const fieldOf = (option: string): string =>
    `clouds.${name}.${option in topOptions ? option : `auth.${option}`}`;
  const files = secret === undefined ? path : `${path} or ${secure}`;
  const wrong = parts.flatMap(withoutText).map(([option, found]) => ({
    field: fieldOf(option),
    expected: 'a text',
    found,
  }));
  if (wrong.length > 0) throw new CloudSettingsError(path, wrong);
  return readSettings(options, {
    name: path,
    field: fieldOf,
    where: `in ${files}`,
    test: `OS_CLIENT_CONFIG_FILE=${path} openstack --os-cloud ${name} token issue`,
  });
}

/** What stands beside `auth`; all else is in it. */
const topOptions: Readonly<Record<string, true>> = {
  auth_type: true,
  cacert: true,
  interface: true,
  region_name: true,
  verify: true,
};

/** The options that Coppice reads where a list or a map stands, and which of both it is. */
function withoutText({ auth, ...rest }: JsonObject): (readonly [option: string, found: string])[] {
  const beside = Object.entries(rest).filter(([option]) => option in topOptions);
  return [...Object.entries(isJsonObject(auth) ? auth : {}), ...beside].flatMap(([option, value]) =>
    typeof value === 'object' && value !== null
      ? [[option, Array.isArray(value) ? 'a list' : 'a map'] as const]
      : [],
  );
}

/** The keys of `auth` and those beside it, in one map; `regions` with one name is that region. */
function optionsOf(entry: JsonObject): CloudOptions {
  const { auth, regions, ...rest } = entry;
  const given = { ...rest, ...(isJsonObject(auth) ? auth : {}) };
  const texts = Object.entries(given).flatMap(([key, value]) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [[key, String(value)] as const]
      : [],
  );
  const [region] = Array.isArray(regions) ? regions : [];
  const first = isJsonObject(region) ? region['name'] : region;
  return { ...(typeof first === 'string' ? { region_name: first } : {}), ...Object.fromEntries(texts) };
}

function cloudIn(document: JsonObject, path: string, name: string): JsonObject {
  const clouds = cloudsOf(document);
  const entry = clouds[name];
  if (isJsonObject(entry)) return entry;
  const names = Object.keys(clouds);
  const meant = didYouMean(name, names);
  const found = names.length === 0 ? 'no clouds' : `only ${names.join(', ')}`;
  throw refusal(path, `clouds.${name}`, 'an entry', found, meant);
}

function cloudsOf({ clouds }: JsonObject): JsonObject {
  return isJsonObject(clouds) ? clouds : {};
}

/** A few aliases of aliases stand for millions of values. */
function valueOf(document: ReturnType<typeof parseDocument>, path: string): unknown {
  try {
    return document.toJS();
  } catch {
    throw refusal(path, '', 'a file whose aliases stand for few values', 'too many');
  }
}

function readYaml(path: string): JsonObject {
  let text: string;
  try {
    text = readTextFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'an error';
    throw refusal(path, '', 'a readable file', code === 'EFBIG' ? 'one of more than 1 MiB' : code);
  }
  const document = parseDocument(text);
  const line = document.errors[0]?.linePos?.[0].line;
  // The parser's own message quotes the line, which may hold a password.
  if (document.errors.length > 0) throw refusal(path, '', 'YAML', `an error in line ${line ?? '?'}`);
  const value = valueOf(document, path);
  if (!isJsonObject(value)) throw refusal(path, '', 'a map with the key clouds', 'something else');
  return value;
}

function refusal(
  source: string,
  field: string,
  expected: string,
  found: string,
  hint?: string,
): CloudSettingsError {
  return new CloudSettingsError(source, [
    { field, expected, found, ...(hint === undefined ? {} : { hint }) },
  ]);
}
