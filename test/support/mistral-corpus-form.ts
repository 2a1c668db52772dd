/**
 * The normal form in which a run is compared with what was recorded: ids, times and wordings are taken out,
 * kinds and structure stay.
 */
import { isJsonObject, type Json, type JsonObject } from '../../src/domain/json.ts';

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const time = /\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?/g;
const taskErrors = /^Failure caused by error in tasks: ([^\n]*)/;

export function normal(value: Json, base: string): Json {
  if (typeof value === 'string') return normalText(value, base);
  if (Array.isArray(value)) return value.map((item: Json) => normal(item, base));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries<Json>(value).map(([key, item]) => [
      normalKey(key, base),
      key === 'elapsed' && typeof item === 'number' ? '<elapsed>' : normal(item, base),
    ]),
  );
}

function normalKey(key: string, base: string): string {
  return key.replaceAll(base, '${HTTP}');
}

function normalText(text: string, base: string): Json {
  const replaced = text.replaceAll(base, '${HTTP}');
  return replaced.startsWith('Failure caused by error in tasks: ')
    ? info(replaced, base)
    : replaced.replaceAll(uuid, '<uuid>').replaceAll(time, '<time>');
}

const kinds: readonly (readonly [string, RegExp])[] = [
  ['timeout', /Task timed out \[timeout\(s\)=(\d+)\]/],
  ['fail-on', /Failed by 'fail-on' policy/],
  ['pause-before', /Set by 'pause-before' policy/],
  ['output-on-error', /Failed to evaluate expression in output-on-error/],
  ['yaql', /Can not evaluate YAQL expression \[expression=(.*?), error=/s],
  ['jinja', /Can not evaluate Jinja expression \[expression=(.*?), error=/s],
  ['workflow-not-found', /Workflow not found|Failed to find workflow \[name=([^,\]]*)/],
  ['action-not-found', /Failed to find action \[action_name=([^,\]]*)|Invalid action(?: name)?:? ?([^,\]]*)/],
  ['invalid-input', /Invalid input \[name=([^,\]]*)/],
  ['invalid-policy', /Invalid data type in (\w+Policy)/],
  ['with-items-input', /Wrong input format for:/],
  ['dynamic-input', /Wrong dynamic input for task: (\w+)/],
  ['adhoc-base', /Failed to instantiate an action/],
  ['http-request', /Failed to send HTTP request/],
  ['action-exception', /The action raised an exception \[action=.*?msg='(.*?)'\]$/s],
  ['blocked-join', /Blocked by tasks: \[(.*?)\]/],
  ['failed-join', /Failed by tasks: \[(.*?)\]/],
  ['cancelled-tasks', /Cancelled tasks: (.*)/],
];

/** A state_info as its kind, with the detail that matters. */
export function info(text: string | null, base: string): Json {
  if (text === null) return null;
  const plain = text.replaceAll(base, '${HTTP}').replaceAll(uuid, '<uuid>').replaceAll(time, '<time>');
  const failed = taskErrors.exec(plain);
  if (failed !== null) return { kind: 'task-errors', detail: (failed[1] ?? '').trim() };
  for (const [kind, pattern] of kinds) {
    const match = pattern.exec(plain);
    const detail = match?.slice(1).find((group) => group);
    if (match !== null) return detail === undefined ? { kind } : { kind, detail: detail.trim() };
  }
  if (/^[{[]/.test(plain)) return { kind: 'result', detail: plain.trim() };
  return { kind: 'text', detail: (plain.trim().split('\n')[0] ?? '').trim() };
}

const soft = new Set([
  'yaql',
  'jinja',
  'action-not-found',
  'workflow-not-found',
  'invalid-input',
  'output-on-error',
  'invalid-policy',
  'dynamic-input',
  'result',
]);

/** Takes the wordings out: an implementation must match kinds and structure, not every sentence. */
export function soften(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => soften(item));
  if (!isJsonObject(value)) return value;
  const isKind =
    typeof value['kind'] === 'string' &&
    soft.has(value['kind']) &&
    Object.keys(value).every((key) => key === 'kind' || key === 'detail');
  const dropped = ['faultstring', 'faultcode', 'body', ...(isKind ? ['detail'] : [])];
  return Object.fromEntries(
    Object.entries<Json>(value)
      .filter(([key]) => !dropped.includes(key))
      .map(([key, item]) => [key, soften(item)]),
  );
}

/** Replaces what a case says not to compare; `*` stands for every item or key. */
export function prune(value: Json, path: string): Json {
  const [head = '', ...rest] = path.split('.');
  const change = (item: Json): Json => (rest.length === 0 ? '<ignored>' : prune(item, rest.join('.')));
  if (Array.isArray(value))
    return value.map((item: Json, index) => (head === '*' || head === String(index) ? change(item) : item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries<Json>(value).map(([key, item]) => [
      key,
      head === '*' || head === key ? change(item) : item,
    ]),
  );
}

/** One line for each difference; empty where both are the same. */
export function differences(expected: Json, found: Json, path = ''): string[] {
  if (Array.isArray(expected) && Array.isArray(found)) return listDifferences(expected, found, path);
  if (isJsonObject(expected) && isJsonObject(found)) return objectDifferences(expected, found, path);
  return expected === found ? [] : [`${path || '.'}: expected ${shorten(expected)}, found ${shorten(found)}`];
}

function listDifferences(expected: readonly Json[], found: readonly Json[], path: string): string[] {
  if (expected.length !== found.length) {
    return [
      `${path}: expected ${expected.length} items ${shorten(expected)}, found ${found.length} ${shorten(found)}`,
    ];
  }
  return expected.flatMap((item, index) => differences(item, found[index] ?? null, `${path}[${index}]`));
}

function objectDifferences(expected: JsonObject, found: JsonObject, path: string): string[] {
  const keys = new Set([...Object.keys(expected), ...Object.keys(found)]);
  return [...keys].toSorted().flatMap((key) => {
    const [left, right] = [expected[key], found[key]];
    if (left === undefined) return [`${path}.${key}: not expected, found ${shorten(right ?? null)}`];
    if (right === undefined) return [`${path}.${key}: expected ${shorten(left)}, missing`];
    return differences(left, right, `${path}.${key}`);
  });
}

function shorten(value: Json): string {
  const text = JSON.stringify(value);
  return text.length < 160 ? text : `${text.slice(0, 157)}...`;
}

/** JSON with sorted keys, to sort things by. */
export function sortKey(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => sortKey(item)).join(', ')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const entries = Object.entries<Json>(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}: ${sortKey(item)}`).join(', ')}}`;
}
