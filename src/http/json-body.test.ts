import { describe, expect, it } from 'vitest';
import { readJsonBody } from './json-body.ts';

describe('a body that is no JSON', () => {
  it('is refused with the place where it breaks off, however long it is', () => {
    const text = `{"a": [${'1,'.repeat(500_000)}`;
    expect(() => readJsonBody(text)).toThrow(`Expecting value: line 1 column ${text.length + 1}`);
  });

  it('is refused without the place where it is too long to search for it', () => {
    const wrong = (count: number): string => `{"a": [${'1,'.repeat(count)}x]}`;
    expect(() => readJsonBody(wrong(10))).toThrow('Expecting value: line 1 column 28 (char 27)');
    expect(() => readJsonBody(wrong(100_000))).toThrow('Expecting value: the body is too long to say where');
  });

  it('is refused where it holds more values than are checked without holding up others', () => {
    const body = (count: number): string => JSON.stringify({ a: Array.from({ length: count }, () => ',') });
    expect(() => readJsonBody(body(60_000))).toThrow('body: expected at most 50000 values, found 60002');
    expect(readJsonBody(body(40_000))?.['a']).toHaveLength(40_000);
    expect(readJsonBody(body(60_000), { mostValues: Infinity })?.['a']).toHaveLength(60_000);
  });

  it('is refused where it nests too deep, not counting brackets in texts', () => {
    expect(() => readJsonBody(`{"a": ${'['.repeat(100_000)}`)).toThrow('at most 64 levels');
    expect(readJsonBody(`{"a": "\\"${'['.repeat(100)}"}`)).toEqual({ a: `"${'['.repeat(100)}` });
  });

  it('is refused where it has half of a surrogate pair, and taken with a whole one', () => {
    for (const body of ['{"a": ["\\ud800"]}', '{"a": {"\\uDC00x": 1}}', '{"a": "\\ude00\\ud83d"}'])
      expect(() => readJsonBody(body)).toThrow('body: expected Unicode text, found half of a surrogate pair');
    expect(readJsonBody('{"a": "\\ud83d\\ude00"}')).toEqual({ a: '\u{1f600}' });
  });
});
