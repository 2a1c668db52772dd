/**
 * A value that must not be seen: wherever it is printed, logged or made JSON it is `***`, and who needs it
 * says so.
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }
}
