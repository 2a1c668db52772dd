/**
 * A value as Python's str() prints it, as Mistral shows results in state_info; truncated to the limit of
 * state_info.
 */
import type { Json } from '../../../domain/json.ts';

/** Mistral truncates a state_info at 64 KiB. */
export const maxTextLength = 65_000;

export function pythonText(value: Json): string {
  return typeof value === 'string' ? cut(value) : cut(new Rendering().render(value));
}

/** `['a', 'b']` */
export function pythonList(names: readonly string[]): string {
  return pythonText(names);
}

export function cut(text: string): string {
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength - 3)}...`;
}

class Rendering {
  #left = maxTextLength;

  render(value: Json): string {
    if (this.#left <= 0) return '...';
    return this.#text(value);
  }

  #text(value: Json): string {
    if (value === null) return this.#leaf('None');
    if (typeof value === 'boolean') return this.#leaf(value ? 'True' : 'False');
    if (typeof value === 'number') return this.#leaf(String(value));
    if (typeof value === 'string') return this.#leaf(quote(value));
    if (Array.isArray(value)) return `[${this.#joined(value, (item: Json) => this.render(item))}]`;
    const entries = Object.entries<Json>(value);
    return `{${this.#joined(entries, ([key, item]) => `${this.#leaf(quote(key))}: ${this.render(item)}`)}}`;
  }

  /** Stops at the first item beyond the limit, so that a huge result is not rendered as a whole. */
  #joined<Item>(items: readonly Item[], render: (item: Item) => string): string {
    const parts: string[] = [];
    for (const item of items) {
      parts.push(render(item));
      if (this.#left <= 0) break;
    }
    return parts.join(', ');
  }

  #leaf(text: string): string {
    this.#left -= text.length + 2;
    return text;
  }
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll(/[\\\n\r\t]/g, (character) => escapes[character] ?? character);
  return `${mark}${mark === "'" ? escaped.replaceAll("'", "\\'") : escaped}${mark}`;
}
