/** A position in a text, with its line and column. */
import { endOfText, isBlankBreakOrEnd, isBreak, space } from './characters.ts';
import { YamlSyntaxError } from './nodes.ts';

export class Cursor {
  readonly text: string;
  position = 0;
  line = 0;
  #lineStart = 0;

  constructor(text: string) {
    this.text = `${text.startsWith('\ufeff') ? ` ${text.slice(1)}` : text}\0`;
    if (text.startsWith('\ufeff')) this.position = this.#lineStart = 1;
  }

  get column(): number {
    return this.position - this.#lineStart;
  }

  /** The character's code at the position, or `ahead` of it. */
  code(ahead = 0): number {
    return this.text.charCodeAt(this.position + ahead);
  }

  get isAtEnd(): boolean {
    return this.code() === endOfText;
  }

  skipSpaces(most = Infinity): void {
    while (this.code() === space && this.column < most) this.position += 1;
  }

  /** To the end of the line. */
  skipLine(): void {
    while (!this.isAtEnd && !isBreak(this.code())) this.position += 1;
  }

  /** Reads a line break where one is: `\n` for all but the two of Unicode. */
  readBreak(): string {
    const code = this.code();
    if (!isBreak(code)) return '';
    this.position += code === 13 && this.code(1) === 10 ? 2 : 1;
    this.line += 1;
    this.#lineStart = this.position;
    return code === 0x2028 || code === 0x2029 ? String.fromCharCode(code) : '\n';
  }

  /** `---` or `...` at the beginning of a line. */
  isAtDocumentMark(): boolean {
    if (this.column !== 0) return false;
    const mark = this.text.slice(this.position, this.position + 3);
    return (mark === '---' || mark === '...') && isBlankBreakOrEnd(this.code(3));
  }

  fail(message: string, offset = this.position): never {
    throw new YamlSyntaxError('syntax', message, offset);
  }
}
