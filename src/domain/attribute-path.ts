/**
 * A path to an attribute of a node, in the notation of jsonpath_rw, which Senlin's users write: `name`,
 * `details.addresses.private[0].addr`, `$.metadata['my key']`, `data.*`, `details..addr`. (RFC 9535 is
 * another notation: it takes no path without `$`, and no `-` in a name.) Only the first value that is found
 * counts, as in Senlin, so that slices and unions, which change nothing of that, are not read.
 */
import { CoppiceError } from './errors.ts';
import { isJsonObject, type Json } from './json.ts';

type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  /** All entries of a map or list. */
  | { readonly kind: 'any' }
  /** The value, and all that is in it. */
  | { readonly kind: 'within' };

export type AttributePath = readonly Step[];

const LONGEST = 1000;
const token =
  /(?<within>\.\.)|(?<dot>\.)|\[(?<index>\d{1,9})\]|\[(?:'(?<single>[^']*)'|"(?<double>[^"]*)")\]|(?<any>\*|\[\*\])|(?<name>[A-Za-z_@][\w@-]*)|'(?<quoted>[^']*)'/y;

/** @throws CoppiceError `bad-request` */
export function readAttributePath(text: string): AttributePath {
  if (text.length > LONGEST) refuse(`it has ${text.length} characters, at most ${LONGEST} are taken`);
  const steps: Step[] = [];
  let at = text.startsWith('$') ? 1 : 0;
  // Before a name stands a dot, or the beginning; before a bracket there may be none.
  let takesName = at === 0;
  while (at < text.length) {
    token.lastIndex = at;
    const { groups = {} } = token.exec(text) ?? {};
    const step = stepOf(groups);
    const isJoined =
      step?.kind === 'name' && groups['single'] === undefined && groups['double'] === undefined;
    if (token.lastIndex === 0 || (isJoined && !takesName)) refuse(`Unexpected character: ${text[at]}`);
    if (step !== undefined) steps.push(step);
    takesName = groups['dot'] !== undefined || groups['within'] !== undefined;
    at = token.lastIndex;
  }
  if (takesName) refuse('Parse error near the end of string!');
  return steps;
}

function stepOf(groups: Readonly<Record<string, string | undefined>>): Step | undefined {
  if (groups['within'] !== undefined) return { kind: 'within' };
  if (groups['index'] !== undefined) return { kind: 'index', index: Number(groups['index']) };
  if (groups['any'] !== undefined) return { kind: 'any' };
  const name = groups['name'] ?? groups['quoted'] ?? groups['single'] ?? groups['double'];
  return name === undefined ? undefined : { kind: 'name', name };
}

function refuse(why: string): never {
  throw new CoppiceError('bad-request', `Invalid attribute path - ${why}.`);
}

/** The first value at the path; undefined: there is none. */
export function valueAt(value: Json, path: AttributePath): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  for (const next of nextValues(value, step)) {
    const found = valueAt(next, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

function* nextValues(value: Json, step: Step): Generator<Json> {
  switch (step.kind) {
    case 'name':
      if (isJsonObject(value) && Object.hasOwn(value, step.name)) yield value[step.name] ?? null;
      break;
    case 'index':
      if (Array.isArray(value) && step.index < value.length) yield (value as Json[])[step.index] ?? null;
      break;
    case 'any':
      yield* entriesOf(value);
      break;
    case 'within':
      yield value;
      for (const entry of entriesOf(value)) yield* nextValues(entry, step);
      break;
  }
}

function entriesOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value as Json[];
  return isJsonObject(value) ? Object.values(value) : [];
}
