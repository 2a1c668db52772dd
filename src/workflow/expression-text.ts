/** Where a text holds expressions, by its marks alone: `<% %>` is YAQL, `{{ }}` and `{% %}` are Jinja. */
import type { Json } from '../domain/json.ts';

export const yaqlMarks = [['<%', '%>']] as const;

export const jinjaMarks = [
  ['{{', '}}'],
  ['{%', '%}'],
] as const;

/**
 * A single pass: a regular expression would search to the end of the text again for each unclosed opening.
 */
export function holdsMarks(text: string, marks: readonly (readonly [string, string])[]): boolean {
  return marks.some(([opening, closing]) => {
    const start = text.indexOf(opening);
    return start !== -1 && text.includes(closing, start + opening.length);
  });
}

/** Whether a value contains an expression at any depth; keys of objects are not expressions. */
export function hasExpression(value: Json): boolean {
  const waiting: Json[] = [value];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    if (typeof item === 'string') {
      if (holdsMarks(item, yaqlMarks) || holdsMarks(item, jinjaMarks)) return true;
    } else if (typeof item === 'object' && item !== null) {
      for (const inner of Object.values(item)) waiting.push(inner);
    }
  }
  return false;
}

/**
 * Whether a text has an unclosed expression, which is then plain text. If another one is closed, Jinja
 * reports it itself.
 */
export function hasUnclosedExpression(text: string): boolean {
  if (text.lastIndexOf('<%') > text.lastIndexOf('%>')) return true;
  return !holdsMarks(text, jinjaMarks) && jinjaMarks.some(([opening]) => text.includes(opening));
}

/**
 * Whether a text is exactly one expression, so that its value keeps its type; surrounding blanks make it
 * text.
 */
export function isSingleExpression(text: string): boolean {
  const isWhole = (opening: string, closing: string): boolean =>
    text.startsWith(opening) && text.length >= 4 && text.indexOf(closing, 2) === text.length - 2;
  return isWhole('<%', '%>') || isWhole('{{', '}}');
}

/**
 * What Mistral's schema accepts as a condition: besides one expression also a Jinja block (`{% if _.x %}yes{%
 * endif %}`) and a text of several expressions, which both evaluate to text.
 */
export function isExpressionText(text: string): boolean {
  if (isSingleExpression(text)) return true;
  if (text.startsWith('<%')) return text.endsWith('%>');
  return (text.startsWith('{{') && text.includes('}}')) || (text.includes('{%') && text.endsWith('%}'));
}
