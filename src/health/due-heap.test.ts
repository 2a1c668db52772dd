import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cases } from '../../test/support/soak.ts';
import { DueHeap } from './due-heap.ts';
import type { Due } from './due-heap.ts';

test('what is due first is first, however entries came, moved and left', () => {
  const step = fc.record({ entry: fc.nat(9), dueAt: fc.nat(99), remove: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const heap = new DueHeap<Due>();
      const entries = Array.from({ length: 10 }, () => ({ dueAt: 0, heapIndex: -1 }));
      const inside = new Set<Due>();
      for (const { entry: index, dueAt, remove } of steps) {
        const entry = entries[index];
        if (entry === undefined) continue;
        if (remove) {
          heap.remove(entry);
          inside.delete(entry);
        } else {
          entry.dueAt = dueAt;
          heap.put(entry);
          inside.add(entry);
        }
        const earliest = Math.min(...[...inside].map((one) => one.dueAt));
        expect(heap.first()?.dueAt ?? Infinity).toBe(earliest);
      }
    }),
    cases(100),
  );
});
