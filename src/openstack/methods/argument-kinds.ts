/**
 * What kind of value an argument has to be, for those where another kind would be left out of the request:
 * a filter that is a text would list everything, and a region that is a number would be the cloud's own.
 * Names mean the same in all methods. Values that are empty in Python count as not given.
 */
import type { Json } from '../../domain/json.ts';
import { isJsonObject } from '../../domain/json.ts';
import { isGiven } from './requests.ts';

type Kind =
  | 'a mapping'
  | 'a list'
  | 'a text'
  | 'a mapping or a list'
  | 'a list or a text'
  | 'a text or a number';

const kinds: Readonly<Record<string, Kind>> = {
  search_opts: 'a mapping',
  filters: 'a mapping',
  meta: 'a mapping',
  metadata: 'a mapping',
  scheduler_hints: 'a mapping',
  files: 'a mapping',
  parameters: 'a mapping',
  environment: 'a mapping',
  block_device_mapping: 'a mapping',
  block_device_mapping_v2: 'a list',
  security_groups: 'a list',
  nics: 'a list or a text',
  admin_pass: 'a text',
  userdata: 'a text',
  password: 'a text',
  key_name: 'a text',
  min_count: 'a text or a number',
  max_count: 'a text or a number',
  action_region: 'a text',
};

/** @returns `expected a mapping, found a text`; undefined: it is of the right kind, or is not given. */
export function wrongKind(name: string, value: Json | undefined): string | undefined {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined || !isGiven(value)) return undefined;
  const found = kindOf(value);
  return kind.split(' or ').includes(found) ? undefined : `expected ${kind}, found ${found}`;
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'a list';
  if (isJsonObject(value)) return 'a mapping';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}
