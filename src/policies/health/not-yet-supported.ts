/**
 * What of the health policy is understood, but not carried out yet. It is refused, never ignored: a policy that names a detection mode
 * which never looks would be worse than none. Removing a line enables it.
 */
import type { Issue } from '../../domain/errors.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { Json } from '../../domain/json.ts';

/** `[*]` is every entry of a list; `is` limits the line to values that begin with it. */
interface NotYet {
  readonly path: string;
  readonly is?: string;
}

export const notYetSupported: readonly NotYet[] = [
  { path: 'detection.detection_modes[*].type', is: 'HYPERVISOR_STATUS_POLLING' },
  { path: 'detection.detection_modes[*].type', is: 'LB_STATUS_POLLING' },
  { path: 'detection.detection_modes[*].type', is: 'LIFECYCLE_EVENTS' },
];

/** @param document what the user wrote, in the present form; defaults are not in it. */
export function refuseNotYetSupported(document: Json | undefined, lines = notYetSupported): Issue[] {
  return lines.flatMap((line) =>
    find(document, line.path.split('.'), '').flatMap(([path, value]) => refuse(line, path, value)),
  );
}

function refuse(line: NotYet, path: string, value: Json): Issue[] {
  const word = typeof value === 'string' ? value : '';
  if (line.is !== undefined && !word.startsWith(line.is)) return [];
  const what = line.is === undefined ? (path.split('.').at(-1) ?? path) : word;
  return [{ field: path, expected: 'nothing here', found: what, hint: `${what} is not yet supported` }];
}

/** Every place of the document that a path pattern leads to. */
function find(value: Json | undefined, steps: readonly string[], at: string): [string, Json][] {
  if (value === undefined) return [];
  const [step, ...rest] = steps;
  if (step === undefined) return [[at, value]];
  const key = step.replace('[*]', '');
  if (!isJsonObject(value) || !Object.hasOwn(value, key)) return [];
  const path = at === '' ? key : `${at}.${key}`;
  const next = value[key];
  if (key === step) return find(next, rest, path);
  return Array.isArray(next)
    ? next.flatMap((entry: Json, index) => find(entry, rest, `${path}[${index}]`))
    : [];
}
