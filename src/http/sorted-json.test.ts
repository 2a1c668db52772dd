import { describe, expect, it } from 'vitest';
import { toSortedJson } from './sorted-json.ts';

describe('JSON with its keys in order', () => {
  it('leaves what is in order as it is', () => {
    expect(toSortedJson({ a: [{ b: null, c: 'x' }], d: 1 })).toBe('{"a":[{"b":null,"c":"x"}],"d":1}');
    expect(toSortedJson(null)).toBe('null');
  });

  it('puts keys in order at every depth, and leaves the order of lists', () => {
    const value = { z: [{ y: 1, x: { b: 2, a: 1 } }, 2, 1], a: null, gone: undefined };
    expect(toSortedJson(value)).toBe('{"a":null,"z":[{"x":{"a":1,"b":2},"y":1},2,1]}');
    expect(toSortedJson([[{ b: 1, a: 2 }]])).toBe('[[{"a":2,"b":1}]]');
  });
});
