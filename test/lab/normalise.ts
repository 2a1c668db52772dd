/**
 * Makes what one cloud answered once into what a cloud answers: ids, times, tokens, passwords, addresses of
 * services are replaced by placeholders. Times keep their format, because clients parse it. Pure.
 */

/** What is known of the values in an exchange, from the cloud and from the exchanges before it. */
export interface Names {
  /** By id or other changing value: the name that stands for it, without braces. */
  readonly values: ReadonlyMap<string, string>;
  /** By address of a service, such as http://127.0.0.1:8774: the type of that service. */
  readonly endpoints: ReadonlyMap<string, string>;
}

/** Keys whose value is a secret, wherever they stand. */
const secretKeys = new Set(['password', 'secret', 'adminPass', 'admin_pass']);

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const hexId = /(?<![0-9a-fA-F])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-fA-F])/g;
const time = /\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(\.\d+)?/g;
const mac = /fa:16:3e(?::[0-9a-f]{2}){3}/g;
const reservation = /^r-[0-9a-z]{8}$/;
const token = /gAAAA[\w=-]+/g;

/** A text with every changing part replaced. */
export function normaliseText(text: string, names: Names): string {
  if (reservation.test(text)) return 'r-00000000';
  let result = text;
  for (const [endpoint, service] of names.endpoints) result = result.replaceAll(endpoint, `{${service}}`);
  for (const [value, name] of names.values) result = result.replaceAll(value, `{${name}}`);
  return result
    .replaceAll(token, '{token}')
    .replaceAll(uuid, '{uuid}')
    .replaceAll(hexId, '{hex}')
    .replaceAll(time, (_, separator: string, fraction?: string) => {
      const digits = fraction === undefined ? '' : `.${'0'.repeat(fraction.length - 1)}`;
      return `2026-01-01${separator}00:00:00${digits}`;
    })
    .replaceAll(mac, 'fa:16:3e:00:00:00');
}

/** A body with every changing part of its texts replaced; keys too, since some are ids. */
export function normalise(body: unknown, names: Names): unknown {
  if (typeof body === 'string') return normaliseText(body, names);
  if (Array.isArray(body)) return body.map((item) => normalise(item, names));
  if (typeof body !== 'object' || body === null) return body;
  const entries = Object.entries(body).map(([key, value]) => {
    if (secretKeys.has(key) && typeof value === 'string') return [key, `{${key}}`];
    if (key === 'audit_ids' && Array.isArray(value)) return [key, value.map(() => '{audit_id}')];
    return [normaliseText(key, names), normalise(value, names)];
  });
  return Object.fromEntries(entries);
}
