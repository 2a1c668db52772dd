import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { giveMemoryBackWhenIdle } from './idle-memory.ts';

const MB = 1024 * 1024;

/** A heap that holds `used` after a collection. */
function heapOf(state: { busy: number; bytes: number; used: number }) {
  const collect = vi.fn<() => void>(() => {
    state.bytes = state.used;
  });
  return { busyShare: () => state.busy, bytes: () => state.bytes, collect };
}

describe('giveMemoryBackWhenIdle', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('collects once after the start, and again only after the heap has grown', () => {
    const state = { busy: 0, bytes: 45 * MB, used: 28 * MB };
    const heap = heapOf(state);
    const stop = giveMemoryBackWhenIdle(heap);
    vi.advanceTimersByTime(60_000);
    expect(heap.collect).toHaveBeenCalledTimes(1);
    state.bytes = 32 * MB;
    vi.advanceTimersByTime(60_000);
    expect(heap.collect).toHaveBeenCalledTimes(1);
    state.bytes = 60 * MB;
    vi.advanceTimersByTime(60_000);
    expect(heap.collect).toHaveBeenCalledTimes(2);
    stop();
    state.bytes = 60 * MB;
    vi.advanceTimersByTime(60_000);
    expect(heap.collect).toHaveBeenCalledTimes(2);
  });

  it('leaves a server alone that has work', () => {
    const state = { busy: 0.3, bytes: 45 * MB, used: 28 * MB };
    const heap = heapOf(state);
    const stop = giveMemoryBackWhenIdle(heap);
    vi.advanceTimersByTime(60_000);
    expect(heap.collect).not.toHaveBeenCalled();
    stop();
  });

  it('leaves a large heap to V8, because its collection would stop the server for long', () => {
    const heap = heapOf({ busy: 0, bytes: 400 * MB, used: 200 * MB });
    const stop = giveMemoryBackWhenIdle(heap);
    vi.advanceTimersByTime(60_000);
    expect(heap.collect).not.toHaveBeenCalled();
    stop();
  });

  it('shrinks the heap of this process', async () => {
    vi.useRealTimers();
    const { getHeapStatistics } = await import('node:v8');
    let garbage: unknown[] | null = Array.from({ length: 400_000 }, (_, index) => ({ index }));
    const before = getHeapStatistics().total_heap_size;
    expect(garbage).toHaveLength(400_000);
    garbage = null;
    const { collectNow } = await import('./idle-memory.ts');
    collectNow();
    expect(getHeapStatistics().total_heap_size).toBeLessThan(before);
  });
});
