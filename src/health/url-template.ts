/**
 * The `poll_url` of a health policy with its placeholders. A value is encoded for the place where it lands,
 * so that the name of a node can never become another host, another path or another parameter.
 */
import { isIPv6 } from 'node:net';
import { closestWord } from '../domain/did-you-mean.ts';

export const urlPlaceholders = [
  'nodename',
  'nodeid',
  'physical_id',
  'address',
  'port',
  'cluster_id',
  'index',
] as const;

export type UrlPlaceholder = (typeof urlPlaceholders)[number];

/**
 * What is known of a node. null: it should have such a thing, and lacks it; absent or empty: nodes of its
 * kind have none.
 */
export type UrlValues = Readonly<Partial<Record<UrlPlaceholder, string | number | null | undefined>>>;

export type ExpandedUrl =
  | { readonly ok: true; readonly url: URL }
  /** `isLacking`: it is the node that lacks something, not the URL that is wrong for it. */
  | { readonly ok: false; readonly reason: string; readonly isLacking: boolean };

type Part = { readonly text: string } | { readonly name: string; readonly position: UrlPosition };
type UrlPosition = 'host' | 'bracketed host' | 'after host';

export type UrlTemplate = readonly Part[];

/** Braces around anything but a lower case word are text: a query may hold JSON. */
const PLACEHOLDER = /\{([a-z_]+)\}/g;

export function parseUrlTemplate(template: string): UrlTemplate {
  const parts: Part[] = [];
  let end = 0;
  for (const match of template.matchAll(PLACEHOLDER)) {
    if (match.index > end) parts.push({ text: template.slice(end, match.index) });
    end = match.index + match[0].length;
    parts.push({ name: match[1] ?? '', position: positionAt(template, match.index) });
  }
  if (end < template.length) parts.push({ text: template.slice(end) });
  return parts;
}

/** The names of all placeholders, known or not. */
export function placeholdersIn(template: UrlTemplate): ReadonlySet<string> {
  return new Set(template.flatMap((part) => ('name' in part ? [part.name] : [])));
}

/** The placeholders of a template that nothing can fill in: a policy that has one is wrong for every node. */
export function unknownPlaceholders(template: UrlTemplate): string[] {
  return template.flatMap((part) => ('name' in part && !isPlaceholder(part.name) ? [part.name] : []));
}

/** Braces that are text (`{Port}`), and close to a placeholder. */
export function misspelledPlaceholders(template: string): string[] {
  const names = [...template.matchAll(/\{(\w{1,64})\}/g)].map(([, name = '']) => name);
  return names.filter((name) => !/^[a-z_]+$/.test(name) && closestWord(name, urlPlaceholders) !== undefined);
}

/**
 * The URL for one node, or why there is none. A reason never holds a value or the URL itself, which may hold
 * a password.
 */
export function expandUrl(template: UrlTemplate, values: UrlValues): ExpandedUrl {
  if (template.length === 0) return no('poll_url is empty');
  let text = '';
  for (const part of template) {
    const piece = 'text' in part ? part.text : expandPart(part.name, part.position, values);
    if (typeof piece !== 'string') return piece;
    text += piece;
  }
  return parseUrl(text);
}

function expandPart(name: string, position: UrlPosition, values: UrlValues): string | ExpandedUrl {
  if (!isPlaceholder(name)) {
    return no(`poll_url has {${name}}; known are ${urlPlaceholders.map((one) => `{${one}}`).join(', ')}`);
  }
  if (values[name] === null)
    return { ...no(`poll_url has {${name}}, and the node has none yet, or none any more`), isLacking: true };
  const value = String(values[name] ?? '').toWellFormed();
  if (value === '') return no(`poll_url has {${name}}, and the node has none`);
  // The URL parser reads these two as "this folder" and "the folder above", encoded or not.
  if (value === '.' || value === '..') return no(`poll_url has {${name}}, which is "${value}" for this node`);
  if (position !== 'after host' && isIPv6(value)) return position === 'host' ? `[${value}]` : value;
  return encodeURIComponent(value);
}

function parseUrl(text: string): ExpandedUrl {
  const url = URL.parse(text);
  if (url === null) return no('poll_url is not a URL once its placeholders are filled in');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return no(`poll_url must begin with http:// or https://, and begins with ${url.protocol}`);
  }
  return { ok: true, url };
}

function positionAt(template: string, index: number): UrlPosition {
  const authority = template.indexOf('://') + 3;
  const before = template.slice(authority, index);
  if (authority === 2 || authority > index || /[/?#]/.test(before)) return 'after host';
  return before.endsWith('[') ? 'bracketed host' : 'host';
}

function isPlaceholder(name: string): name is UrlPlaceholder {
  return (urlPlaceholders as readonly string[]).includes(name);
}

function no(reason: string) {
  return { ok: false, reason, isLacking: false } as const;
}
