/** The shape of a JSON value: its keys and the types of its values, with the values left out. Pure. */

/** Strings whose format clients depend on. */
const formats: ReadonlyMap<string, RegExp> = new Map([
  ['time', /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d$/],
  ['time Z', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
  ['time with fraction', /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d+$/],
  ['time Z with fraction', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/],
]);

function shapeOfText(text: string): string {
  for (const [format, pattern] of formats) if (pattern.test(text)) return format;
  return 'string';
}

/** One line for each place in the value: its path, a colon, its type. Items of a list share a path. */
export function shapeOf(value: unknown, path = ''): ReadonlySet<string> {
  const here = path === '' ? '(body)' : path;
  if (typeof value === 'string') return new Set([`${here}: ${shapeOfText(value)}`]);
  if (typeof value !== 'object' || value === null)
    return new Set([`${here}: ${value === null ? 'null' : typeof value}`]);
  if (Array.isArray(value))
    return new Set([`${here}: list`, ...value.flatMap((item) => [...shapeOf(item, `${path}[]`)])]);
  const inner = Object.entries(value).flatMap(([key, item]) => [
    ...shapeOf(item, path === '' ? key : `${path}.${key}`),
  ]);
  return new Set([`${here}: object`, ...inner]);
}

/** What differs between two shapes, a line each: "missing: ..." or "not expected: ...". */
export function shapeDifferences(expected: unknown, actual: unknown): readonly string[] {
  const wanted = shapeOf(expected);
  const found = shapeOf(actual);
  return [
    ...[...wanted].filter((line) => !found.has(line)).map((line) => `missing: ${line}`),
    ...[...found].filter((line) => !wanted.has(line)).map((line) => `not expected: ${line}`),
  ];
}
