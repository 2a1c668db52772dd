/**
 * A body as it may stand in a reason, which goes into logs, events and rows: short, one line, and without
 * secrets.
 */

const BODY_LENGTH = 80;

/**
 * The beginning of a body, quoted. A body can repeat the request in any encoding, so where one of the URLs
 * (as requested, and after redirects) holds what may be a secret, only its length is given.
 */
export function quoteBody(body: string, urls: readonly URL[]): string {
  if (body === '') return 'an empty body';
  if (urls.some(mayHoldSecret)) return `${body.length} other characters`;
  const short = body.length > BODY_LENGTH ? `${body.slice(0, BODY_LENGTH)}...` : body;
  return escape(JSON.stringify(short));
}

function mayHoldSecret(url: URL): boolean {
  return url.username !== '' || url.password !== '' || url.search !== '';
}

/**
 * JSON leaves C1 controls, line separators and direction marks, with which a body could write into a
 * terminal.
 */
function escape(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (one) => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
