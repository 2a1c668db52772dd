/** A URL as it may stand in an error or a reason, which goes into logs, events and rows. */

const LENGTH_LIMIT = 200;

/** `http://host:80/path?...`: without credentials and without the query, where tokens are. */
export function describeUrl(url: URL): string {
  const text = `${url.protocol}//${url.host}${url.pathname}`;
  const query = url.search === '' ? '' : '?...';
  return (text.length > LENGTH_LIMIT ? `${text.slice(0, LENGTH_LIMIT)}...` : text) + query;
}
