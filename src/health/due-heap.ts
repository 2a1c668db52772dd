/**
 * A binary heap of what is due when; an entry knows its place in it, so that it can be moved or taken out
 * from the middle.
 */

export interface Due {
  dueAt: number;
  /** Kept by the heap; -1 outside of it. */
  heapIndex: number;
}

export class DueHeap<Entry extends Due> {
  readonly #entries: Entry[] = [];

  first(): Entry | undefined {
    return this.#entries[0];
  }

  /** Puts the entry in, or in its new place after `dueAt` has changed. */
  put(entry: Entry): void {
    if (entry.heapIndex === -1) entry.heapIndex = this.#entries.push(entry) - 1;
    this.#up(entry);
    this.#down(entry);
  }

  remove(entry: Entry): void {
    const index = entry.heapIndex;
    if (index === -1) return;
    entry.heapIndex = -1;
    const last = this.#entries.pop();
    if (last === undefined || last === entry) return;
    this.#place(last, index);
    this.#up(last);
    this.#down(last);
  }

  #up(entry: Entry): void {
    for (;;) {
      const parent = this.#entries[(entry.heapIndex - 1) >> 1];
      if (entry.heapIndex === 0 || parent === undefined || parent.dueAt <= entry.dueAt) return;
      this.#swap(entry, parent);
    }
  }

  #down(entry: Entry): void {
    for (;;) {
      const child = this.#earlier(
        this.#entries[entry.heapIndex * 2 + 1],
        this.#entries[entry.heapIndex * 2 + 2],
      );
      if (child === undefined || child.dueAt >= entry.dueAt) return;
      this.#swap(entry, child);
    }
  }

  #earlier(left: Entry | undefined, right: Entry | undefined): Entry | undefined {
    if (left === undefined || right === undefined) return left;
    return right.dueAt < left.dueAt ? right : left;
  }

  #swap(one: Entry, other: Entry): void {
    const index = one.heapIndex;
    this.#place(one, other.heapIndex);
    this.#place(other, index);
  }

  #place(entry: Entry, index: number): void {
    this.#entries[index] = entry;
    entry.heapIndex = index;
  }
}
