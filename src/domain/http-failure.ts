/**
 * A failed HTTP action in one line, `409 Conflict: locked`. Its result is the whole answer, and Mistral shows
 * that as Python text in state_info: for one who reads why a recovery failed, the answer's headers come
 * before its reason.
 */
import { isJsonObject, type Json, type JsonObject } from './json.ts';

const LONGEST = 200;

/**
 * Names under which services put the reason into a JSON body; the first that is a text counts, also one level
 * down.
 */
const reasonKeys: readonly string[] = [
  'message',
  'faultstring',
  'error',
  'detail',
  'description',
  'reason',
  'msg',
];

/** undefined for what is not the result of std.http. */
export function describeHttpFailure(result: Json, input: JsonObject = {}): string | undefined {
  if (!isJsonObject(result) || typeof result['status'] !== 'number' || !('content' in result))
    return undefined;
  const reason = typeof result['reason'] === 'string' ? result['reason'] : '';
  const head = `${result['status']} ${reason}`.trim();
  const said = withoutSecrets(oneLine(reasonIn(result['content'] ?? null)), input);
  return said === '' || said === reason ? head : `${head}: ${said}`;
}

/** The reason in the body of an answer, on one line; the empty text where it has none. */
export function reasonOf(content: Json): string {
  return oneLine(reasonIn(content));
}

function reasonIn(content: Json): string {
  if (typeof content === 'string') return isMarkup(content) ? titleOf(content) : content;
  if (content === null) return '';
  return namedReason(content, 2) ?? JSON.stringify(content);
}

function namedReason(content: Json, levels: number): string | undefined {
  if (!isJsonObject(content)) return undefined;
  const texts = reasonKeys.flatMap((key) =>
    typeof content[key] === 'string' && content[key] !== '' ? [content[key]] : [],
  );
  if (texts[0] !== undefined) return texts[0];
  const inner =
    levels === 0 ? [] : Object.values<Json>(content).map((value) => namedReason(value, levels - 1));
  // A title only repeats the status where anything else says why.
  return inner.find((text) => text !== undefined) ?? titleIn(content);
}

function titleIn({ title }: JsonObject): string | undefined {
  return typeof title === 'string' && title !== '' ? title : undefined;
}

function isMarkup(text: string): boolean {
  return /^\s*<(?:!doctype|html|\?xml)/i.test(text);
}

function titleOf(html: string): string {
  return /<title[^>]{0,100}>([^<]{0,500})/i.exec(html)?.[1] ?? '';
}

function oneLine(text: string): string {
  const line = text
    .slice(0, 4 * LONGEST)
    // In the frameworks below OpenStack's services: HTML inside of JSON.
    .replace(/<br\s*\/?>/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line;
}

/** A service may repeat the request in its answer. */
function withoutSecrets(text: string, input: JsonObject): string {
  const given = [
    ...['headers', 'cookies', 'params', 'auth'].flatMap((key) => textsIn(input[key] ?? null)),
    ...textsIn(input['url'] ?? null).flatMap(ofUrl),
  ];
  const parts = given
    .flatMap((value) => [value, ...value.split(/[\s:]+/)])
    .filter((value) => value.length >= 4);
  return [...new Set(parts)]
    .toSorted((left, right) => right.length - left.length)
    .reduce((rest, value) => rest.replaceAll(value, '***'), text);
}

function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((item: Json) => textsIn(item));
  return isJsonObject(value) ? Object.values<Json>(value).flatMap(textsIn) : [];
}

function ofUrl(url: string): string[] {
  const [, userInfo = '', query = ''] = /^[^:]*:\/\/(?:([^/?#]*)@)?[^?#]*(?:\?([^#]*))?/.exec(url) ?? [];
  const values = query.split('&').map((pair) => pair.replace(/^[^=]*=/, ''));
  return [...userInfo.split(':'), ...values].flatMap((value) => [value, decoded(value)]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
