/** Line and column of an offset in a text, both from 1. */

export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

export class LinePositions {
  readonly #text: string;
  #starts: readonly number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  at(offset: number): TextPosition {
    this.#starts ??= lineStarts(this.#text);
    let [low, high] = [0, this.#starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - this.#starts[low]! + 1 };
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const { 0: found, index } of text.matchAll(/\r\n?|[\n\u0085\u2028\u2029]/g))
    starts.push(index + found.length);
  return starts;
}
