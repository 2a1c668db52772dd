/** What is said of a body that is no JSON object at all. */
import { z } from 'zod';
import { quoteValue } from '../domain/errors.ts';
import type { Route } from './route.ts';

/** `body: expected a JSON object with the key 'cluster', found a list` */
export function describeWholeBody(route: Pick<Route, 'body' | 'documentedBody'>, text: string): string {
  return `body: expected a JSON object${keysText(route)}, found ${foundIn(text)}`;
}

function keysText({ body, documentedBody }: Pick<Route, 'body' | 'documentedBody'>): string {
  if (body === undefined)
    return documentedBody === undefined ? '' : ' with the name of one action as its key';
  const object = body instanceof z.ZodPipe ? body.in : body;
  if (!(object instanceof z.ZodObject)) return '';
  const fields = Object.entries<z.ZodType>(object.shape);
  const needed = fields.filter(([, field]) => !field.safeParse(undefined).success).map(([key]) => `'${key}'`);
  if (needed.length > 0) return ` with the ${needed.length === 1 ? 'key' : 'keys'} ${needed.join(', ')}`;
  const all = fields.map(([key]) => `'${key}'`);
  return all.length === 0 ? '' : ` with one of the keys ${all.join(', ')}`;
}

function foundIn(text: string): string {
  if (text.trim() === '') return 'nothing';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'text that is no JSON';
  }
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? 'a text' : quoteValue(value);
}
