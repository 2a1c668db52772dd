/** Values that another side may repeat in its words: wherever one stands in a text, it is `***`. */
import { hiddenValue } from './sealed.ts';

/** A long value may be cut off where it is repeated: so many of its characters are enough to know it. */
const BEGINNING = 16;

/** @param values none is empty. */
export function hideValues(text: string, values: readonly string[]): string {
  // The longest first: one may be a part of another.
  return values.toSorted((one, other) => other.length - one.length).reduce(hideValue, text);
}

function hideValue(text: string, value: string): string {
  const beginning = value.slice(0, BEGINNING);
  let hidden = '';
  let from = 0;
  for (;;) {
    const at = text.indexOf(beginning, from);
    if (at === -1) return hidden + text.slice(from);
    let end = at + beginning.length;
    while (end < text.length && end - at < value.length && text[end] === value[end - at]) end += 1;
    hidden += text.slice(from, at) + hiddenValue;
    from = end;
  }
}
